#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"
#include "base/words.hpp"

// What is asked of the DNS and what comes back: values, and no way to ask.
namespace dns {

enum class Type : std::uint16_t { a = 1, ptr = 12, mx = 15, txt = 16, aaaa = 28 };

struct Question {
  std::string name;  // Lower case, no trailing dot. Always absolute: search lists never apply.
  Type type = Type::txt;

  friend auto operator<=>(const Question&, const Question&) = default;
};

enum class Outcome : std::uint8_t {
  found,    // At least one record.
  no_data,  // The name exists, not with this type.
  no_name,  // NXDOMAIN: nothing at or below the name (RFC 8020).
  failure,  // SERVFAIL, REFUSED, or an answer that makes no sense.
  timeout,  // No answer in time.
  // We did not ask: a limit of ours on what one message may cause was reached. That says nothing
  // about the DNS, so no judge takes it for a temporary error.
  not_asked,
};
constexpr auto words_of(Outcome) {
  return std::to_array<std::string_view>(
      {"found", "no_data", "no_name", "failure", "timeout", "not_asked"});
}

// True when nobody knows what the DNS holds there: asked again later, the answer may be another.
[[nodiscard]] constexpr bool is_temporary(Outcome outcome) noexcept {
  return outcome == Outcome::failure || outcome == Outcome::timeout;
}

struct MailExchange {
  std::uint16_t preference = 0;
  std::string host;  // No trailing dot; empty for the null MX (RFC 7505).

  friend bool operator==(const MailExchange&, const MailExchange&) = default;
};

// TXT (its strings joined) and PTR (no trailing dot); A and AAAA; MX.
using Record = std::variant<std::string, base::IpAddress, MailExchange>;

// As shown in logs and events: the TXT or PTR text, the address, or "10 mail.example".
[[nodiscard]] std::string text(const Record& record);
// The record that text() shows so, for questions of that type.
[[nodiscard]] std::optional<Record> parse_record(Type type, std::string_view text);

// The records of one answer, never changed once made: copies share them, from the cache to the
// event of every message that asked.
class Records {
 public:
  Records() = default;
  Records(std::vector<Record> records)  // NOLINT(google-explicit-constructor): a list is a list.
      : list_(records.empty() ? nullptr
                              : std::make_shared<const std::vector<Record>>(std::move(records))) {}
  Records(std::initializer_list<Record> records) : Records(std::vector<Record>(records)) {}

  [[nodiscard]] std::size_t size() const noexcept { return list_ ? list_->size() : 0; }
  [[nodiscard]] bool empty() const noexcept { return list_ == nullptr; }
  [[nodiscard]] const Record* begin() const noexcept { return list_ ? list_->data() : nullptr; }
  [[nodiscard]] const Record* end() const noexcept { return begin() + size(); }
  [[nodiscard]] const Record& front() const { return list_->front(); }
  [[nodiscard]] const Record& operator[](std::size_t i) const { return (*list_)[i]; }

  friend bool operator==(const Records& a, const Records& b) { return std::ranges::equal(a, b); }

 private:
  std::shared_ptr<const std::vector<Record>> list_;  // Null when there are none.
};

struct Answer {
  Outcome outcome = Outcome::timeout;
  Records records{};
  base::Seconds ttl{0};
  bool authentic = false;  // The AD bit, when the configured server is trusted with it.

  friend bool operator==(const Answer&, const Answer&) = default;
};

[[nodiscard]] std::string_view name(Type type);  // "TXT"
[[nodiscard]] constexpr std::string_view name(Outcome outcome) noexcept {
  return base::word(outcome);
}  // "no_data"

}  // namespace dns
