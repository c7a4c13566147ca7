#include "verify/spf/breadth.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "base/text.hpp"
#include "verify/spf/grammar.hpp"

namespace spf {

namespace {

using Count = std::uint64_t;

constexpr Count all_addresses = std::numeric_limits<Count>::max();

Count sum(Count a, Count b) { return b > all_addresses - a ? all_addresses : a + b; }

Count network_size(unsigned prefix_bits, unsigned bits_counted) {
  return prefix_bits >= bits_counted ? 1 : Count{1} << std::min(63U, bits_counted - prefix_bits);
}

class Counter {
 public:
  explicit Counter(std::span<const dns::Lookup> lookups) : lookups_(lookups) {}

  // Each record counts once, so that loops end; there are no more than lookups.
  Count of_record_at(std::string_view written) {
    const std::string name = name_of(written);
    if (name.contains('%') || !seen_.insert(name).second) return 0;
    const dns::Answer* answer = find(name, dns::Type::txt);
    if (answer == nullptr) return 0;
    for (const dns::Record& one : answer->records) {
      const auto* text = std::get_if<std::string>(&one);
      if (text == nullptr || !is_spf_record(*text)) continue;
      const auto record = parse_record(*text);
      return record ? of_record(*record, name) : 0;
    }
    return 0;
  }

 private:
  static std::string name_of(std::string_view written) {
    if (written.ends_with('.')) written.remove_suffix(1);
    return base::to_lower(written);
  }

  const dns::Answer* find(const std::string& name, dns::Type type) const {
    const auto found =
        std::ranges::find(lookups_, dns::Question{name, type}, &dns::Lookup::question);
    return found == lookups_.end() ? nullptr : &found->answer;
  }

  Count of_record(const Record& record, const std::string& name) {
    Count count = 0;
    for (const Term& term : record.terms) {
      if (term.qualifier == Qualifier::pass) count = sum(count, of_term(term, name));
    }
    return record.redirect ? sum(count, of_record_at(record.redirect->domain_spec)) : count;
  }

  Count of_term(const Term& term, const std::string& name) {
    const std::string target = term.domain_spec.empty() ? name : name_of(term.domain_spec);
    switch (term.kind) {
      case Kind::all:
        return all_addresses;
      case Kind::include:
        return of_record_at(term.domain_spec);
      case Kind::ip4:
        return network_size(term.prefix4, 32);
      case Kind::ip6:
        return network_size(term.prefix6, 64);
      case Kind::a:
        return of_host(term, target);
      case Kind::mx:
        return of_exchanges(term, target);
      case Kind::ptr:
      case Kind::exists:
      case Kind::redirect:
        return 0;
    }
    return 0;
  }

  Count of_host(const Term& term, const std::string& host) const {
    Count count = 0;
    if (const dns::Answer* answer = find(host, dns::Type::a)) {
      count = sum(count, answer->records.size() * network_size(term.prefix4, 32));
    }
    if (const dns::Answer* answer = find(host, dns::Type::aaaa)) {
      for (std::size_t i = 0; i < answer->records.size(); ++i)
        count = sum(count, network_size(term.prefix6, 64));
    }
    return count;
  }

  Count of_exchanges(const Term& term, const std::string& name) const {
    Count count = 0;
    const dns::Answer* answer = find(name, dns::Type::mx);
    if (answer == nullptr) return count;
    for (const dns::Record& record : answer->records) {
      const auto* exchange = std::get_if<dns::MailExchange>(&record);
      if (exchange != nullptr) count = sum(count, of_host(term, base::to_lower(exchange->host)));
    }
    return count;
  }

  std::span<const dns::Lookup> lookups_;
  std::set<std::string> seen_;
};

}  // namespace

std::uint64_t breadth(const Result& result, std::span<const dns::Lookup> lookups) {
  if (result.status != Status::pass) return 0;
  std::string_view term = result.mechanism;
  if (term.starts_with('+')) term.remove_prefix(1);
  constexpr std::string_view include = "include:";
  if (!base::equal_ignoring_case(term.substr(0, include.size()), include)) return 0;
  return Counter(lookups).of_record_at(term.substr(include.size()));
}

}  // namespace spf
