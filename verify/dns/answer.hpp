#pragma once

#include <algorithm>
#include <cassert>
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

// The record types we ask for, with their numbers on the wire (RFC 1035 §3.2.2, RFC 3596 §2.1).
enum class Type : std::uint16_t { a = 1, ptr = 12, mx = 15, txt = 16, aaaa = 28 };

// One question. Two are equal when the DNS would say so, as names are in lower case.
struct Question {
  std::string name;       // Lower case, no trailing dot. Always absolute: search lists never apply.
  Type type = Type::txt;  // What kind of record is wanted.

  friend auto operator<=>(const Question&, const Question&) = default;
};

// What became of a question. Only `failure` and `timeout` are temporary errors.
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

// One MX record (RFC 1035 §3.3.9).
struct MailExchange {
  std::uint16_t preference = 0;  // The lowest is tried first.
  std::string host;              // No trailing dot; empty for the null MX (RFC 7505).

  friend bool operator==(const MailExchange&, const MailExchange&) = default;
};

// One record's data. Which alternative it is follows from the type asked for: TXT (its strings
// joined) and PTR (no trailing dot) are text, A and AAAA addresses, MX a MailExchange.
using Record = std::variant<std::string, base::IpAddress, MailExchange>;

// The record as shown in logs and events: the TXT or PTR text as it is, the address, or "10
// mail.example" ("0 ." for the null MX). Not escaped.
[[nodiscard]] std::string text(const Record& record);
// The record of that type which text() shows so; nothing when the text is no such record.
[[nodiscard]] std::optional<Record> parse_record(Type type, std::string_view text);

// The records of one answer, in the order of the message, never changed once made: copies share
// them, from the cache to the event of every message that asked. Safe for concurrent use.
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
  // REQUIRES: not empty().
  [[nodiscard]] const Record& front() const { return (*this)[0]; }
  // REQUIRES: i < size().
  [[nodiscard]] const Record& operator[](std::size_t i) const {
    assert(i < size());
    return (*list_)[i];
  }

  friend bool operator==(const Records& a, const Records& b) { return std::ranges::equal(a, b); }

 private:
  std::shared_ptr<const std::vector<Record>> list_;  // Null when there are none.
};

// What came back for one Question. The default is a time-out.
struct Answer {
  Outcome outcome = Outcome::timeout;  // Records are there only when `found`.
  Records records{};       // Of the type asked for; aliases on the way are not among them.
  base::Seconds ttl{0};    // Of the records, or of their absence (RFC 2308).
  bool authentic = false;  // The AD bit, when the configured server is trusted with it.

  friend bool operator==(const Answer&, const Answer&) = default;
};

[[nodiscard]] std::string_view name(Type type);  // "TXT"
[[nodiscard]] constexpr std::string_view name(Outcome outcome) noexcept {
  return base::word(outcome);
}  // "no_data"

}  // namespace dns
