#include "verify/dns/resolver.hpp"

#include <utility>

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

}  // namespace

std::string text(const Record& record) { return std::visit(AsText{}, record); }

Answer wait(const Pending& pending, base::Deadline deadline) {
  if (!pending.valid()) return {};
  if (pending.wait_until(deadline) != std::future_status::ready) return {};
  return pending.get();
}

bool is_ready(const Pending& pending) {
  return !pending.valid() || pending.wait_for(base::Seconds::zero()) == std::future_status::ready;
}

Pending ready(Answer answer) {
  std::promise<Answer> promise;
  promise.set_value(std::move(answer));
  return promise.get_future().share();
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

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::found:
      return "found";
    case Outcome::no_data:
      return "no_data";
    case Outcome::no_name:
      return "no_name";
    case Outcome::failure:
      return "failure";
    case Outcome::timeout:
      return "timeout";
  }
  return "unknown";
}

}  // namespace dns
