#include "tests/support/dns_message.hpp"

#include <variant>

namespace support {

std::string dns_u16(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

std::string dns_u32(std::uint32_t value) { return dns_u16(value >> 16) + dns_u16(value & 0xFFFF); }

std::string dns_name(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    text.remove_prefix(std::min(text.size(), label.size() + 1));
  }
  return out + '\0';
}

std::string txt_data(std::string_view text) {
  constexpr std::size_t string_max = 255;
  std::string out;
  do {
    const std::string_view piece = text.substr(0, string_max);
    out += static_cast<char>(piece.size());
    out += piece;
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return out;
}

std::string soa_data(std::uint32_t minimum) {
  std::string out = dns_name("ns.example") + dns_name("hostmaster.example");
  for (const std::uint32_t number : {1U, 7200U, 3600U, 86400U, minimum})
    out += dns_u32(number);
  return out;
}

std::string nsec_data(std::string_view next, std::initializer_list<unsigned> types) {
  std::string bits(32, '\0');
  for (const unsigned type : types) {
    bits[type / 8] = static_cast<char>(bits[type / 8] | 0x80 >> type % 8);
  }
  return dns_name(next) + '\0' + static_cast<char>(bits.size()) + bits;
}

std::string record_data(const dns::Record& record, dns::Type type) {
  if (const auto* address = std::get_if<base::IpAddress>(&record)) {
    const auto octets = address->octets();
    return {octets.begin(), octets.end()};
  }
  if (const auto* exchange = std::get_if<dns::MailExchange>(&record)) {
    return dns_u16(exchange->preference) + dns_name(exchange->host);
  }
  const auto& text = std::get<std::string>(record);
  return type == dns::Type::ptr ? dns_name(text) : txt_data(text);
}

DnsMessage& DnsMessage::ask(std::string_view name, unsigned type, unsigned record_class) {
  body_ += dns_name(name) + dns_u16(type) + dns_u16(record_class);
  ++counts_[0];
  return *this;
}

DnsMessage& DnsMessage::add(DnsSection section, std::string_view owner, unsigned type,
                            std::uint32_t ttl, std::string_view data) {
  return add_raw(section, dns_name(owner), type, ttl, data);
}

DnsMessage& DnsMessage::add_raw(DnsSection section, std::string_view owner, unsigned type,
                                std::uint32_t ttl, std::string_view data) {
  body_.append(owner).append(dns_u16(type)).append(dns_u16(1)).append(dns_u32(ttl));
  body_.append(dns_u16(static_cast<unsigned>(data.size()))).append(data);
  ++counts_[1 + static_cast<std::size_t>(section)];
  return *this;
}

DnsMessage& DnsMessage::set_id(unsigned id) {
  id_ = id;
  return *this;
}

std::string DnsMessage::octets() const {
  std::string out = dns_u16(id_) + dns_u16(flags_);
  for (const unsigned count : counts_)
    out += dns_u16(count);
  return out + body_;
}

}  // namespace support
