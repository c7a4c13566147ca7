#include "verify/dns/resolv_conf.hpp"

#include <fstream>
#include <string>

#include <sys/stat.h>

#include "base/text.hpp"

namespace dns {

namespace {

constexpr std::size_t servers_max = 8;  // The C library takes three.
constexpr std::size_t file_octets_max = 1 << 16;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The next word of the line, which is taken off it; empty at its end.
std::string_view take_word(std::string_view& line) {
  while (!line.empty() && is_blank(line.front()))
    line.remove_prefix(1);
  std::size_t length = 0;
  while (length < line.size() && !is_blank(line[length]))
    ++length;
  const std::string_view word = line.substr(0, length);
  line.remove_prefix(length);
  return word;
}

}  // namespace

ResolvConf parse_resolv_conf(std::string_view text) {
  ResolvConf found;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (take_word(line) != "nameserver") continue;
    const std::string address(take_word(line));
    // A link-local address with its interface ("fe80::1%eth0") is none that we can use.
    auto server = parse_server_address(address);
    if (!server) {
      if (found.unreadable.size() < servers_max) {
        found.unreadable.push_back(base::printable(address));
      }
    } else if (found.servers.size() < servers_max) {
      found.servers.push_back(*std::move(server));
    }
  }
  return found;
}

ResolvConf ResolvConfFile::read() {
  // The stamp first: whatever is written from here on is seen as a change.
  read_ = stamp();
  std::ifstream in(file_, std::ios::binary);
  std::string text(file_octets_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_resolv_conf(text);
}

bool ResolvConfFile::changed() const { return stamp() != read_; }

ResolvConfFile::Stamp ResolvConfFile::stamp() const {
  struct stat now {};
  if (::stat(file_.c_str(), &now) != 0) return {};
  return {now.st_dev, now.st_ino, now.st_mtim.tv_sec, now.st_mtim.tv_nsec, now.st_size};
}

}  // namespace dns
