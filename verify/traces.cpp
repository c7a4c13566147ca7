#include "verify/traces.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/domain.hpp"
#include "base/text.hpp"

namespace verify {

namespace {

constexpr std::string_view delivery_fields[] = {"Delivered-To", "X-Forwarded-To", "X-Forwarded-For",
                                                "X-Original-To", "X-Delivered-To"};
constexpr std::size_t hops_max = 50;
constexpr std::size_t octets_looked_at = 2000;  // Of a Received field.

// The clauses of a Received field that matter here, comments left out.
struct Hop {
  std::string_view from;
  std::string_view by;
  std::string_view with;
};

Hop read_hop(std::string_view value) {
  value = value.substr(0, octets_looked_at);
  Hop hop;
  std::string_view* wanted = nullptr;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < value.size() && value[i] != ';';) {
    if (value[i] == '(') ++depth;
    if (value[i] == ')' && depth > 0) --depth;
    const std::size_t end = std::min(value.find_first_of(" \t\r\n();", i), value.size());
    if (depth > 0 || end == i) {
      ++i;
      continue;
    }
    const std::string_view word = value.substr(i, end - i);
    i = end;
    if (wanted != nullptr) {
      if (wanted->empty()) *wanted = word;
      wanted = nullptr;
    } else if (base::equal_ignoring_case(word, "from")) {
      wanted = &hop.from;
    } else if (base::equal_ignoring_case(word, "by")) {
      wanted = &hop.by;
    } else if (base::equal_ignoring_case(word, "with")) {
      wanted = &hop.with;
    }
  }
  return hop;
}

// RFC 3848: ESMTPA, ESMTPSA, UTF8SMTPA, …
bool is_submission(std::string_view protocol) {
  return base::to_lower(protocol).ends_with("a");
}

// Between hosts that share their last two labels a message stays at home.
bool crosses_organizations(const Hop& hop) {
  const auto from = base::Domain::parse(hop.from);
  const auto by = base::Domain::parse(hop.by);
  if (!from || !by || from->label_count() < 2 || by->label_count() < 2) return false;
  return from->suffix(2) != by->suffix(2);
}

}  // namespace

bool shows_earlier_delivery(const mail::Headers& headers, bool through_relay) {
  if (std::ranges::any_of(delivery_fields,
                          [&](std::string_view name) { return !headers.named(name).empty(); })) {
    return true;
  }
  if (through_relay) return false;
  const auto fields = headers.named("Received");
  const std::size_t hops = std::min(fields.size(), hops_max);
  for (std::size_t i = 0; i < hops; ++i) {
    const Hop hop = read_hop(fields[i]->value);
    if (!is_submission(hop.with) && crosses_organizations(hop)) return true;
  }
  return false;
}

}  // namespace verify
