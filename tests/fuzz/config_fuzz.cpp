// The configuration: what is wrong is said line by line, and what was read can be shown as a file
// that reads the same.

#include "config/config.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

void check_faults(std::string_view what) {
  while (!what.empty()) {
    const std::size_t end = std::min(what.find('\n'), what.size());
    const std::string_view line = what.substr(0, end);
    fuzz::require(line.starts_with("x.toml:"));
    for (const char c : line)
      fuzz::require(static_cast<unsigned char>(c) >= ' ' && c != '\x7F');
    what.remove_prefix(std::min(end + 1, what.size()));
  }
}

void check(std::string_view text) {
  const auto config = config::parse(text, "x.toml");
  if (!config) {
    fuzz::require(!config.error().what.empty());
    return check_faults(config.error().what);
  }
  const std::string shown = config::to_toml(*config);
  const auto again = config::parse(shown, "x.toml");
  fuzz::require(again.has_value());
  fuzz::require(config::to_toml(*again) == shown);
  fuzz::require(config::digest(*again) == config::digest(*config));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(text, {"\n[milter]\n",
                          "\n[log]\n",
                          "\n[dns]\n",
                          "\n[spf]\n",
                          "\n[dkim]\n",
                          "\n[trust]\n",
                          "\n[policy]\n",
                          "\n[spool]\n",
                          "\n[metrics]\n",
                          "\n[store]\n",
                          "\n[[protected]]\n",
                          "\n[[tenant]]\n",
                          "\n[[tenant.override]]\n",
                          "\n[[override]]\n",
                          "\n[[stage]]\n",
                          "\nurl=",
                          "\ndomain=",
                          "\nrecipients=",
                          "\nenforce=",
                          "\npercent=",
                          "\nmatch={client=",
                          "\nmatch={dkim=",
                          ",from=",
                          "\naction=",
                          "\nallow_networks=",
                          "\nallow_users=",
                          "\nreply_url=",
                          "\nsignals_header=",
                          "\"tag\"",
                          "\"*.a.b\"",
                          "\"a.b\"",
                          "\"sqlite:/a\"",
                          "\"postgresql://\"",
                          "?password=",
                          "\"http://a/\"",
                          "socket=",
                          "authserv_id=",
                          "deadline_ms=",
                          "\nsink=",
                          "\nlevel=",
                          "\nservers=",
                          "\ntimeout_ms=",
                          "\nnetworks=",
                          "\npreset=",
                          "\nreply_text=",
                          "\nquarantine_header=",
                          "\nlisten=",
                          "\nrelays=",
                          "true",
                          "1",
                          "0",
                          "-",
                          "\"",
                          "\"strict\"",
                          "\"{reason} \"",
                          "[",
                          "]",
                          ",",
                          "\"127.0.0.1:9\"",
                          "\"2001:db8::/32\"",
                          "\"unix:/a\"",
                          "\"X-A: b\"",
                          "\n",
                          "#",
                          "\\u0000",
                          "'",
                          "{",
                          "}"}));
  return 0;
}
