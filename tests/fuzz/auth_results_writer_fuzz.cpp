// Authentication-Results as we write it: whatever a sender puts where he can, the field is one
// field, and says which checks gave what, and nothing else.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "verify/auth_results.hpp"

namespace {

struct Outline {
  std::string method;
  std::string result;

  friend bool operator==(const Outline&, const Outline&) = default;
};

std::optional<base::Domain> domain_of(fuzz::Input& input) {
  auto domain = base::Domain::parse(input.text());
  return domain || input.below(3) == 0 ? domain : base::Domain::parse("a.example");
}

dkim::Result signature_of(fuzz::Input& input) {
  dkim::Result result;
  result.status = static_cast<dkim::Status>(input.below(7));
  result.reason = static_cast<dkim::Reason>(
      input.below(static_cast<std::size_t>(dkim::Reason::partial_body) + 1));
  result.domain = domain_of(input);
  result.selector = input.text();
  result.algorithm = input.text();
  result.identity = input.text();
  result.signature_start = input.text();
  return result;
}

verify::Facts facts_of(fuzz::Input& input) {
  verify::Facts facts;
  for (std::size_t left = input.below(3); left > 0; --left) {
    spf::Result result;
    result.status = static_cast<spf::Status>(input.below(7));
    result.identity = static_cast<spf::Identity>(input.below(2));
    result.domain = domain_of(input);
    result.mechanism = result.problem = result.explanation = input.text();
    facts.spf.push_back(result);
  }
  for (std::size_t left = input.below(24); left > 0; --left)
    facts.dkim.push_back(signature_of(input));
  facts.arc.status = static_cast<arc::Status>(input.below(3));
  facts.arc.detail = input.text();
  facts.arc.oldest_pass = input.below(51);
  facts.dmarc.status = static_cast<dmarc::Status>(input.below(5));
  facts.dmarc.author = domain_of(input);
  facts.dmarc.reason = input.text();
  if (input.below(2) == 1) facts.dmarc.record = dmarc::Record();
  facts.dmarc.policy = static_cast<dmarc::Policy>(input.below(3));
  if (input.below(8) == 1) facts.from_fault = static_cast<mail::FromFault>(input.below(5));
  facts.message.header_truncated = input.below(8) == 1;
  if (input.below(2) == 1) {
    facts.iprev =
        iprev::Result{static_cast<iprev::Status>(input.below(4)), std::string(input.text())};
  }
  return facts;
}

// One line of printable ASCII, but for folds.
bool is_one_field(std::string_view field) {
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\n' && i + 1 < field.size() && field[i + 1] == '\t') {
      ++i;
    } else if (field[i] < ' ' || field[i] == '\x7F') {
      return false;
    }
  }
  return true;
}

// What the field may say of methods; DKIM apart, as of many signatures some are left out.
std::vector<Outline> expected(const verify::Facts& facts, const verify::Connection& connection) {
  std::vector<Outline> outline;
  const bool truncated = facts.message.header_truncated;
  if (!facts.spf.empty())
    outline.push_back({"spf", std::string(spf::name(facts.spf.back().status))});
  if (!truncated) outline.push_back({"arc", std::string(arc::name(facts.arc.status))});
  outline.push_back({"dmarc", std::string(dmarc::name(facts.dmarc.status))});
  if (facts.iprev && connection.client) {
    outline.push_back({"iprev", std::string(iprev::name(facts.iprev->status))});
  }
  return outline;
}

void check_signature(const verify::ResInfo& info, const verify::Facts& facts) {
  const auto value_of = [&](std::string_view name) {
    const auto found = std::ranges::find(info.properties, name, &verify::Property::name);
    return found == info.properties.end() ? std::string() : found->value;
  };
  fuzz::require(std::ranges::any_of(facts.dkim, [&](const dkim::Result& one) {
    return dkim::name(one.status) == info.result &&
           value_of("d") == (one.domain ? one.domain->text() : "");
  }));
}

void check(std::string_view octets) {
  fuzz::Input input(octets);
  const verify::Facts facts = facts_of(input);
  verify::Connection connection;
  if (input.below(4) != 0) connection.client = base::IpAddress::parse("2001:db8::1");
  connection.helo = connection.client_name = input.text();
  const std::string field = verify::format_auth_results(facts, connection, "mx.example.org");
  fuzz::require(is_one_field(field));
  fuzz::require(field.size() < 64 * 1024);
  fuzz::require(verify::must_be_removed(field, "mx.example.org"));
  const auto read = verify::parse_auth_results(field);
  fuzz::require(read && read->authserv_id == "mx.example.org");

  std::vector<Outline> outline;
  std::size_t signatures = 0;
  for (const verify::ResInfo& info : read->results) {
    if (info.method != "dkim") {
      outline.push_back({info.method, info.result});
      continue;
    }
    ++signatures;
    if (!facts.dkim.empty() && !facts.message.header_truncated) check_signature(info, facts);
  }
  fuzz::require(outline == expected(facts, connection));
  const std::size_t all =
      facts.message.header_truncated ? 1 : std::max<std::size_t>(facts.dkim.size(), 1);
  fuzz::require(signatures == std::min<std::size_t>(all, 20));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  // Short lengths and statuses between the tokens that could break out of a value.
  check(fuzz::fold(
      text, {"\x01", "\x02",        "\x03", "\x05", "\x08", "\x10",      "\x20",
             ";",    "; dkim=pass", "\"",   "\\",   "(",    ")",         " header.d=b.example",
             "@",    "\r\n",        "\n\t", "=",    ".",    "a.example", "\xC3\xBC",
             "A/+="}));
  return 0;
}
