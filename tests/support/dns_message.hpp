#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "verify/dns/resolver.hpp"

// DNS messages by hand, right ones and wrong ones (RFC 1035 §4).
namespace support {

// "example.com" as labels, with the root's.
[[nodiscard]] std::string dns_name(std::string_view text);
[[nodiscard]] std::string dns_u16(unsigned value);
[[nodiscard]] std::string dns_u32(std::uint32_t value);

// RDATA.
[[nodiscard]] std::string txt_data(std::string_view text);  // Strings of 255 octets.
[[nodiscard]] std::string soa_data(std::uint32_t minimum);
[[nodiscard]] std::string nsec_data(std::string_view next, std::initializer_list<unsigned> types);
[[nodiscard]] std::string record_data(const dns::Record& record, dns::Type type);

enum class DnsSection : std::uint8_t { answer, authority, additional };

class DnsMessage {
 public:
  static constexpr unsigned response = 0x8180;  // QR, RD, RA.
  static constexpr unsigned authentic = 0x0020;
  static constexpr unsigned truncated = 0x0200;
  static constexpr unsigned format_error = 1;
  static constexpr unsigned server_failure = 2;
  static constexpr unsigned name_error = 3;
  static constexpr unsigned refused = 5;
  static constexpr unsigned cname = 5, soa = 6, ns = 2, opt = 41, nsec = 47;

  explicit DnsMessage(unsigned flags = response) : flags_(flags) {}
  DnsMessage(unsigned flags, const dns::Question& question) : flags_(flags) {
    ask(question.name, static_cast<unsigned>(question.type));
  }

  DnsMessage& ask(std::string_view name, unsigned type, unsigned record_class = 1);
  // Sections in their order. `owner` is text; add_raw() takes octets, for pointers.
  DnsMessage& add(DnsSection section, std::string_view owner, unsigned type, std::uint32_t ttl,
                  std::string_view data);
  DnsMessage& add_raw(DnsSection section, std::string_view owner, unsigned type, std::uint32_t ttl,
                      std::string_view data);
  DnsMessage& set_id(unsigned id);

  [[nodiscard]] std::string octets() const;

 private:
  unsigned id_ = 0;
  unsigned flags_ = 0;
  unsigned counts_[4] = {};  // QDCOUNT, then as DnsSection.
  std::string body_;
};

[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace support
