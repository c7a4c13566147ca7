#include "verify/spf/session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "verify/spf/macro.hpp"

namespace spf {

namespace {

constexpr std::size_t terms_limit = 10;  // RFC 7208 §4.6.4: MUST NOT be more.
constexpr std::size_t txt_records_max = 100;

// RFC 7208 §4.6.4 makes an overrun of limits permanent, ours included.
Status status_of_error(dns::Outcome outcome) {
  return outcome == dns::Outcome::not_asked ? Status::permerror : Status::temperror;
}

bool is_error(const dns::Answer& answer) {
  return dns::is_temporary(answer.outcome) || answer.outcome == dns::Outcome::not_asked;
}

std::string describe(dns::Type type, std::string_view name, const dns::Answer& answer) {
  if (answer.outcome == dns::Outcome::not_asked) return "too many DNS questions";
  return std::string(dns::name(type)) + ' ' + base::printable(name, 253) + ": " +
         std::string(dns::name(answer.outcome));
}

dns::Question question_for(dns::Type type, std::string_view name) {
  return {base::to_lower(name), type};
}

std::vector<base::IpAddress> addresses_of(const dns::Answer& answer) {
  std::vector<base::IpAddress> addresses;
  for (const dns::Record& record : answer.records) {
    if (const auto* address = std::get_if<base::IpAddress>(&record)) addresses.push_back(*address);
  }
  return addresses;
}

// True for the domain itself and for names below it (RFC 7208 §5.5).
bool is_within(std::string_view name, std::string_view domain) {
  if (name.size() < domain.size()) return false;
  const std::string_view end = name.substr(name.size() - domain.size());
  if (!base::equal_ignoring_case(end, domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

// RFC 7208 §7.3: %{i} is the dotted quad, or the nibbles of an IPv6 address with dots between them,
// in upper case as the test suites of the SPF council have it.
std::string dotted(const base::IpAddress& address) {
  if (address.family() == base::IpAddress::Family::v4) return address.text();
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string text;
  for (const std::uint8_t octet : address.octets()) {
    if (!text.empty()) text += '.';
    text += {hex[octet >> 4], '.', hex[octet & 15]};
  }
  return text;
}

}  // namespace

Session::Session(const Request& request, dns::Resolver& resolver, const Options& options,
                 base::WallTime now)
    : options_(options),
      client_(request.client),
      sender_(find_sender(request)),
      receiver_(request.receiver),
      now_(now),
      lookups_(resolver) {}

void Session::stop(Status status, std::string problem) {
  const Problem cause = find_problem(problem);
  if (!stop_) stop_ = Stop{status, cause, std::move(problem)};
}

void Session::stop(Status status, Problem cause, std::string_view detail) {
  if (!stop_) stop_ = Stop{status, cause, std::string(words(cause)).append(detail)};
}

dns::Type Session::address_type() const {
  return client_.family() == base::IpAddress::Family::v4 ? dns::Type::a : dns::Type::aaaa;
}

// Null when stopped.
const dns::Answer* Session::ask(dns::Type type, std::string_view name) {
  const dns::Answer* answer = lookups_.ask(question_for(type, name));
  if (answer == nullptr) stop(Status::temperror, "an answer is not there yet");
  return answer;
}

// The query a term is about. Null when stopped, as it is by an error (RFC 7208 §5) and by one void
// lookup too many (§4.6.4). The follow-up queries of mx and ptr do not come here: the RFC speaks of
// terms, and counting them would punish IPv4-only hosts for an IPv6 client.
const dns::Answer* Session::ask_for_term(dns::Type type, std::string_view name) {
  const dns::Answer* answer = ask(type, name);
  if (answer == nullptr) return nullptr;
  if (is_error(*answer) && type != dns::Type::ptr) {
    stop(status_of_error(answer->outcome), describe(type, name, *answer));
    return nullptr;
  }
  const bool is_void =
      answer->outcome == dns::Outcome::no_data || answer->outcome == dns::Outcome::no_name;
  if (is_void && ++voids_ > options_.void_lookups_max) {
    stop(Status::permerror, Problem::too_many_voids);
    return nullptr;
  }
  return answer;
}

bool Session::reach(const Level& level, const Term& term) {
  if (stop_) return false;
  if (level.main) last_term_ = term.text;
  // RFC 7208 §4.6.4: counted over the whole evaluation, includes and redirects as well.
  if (costs_dns(term.kind) && ++terms_ > std::min(options_.terms_max, terms_limit)) {
    stop(Status::permerror, Problem::too_many_terms);
    return false;
  }
  return true;
}

const Level* Session::open() { return open(sender_.domain, true); }

const Level* Session::open(const Level& level, const Term& term) {
  static const Level no_terms;
  if (!reach(level, term)) return nullptr;
  std::optional<std::string> domain = target(level, term.domain_spec);
  if (stop_) return nullptr;
  if (!domain) return &no_terms;  // RFC 8616 §4: the term never matches.
  if (!is_queryable(*domain)) {   // RFC 7208 §4.3: check_host() gives none.
    stop(Status::permerror, Problem::no_record, " at " + base::printable(*domain, 253));
    return nullptr;
  }
  return open(std::move(*domain), level.main && term.kind == Kind::redirect);
}

const Level* Session::open(std::string domain, bool main) {
  const dns::Answer* answer = ask(dns::Type::txt, domain);
  if (answer == nullptr) return nullptr;
  if (is_error(*answer)) {
    stop(status_of_error(answer->outcome), describe(dns::Type::txt, domain, *answer));
    return nullptr;
  }
  Level& level = levels_.emplace_back();
  level.domain = std::move(domain);
  level.main = main;
  if (!read_record(*answer, level)) return nullptr;
  if (main) main_ = &level;
  prefetch(level);
  return &level;
}

// RFC 7208 §4.5: selects the record, then reads it whole (§4.6). False when stopped.
bool Session::read_record(const dns::Answer& answer, Level& level) {
  const auto at = [&] { return " at " + base::printable(level.domain, 253); };
  if (answer.records.size() > txt_records_max) {
    stop(Status::permerror, "more than " + std::to_string(txt_records_max) + " TXT records" + at());
    return false;
  }
  std::size_t found = 0;
  for (const dns::Record& record : answer.records) {
    const auto* text = std::get_if<std::string>(&record);
    if (text == nullptr || !is_spf_record(*text)) continue;
    if (++found == 1 && text->size() <= options_.record_octets_max) level.text = *text;
  }
  if (found == 0) {
    // RFC 7208 §5.2, §6.1: where a record is pointed to there must be one.
    const bool top = levels_.size() == 1;
    if (top) {
      stop(Status::none, Problem::none);
    } else {
      stop(Status::permerror, Problem::no_record, at());
    }
    return false;
  }
  if (found > 1) {
    stop(Status::permerror, std::to_string(found) + " SPF records" + at());
    return false;
  }
  if (level.text.empty()) {
    stop(Status::permerror, Problem::record_too_long, at());
    return false;
  }
  auto record = parse_record(level.text);
  if (!record) {
    stop(Status::permerror, Problem::syntax, ": " + record.error() + at());
    return false;
  }
  level.record = std::move(*record);
  return true;
}

// Starts what the terms before the first sure match are going to ask, as far as it is known without
// macros: one round trip instead of one for each term. Never more questions than terms may count.
void Session::prefetch(const Level& level) {
  const auto start = [&](const Term& term) {
    if (term.domain_spec.contains('%')) return;
    std::string_view name = term.domain_spec.empty() ? level.domain : term.domain_spec;
    if (name.ends_with('.')) name.remove_suffix(1);
    if (!is_queryable(name)) return;
    dns::Type type = dns::Type::txt;
    if (term.kind == Kind::ptr) return;
    if (term.kind == Kind::a) type = address_type();
    if (term.kind == Kind::mx) type = dns::Type::mx;
    if (term.kind == Kind::exists) type = dns::Type::a;
    ++prefetched_;
    lookups_.start(question_for(type, name));
  };
  const std::size_t terms_max = std::min(options_.terms_max, terms_limit);
  for (const Term& term : level.record.terms) {
    if (matches_without_dns(term, client_) || prefetched_ >= terms_max) return;
    if (costs_dns(term.kind)) start(term);
  }
  if (level.record.redirect && prefetched_ < terms_max) start(*level.record.redirect);
}

// The name a term is about. Nothing when a macro's value cannot be used.
std::optional<std::string> Session::target(const Level& level, std::string_view spec) {
  if (spec.empty()) return level.domain;
  return expand_domain(spec, [&](char letter) { return value(level, letter); });
}

// RFC 7208 §7.2.
std::optional<std::string> Session::value(const Level& level, char letter) {
  const bool v4 = client_.family() == base::IpAddress::Family::v4;
  switch (letter) {
    case 's':
      if (!sender_.local_part) return std::nullopt;
      return *sender_.local_part + '@' + sender_.domain;
    case 'l':
      return sender_.local_part;
    case 'o':
      return sender_.domain;
    case 'd':
      return level.domain;
    case 'i':
      return dotted(client_);
    case 'p':
      return validated_name(level.domain);
    case 'v':
      return v4 ? "in-addr" : "ip6";
    case 'h':
      return sender_.helo;
    case 'c':
      return client_.text();
    case 'r':
      return receiver_.empty() ? "unknown" : receiver_;
    case 't':
      return std::to_string(std::chrono::system_clock::to_time_t(now_));
    default:
      return std::nullopt;
  }
}

std::vector<base::IpAddress> Session::addresses(const Level& level, const Term& term) {
  if (!reach(level, term)) return {};
  const auto name = target(level, term.domain_spec);
  if (stop_ || !name || !is_queryable(*name)) return {};
  const dns::Answer* answer = ask_for_term(address_type(), *name);
  return answer == nullptr ? std::vector<base::IpAddress>{} : addresses_of(*answer);
}

std::vector<std::string> Session::exchanges(const Level& level, const Term& term) {
  if (!reach(level, term)) return {};
  const auto name = target(level, term.domain_spec);
  if (stop_ || !name || !is_queryable(*name)) return {};
  const dns::Answer* answer = ask_for_term(dns::Type::mx, *name);
  if (answer == nullptr) return {};
  if (answer->records.size() > options_.names_max) {  // RFC 7208 §4.6.4.
    stop(Status::permerror, Problem::too_many_exchanges, " at " + base::printable(*name, 253));
    return {};
  }
  std::vector<std::string> hosts;
  for (const dns::Record& record : answer->records) {
    const auto* exchange = std::get_if<dns::MailExchange>(&record);
    // RFC 7505 §3: the null MX has no host, nor has a name nobody can ask for.
    if (exchange != nullptr && is_queryable(exchange->host)) hosts.push_back(exchange->host);
  }
  return hosts;
}

std::vector<base::IpAddress> Session::host_addresses(const std::string& host) {
  if (stop_) return {};
  const dns::Answer* answer = ask(address_type(), host);
  if (answer == nullptr) return {};
  if (is_error(*answer)) {
    stop(status_of_error(answer->outcome), describe(address_type(), host, *answer));
    return {};
  }
  return addresses_of(*answer);
}

// RFC 7208 §5.7: an A query, whatever the client's family.
bool Session::exists(const Level& level, const Term& term) {
  if (!reach(level, term)) return false;
  const auto name = target(level, term.domain_spec);
  if (stop_ || !name || !is_queryable(*name)) return false;
  const dns::Answer* answer = ask_for_term(dns::Type::a, *name);
  return answer != nullptr && answer->outcome == dns::Outcome::found;
}

// RFC 7208 §5.5. Errors are no match; a name outside the target need not be looked up.
bool Session::ptr(const Level& level, const Term& term) {
  if (!reach(level, term)) return false;
  const auto domain = target(level, term.domain_spec);
  if (stop_ || !domain || !is_queryable(*domain)) return false;
  const dns::Answer* answer = ask_for_term(dns::Type::ptr, client_.reverse_name());
  if (answer == nullptr) return false;
  return std::ranges::any_of(client_names(*answer), [&](const std::string& name) {
    return is_within(name, *domain) && is_confirmed(name);
  });
}

// RFC 7208 §4.6.4: of too many names the first are used and the rest ignored.
std::vector<std::string> Session::client_names(const dns::Answer& answer) const {
  std::vector<std::string> names;
  for (const dns::Record& record : answer.records) {
    if (names.size() == options_.names_max) break;
    if (const auto* name = std::get_if<std::string>(&record)) names.push_back(*name);
  }
  return names;
}

bool Session::is_confirmed(const std::string& name) {
  if (stop_ || !is_queryable(name)) return false;
  const dns::Answer* answer = ask(address_type(), name);
  if (answer == nullptr) return false;
  const auto addresses = addresses_of(*answer);
  return std::ranges::find(addresses, client_) != addresses.end();
}

// RFC 7208 §7.3, %{p}: the domain itself, else a name below it, else any, else "unknown".
std::string Session::validated_name(const std::string& domain) {
  const auto known = validated_names_.find(domain);
  if (known != validated_names_.end()) return known->second;
  std::string found = "unknown";
  const dns::Answer* answer = ask(dns::Type::ptr, client_.reverse_name());
  std::vector<std::string> names;
  if (answer != nullptr) names = client_names(*answer);
  const auto below = std::ranges::stable_partition(
      names, [&](const std::string& name) { return base::equal_ignoring_case(name, domain); });
  std::ranges::stable_partition(below,
                                [&](const std::string& name) { return is_within(name, domain); });
  const auto confirmed =
      std::ranges::find_if(names, [&](const std::string& name) { return is_confirmed(name); });
  if (confirmed != names.end()) found = *confirmed;
  validated_names_.emplace(domain, found);
  return found;
}

std::string Session::explanation() {
  if (main_ == nullptr || main_->record.explanation.empty()) return {};
  const auto name = target(*main_, main_->record.explanation);
  if (!name || !is_queryable(*name)) return {};
  // RFC 7208 §6.2: on any error, or when there is not exactly one text, there is no explanation.
  const auto answer = ask(dns::Type::txt, *name);
  if (answer == nullptr || answer->outcome != dns::Outcome::found || answer->records.size() != 1) {
    return {};
  }
  const auto* text = std::get_if<std::string>(&answer->records.front());
  if (text == nullptr) return {};
  const auto values = [&](char letter) { return value(*main_, letter); };
  auto expanded = expand_explanation(*text, values, options_.explanation_octets_max);
  if (!expanded || stop_) return {};
  // What macros bring in (a local-part, above all) may be no text for an SMTP reply.
  std::ranges::replace_if(
      *expanded, [](char c) { return c < ' ' || c > '~'; }, '?');
  return *expanded;
}

}  // namespace spf
