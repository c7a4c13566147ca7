// DMARC policy records: lenient, bounded, and what was read can be written and read again.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "verify/dmarc/record.hpp"

namespace {

void append(std::string& text, std::string_view tag, std::string_view value) {
  text.append(" ;\t").append(tag).append(" = ").append(value);
}

void append_policy(std::string& text, std::string_view tag, std::optional<dmarc::Policy> policy) {
  if (policy) append(text, tag, dmarc::name(*policy));
}

void append_uris(std::string& text, std::string_view tag, const std::vector<std::string>& uris) {
  std::string list;
  for (const std::string& uri : uris)
    list += (list.empty() ? "" : " , ") + uri + "!10m";
  if (!list.empty()) append(text, tag, list);
}

std::string written(const dmarc::Record& record) {
  std::string text = "V=DMARC1";
  append_policy(text, "NP", record.nonexistent_policy);
  append_policy(text, "P", record.policy);
  append_policy(text, "SP", record.subdomain_policy);
  append(text, "adkim", record.dkim_alignment == dmarc::Alignment::strict ? "S" : "R");
  append(text, "aspf", record.spf_alignment == dmarc::Alignment::strict ? "s" : "r");
  append(text, "psd", record.public_suffix ? (*record.public_suffix ? "Y" : "N") : "U");
  append(text, "t", record.testing ? "Y" : "N");
  if (record.pct_zero) append(text, "pct", "0");
  append_uris(text, "RUA", record.aggregate_to);
  append_uris(text, "ruf", record.failure_to);
  append(text, "fo", record.failure_options);
  return text;
}

// What a record says, however it is written.
dmarc::Record content(std::string_view text) {
  auto record = dmarc::parse_record(text);
  fuzz::require(record.has_value());
  record->text.clear();
  return *std::move(record);
}

void check(std::string_view text) {
  const auto record = dmarc::parse_record(text);
  if (!record) return;
  fuzz::require(text.size() <= dmarc::record_octets_max);
  fuzz::require(record->aggregate_to.size() <= dmarc::uris_max);
  fuzz::require(record->failure_to.size() <= dmarc::uris_max);
  for (const auto* uris : {&record->aggregate_to, &record->failure_to}) {
    for (const std::string& uri : *uris)
      fuzz::require(uri.contains(':') && uri.find_first_of("!, \t;") == std::string::npos);
  }
  const std::string again = written(*record);
  if (again.size() > dmarc::record_octets_max) return;
  auto expected = content(text);
  expected.policy_invalid = false;
  fuzz::require(content(again) == expected);
  // RFC 9989 §4.8: unknown tags and nonsense change nothing.
  if (text.size() < 8000) {
    fuzz::require(content(std::string(text) + ";ri=5;;=;x;\xFF=") == content(text));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check("v=DMARC1;" + fuzz::fold(text, {"p",
                                        "s",
                                        "n",
                                        "=",
                                        "none",
                                        "reject",
                                        "quarantine",
                                        ";",
                                        " ",
                                        "adkim=",
                                        "aspf=",
                                        "fo=",
                                        "1",
                                        "0",
                                        ":",
                                        "d",
                                        "rua=",
                                        "ruf=",
                                        "mailto:a@b.example",
                                        ",",
                                        "!10m",
                                        "psd=",
                                        "y",
                                        "u",
                                        "t=",
                                        "https://a.example/"}));
  return 0;
}
