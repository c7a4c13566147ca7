#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "verify/dns/resolver.hpp"

namespace support {

// A small DNS server on 127.0.0.1, UDP and TCP, with one thread. What it knows it asks another
// Resolver, usually a FakeResolver: failure goes out as SERVFAIL, timeout as nothing at all,
// no_name and no_data with an SOA whose MINIMUM is the answer's TTL. UDP answers too long for the
// client's EDNS payload are truncated.
class DnsServer {
 public:
  enum class Behaviour : std::uint8_t {
    normal,
    drop,            // No answer.
    truncate,        // TC over UDP, whole over TCP.
    wrong_id,        // The answer to a question nobody asked, and no other.
    wrong_question,  // The right id and another name.
    garbage,         // The right id and question, then octets that make no sense.
    refuse,          // REFUSED.
    no_edns,         // FORMERR to whoever sends an OPT record.
    lower_case,      // Repeats the question in lower case, whatever was asked.
    forged,          // The same over UDP only: as if somebody else had been faster.
  };

  // Keeps a reference to `zone`. Port 0 is any free one. Throws when there is none.
  explicit DnsServer(dns::Resolver& zone, std::uint16_t port = 0);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string address() const;  // "127.0.0.1:5353"

  void behave(std::string_view name, Behaviour behaviour);

  // Whether TCP connections are served or closed at once.
  void serve_tcp(bool serves);

  [[nodiscard]] std::size_t udp_queries() const;
  [[nodiscard]] std::size_t udp_ports() const;  // Different ones they came from.
  [[nodiscard]] std::size_t tcp_queries() const;
  [[nodiscard]] std::string last_query() const;  // As it came.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace support
