#include "tests/support/fake_resolver.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace support {

namespace {

using dns::Answer;
using dns::Outcome;
using dns::Type;

constexpr Type all_types[] = {Type::a, Type::ptr, Type::mx, Type::txt, Type::aaaa};
constexpr int cnames_max = 8;

std::string canonical(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return base::to_lower(name);
}

base::IpAddress address_of(std::string_view text) {
  const auto address = base::IpAddress::parse(text);
  return address.value();
}

}  // namespace

FakeResolver::~FakeResolver() {
  for (Held& held : state_.lock()->held)
    held.promise.answer({});
}

void FakeResolver::State::add(std::string_view name, Type type, dns::Record record) {
  nodes[canonical(name)].records[type].push_back(std::move(record));
}

void FakeResolver::add_txt(std::string_view name, std::string_view text) {
  state_.lock()->add(name, Type::txt, std::string(text));
}

void FakeResolver::add_a(std::string_view name, std::string_view address) {
  state_.lock()->add(name, Type::a, address_of(address));
}

void FakeResolver::add_aaaa(std::string_view name, std::string_view address) {
  state_.lock()->add(name, Type::aaaa, address_of(address));
}

void FakeResolver::add_mx(std::string_view name, std::uint16_t preference, std::string_view host) {
  state_.lock()->add(name, Type::mx, dns::MailExchange{preference, canonical(host)});
}

void FakeResolver::add_ptr(std::string_view address, std::string_view host) {
  state_.lock()->add(address_of(address).reverse_name(), Type::ptr, canonical(host));
}

void FakeResolver::add_cname(std::string_view name, std::string_view target) {
  state_.lock()->nodes[canonical(name)].cname = canonical(target);
}

void FakeResolver::add_empty(std::string_view name) { state_.lock()->nodes[canonical(name)]; }

void FakeResolver::timeout(std::string_view name) {
  for (const Type type : all_types)
    timeout(name, type);
}

void FakeResolver::timeout(std::string_view name, Type type) { set(name, type, {}); }

void FakeResolver::servfail(std::string_view name) {
  for (const Type type : all_types)
    servfail(name, type);
}

void FakeResolver::servfail(std::string_view name, Type type) {
  set(name, type, {.outcome = Outcome::failure});
}

void FakeResolver::nxdomain(std::string_view name) {
  for (const Type type : all_types)
    set(name, type, {.outcome = Outcome::no_name});
}

void FakeResolver::set(std::string_view name, Type type, Answer answer) {
  state_.lock()->nodes[canonical(name)].fixed[type] = std::move(answer);
}

void FakeResolver::clear(std::string_view name) { state_.lock()->nodes.erase(canonical(name)); }

void FakeResolver::set_ttl(base::Seconds ttl) { state_.lock()->ttl = ttl; }

void FakeResolver::set_authentic(bool authentic) { state_.lock()->authentic = authentic; }

void FakeResolver::hold() { state_.lock()->holding = true; }

void FakeResolver::release() {
  std::vector<Held> held;
  {
    const auto state = state_.lock();
    state->holding = false;
    held.swap(state->held);
  }
  for (Held& one : held)
    one.promise.answer(std::move(one.answer));
}

Answer FakeResolver::State::answer(dns::Question question) const {
  Answer answer{.outcome = Outcome::no_name, .ttl = ttl, .authentic = authentic};
  for (int followed = 0; followed <= cnames_max; ++followed) {
    const auto node = nodes.find(question.name);
    if (node == nodes.end()) return answer;
    const auto fixed = node->second.fixed.find(question.type);
    if (fixed != node->second.fixed.end()) return fixed->second;
    if (node->second.cname.empty()) {
      const auto records = node->second.records.find(question.type);
      answer.outcome = records == node->second.records.end() ? Outcome::no_data : Outcome::found;
      if (answer.outcome == Outcome::found) answer.records = records->second;
      return answer;
    }
    question.name = node->second.cname;
  }
  return {.outcome = Outcome::failure};
}

dns::Pending FakeResolver::lookup(const dns::Question& question) {
  const auto state = state_.lock();
  state->asked.push_back(question);
  Answer answer = state->answer({canonical(question.name), question.type});
  if (!state->holding) return dns::ready(std::move(answer));
  Held& held = state->held.emplace_back(Held{{}, std::move(answer)});
  return held.promise.pending();
}

std::vector<dns::Question> FakeResolver::asked() const { return state_.lock()->asked; }

std::size_t FakeResolver::count() const { return state_.lock()->asked.size(); }

std::size_t FakeResolver::count(std::string_view name, Type type) const {
  const dns::Question question{canonical(name), type};
  const auto state = state_.lock();
  return static_cast<std::size_t>(std::ranges::count(state->asked, question));
}

}  // namespace support
