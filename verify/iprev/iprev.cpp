#include "verify/iprev/iprev.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "base/domain.hpp"

namespace iprev {

namespace {

// The names to confirm, sorted so that the order a server happens to answer in changes nothing.
// What is no domain name cannot be asked for and confirms nothing.
std::vector<std::string> candidates(const dns::Answer& names, const Options& options) {
  std::vector<std::string> found;
  for (const dns::Record& record : names.records) {
    const auto* const text = std::get_if<std::string>(&record);
    const auto domain = text ? base::Domain::parse(*text) : std::nullopt;
    if (domain) found.push_back(domain->text());
  }
  std::ranges::sort(found);
  const auto repeats = std::ranges::unique(found);
  found.erase(repeats.begin(), repeats.end());
  // RFC 8601 §3: the number of names tried is limited, as the client chooses how many there are.
  if (found.size() > options.names_max) found.resize(options.names_max);
  return found;
}

bool confirms(const dns::Answer& addresses, const base::IpAddress& client) {
  return std::ranges::any_of(addresses.records, [&](const dns::Record& record) {
    const auto* const address = std::get_if<base::IpAddress>(&record);
    return address && *address == client;
  });
}

}  // namespace

dns::Question name_question(const base::IpAddress& client) {
  return {client.reverse_name(), dns::Type::ptr};
}

std::vector<dns::Question> address_questions(const base::IpAddress& client,
                                             const dns::Answer& names, const Options& options) {
  const bool is_v4 = client.family() == base::IpAddress::Family::v4;
  std::vector<dns::Question> questions;
  for (std::string& name : candidates(names, options)) {
    questions.push_back({std::move(name), is_v4 ? dns::Type::a : dns::Type::aaaa});
  }
  return questions;
}

Result judge(const base::IpAddress& client, const dns::Answer& names,
             const std::vector<dns::Answer>& addresses, const Options& options) {
  // RFC 8601 §2.7.3: permerror when nothing can be evaluated, as without a PTR record.
  if (dns::is_temporary(names.outcome)) return {Status::temperror, std::nullopt};
  if (names.records.empty()) return {Status::permerror, std::nullopt};
  const std::vector<std::string> tried = candidates(names, options);
  std::optional<std::string> uncertain;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    const bool answered = i < addresses.size();  // A question without an answer is trouble too.
    if (answered && confirms(addresses[i], client)) return {Status::pass, tried[i]};
    const bool trouble = !answered || dns::is_temporary(addresses[i].outcome);
    if (trouble && !uncertain) uncertain = tried[i];
  }
  if (uncertain) return {Status::temperror, std::move(uncertain)};
  if (tried.empty()) return {Status::fail, std::nullopt};
  return {Status::fail, tried.front()};
}

}  // namespace iprev
