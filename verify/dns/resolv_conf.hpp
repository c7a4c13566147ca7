#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "verify/dns/server_address.hpp"

namespace dns {

// What a resolv.conf(5) says about name servers.
struct ResolvConf {
  std::vector<ServerAddress> servers;   // In the order of the file; at most 8.
  std::vector<std::string> unreadable;  // What followed "nameserver" and is no address, printable.

  friend bool operator==(const ResolvConf&, const ResolvConf&) = default;
};

// Reads the "nameserver" lines; all else is about names that people type. More servers than the C
// library would use are read, up to 8. Any text gives a result. Pure.
[[nodiscard]] ResolvConf parse_resolv_conf(std::string_view text);

// Watches one file for changes. Used by one thread only.
class ResolvConfFile {
 public:
  explicit ResolvConfFile(std::filesystem::path file) : file_(std::move(file)) {}

  // What the file holds now, its first 64 KiB; empty when it cannot be read. Remembers which state
  // of the file that was.
  [[nodiscard]] ResolvConf read();
  // True when the file is not in the state it was read in: replaced, written to, gone or come back.
  // Costs one stat(2).
  [[nodiscard]] bool changed() const;

 private:
  struct Stamp {  // What tells states of a file apart. All zero: no file.
    std::uintmax_t device = 0;
    std::uintmax_t node = 0;
    std::intmax_t seconds = 0;  // When it was last written to, with nanoseconds.
    std::intmax_t nanoseconds = 0;
    std::intmax_t octets = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  [[nodiscard]] Stamp stamp() const;  // What the file is now.

  std::filesystem::path file_;
  Stamp read_;  // Of the last read().
};

}  // namespace dns
