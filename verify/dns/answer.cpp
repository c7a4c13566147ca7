#include "verify/dns/answer.hpp"

#include <utility>

#include "base/text.hpp"

namespace dns {

namespace {

struct AsText {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const base::IpAddress& address) const { return address.text(); }
  std::string operator()(const MailExchange& exchange) const {
    // RFC 7505 §3: the null MX is shown as its zone file writes it, "0 .".
    return std::to_string(exchange.preference) + ' ' +
           (exchange.host.empty() ? "." : exchange.host);
  }
};

std::optional<Record> parse_exchange(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::optional<std::uint64_t> preference = base::parse_number(text.substr(0, space));
  if (!preference || *preference > 0xFFFF) return std::nullopt;
  const std::string_view host = text.substr(space + 1);
  return MailExchange{static_cast<std::uint16_t>(*preference),
                      std::string(host == "." ? "" : host)};
}

}  // namespace

std::string text(const Record& record) { return std::visit(AsText{}, record); }

std::optional<Record> parse_record(Type type, std::string_view text) {
  if (type == Type::mx) return parse_exchange(text);
  if (type != Type::a && type != Type::aaaa) return Record(std::string(text));
  const std::optional<base::IpAddress> address = base::IpAddress::parse(text);
  if (!address) return std::nullopt;
  return *address;
}

std::string_view name(Type type) {
  switch (type) {
    case Type::a:
      return "A";
    case Type::ptr:
      return "PTR";
    case Type::mx:
      return "MX";
    case Type::txt:
      return "TXT";
    case Type::aaaa:
      return "AAAA";
  }
  return "unknown";
}

}  // namespace dns
