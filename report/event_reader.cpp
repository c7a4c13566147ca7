#include "report/event_reader.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "report/timestamp.hpp"
#include "report/words.hpp"
#include "verify/base/text.hpp"

namespace report {

namespace {

using nlohmann::json;

constexpr int version_known = 1;
constexpr std::size_t line_octets_max = 256 * 1024;  // to_line() stays below a quarter of it.
constexpr int depth_max = 16;                        // to_line() needs four.
constexpr std::size_t recipients_max = 10'000;
constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
constexpr dns::Type types[] = {dns::Type::a, dns::Type::ptr, dns::Type::mx, dns::Type::txt,
                               dns::Type::aaaa};

// The first enumerator with that name.
template <std::ranges::input_range Enumerators, class Name>
std::optional<std::ranges::range_value_t<Enumerators>> find_word(Enumerators&& enumerators,
                                                                 std::string_view word, Name name) {
  for (const auto enumerator : enumerators) {
    if (name(enumerator) == word) return enumerator;
  }
  return std::nullopt;
}

// A value in the line that may be absent, with the way to it. What has the wrong type reads as if
// it were absent, and is the line's fault.
class Node {
 public:
  Node(const json* value, std::string& fault) : value_(value), fault_(fault) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] Node operator[](std::string_view key) const {
    return {is("an object", &json::is_object) ? find(key) : nullptr, *this, key, 0};
  }

  // null is as good as absent.
  [[nodiscard]] bool exists() const { return value_ != nullptr && !value_->is_null(); }

  [[nodiscard]] const std::string& text() const {
    static const std::string empty;
    return is("text", &json::is_string) ? *value_->get_ptr<const std::string*>() : empty;
  }

  [[nodiscard]] bool boolean(bool otherwise = false) const {
    return is("true or false", &json::is_boolean) ? value_->get<bool>() : otherwise;
  }

  [[nodiscard]] std::int64_t number(std::int64_t max = number_max) const {
    if (!is("a whole number", &json::is_number_integer)) return 0;
    const bool fits = !value_->is_number_unsigned() ||
                      value_->get<std::uint64_t>() <= static_cast<std::uint64_t>(number_max);
    const std::int64_t number = value_->get<std::int64_t>();
    if (fits && number >= 0 && number <= max) return number;
    fail("out of range");
    return 0;
  }

  // The value `parse` makes of the text, a std::optional; "" counts as absent.
  template <class Parse>
  [[nodiscard]] auto parsed(std::string_view kind, Parse parse) const {
    decltype(parse(text())) value;
    if (text().empty()) return value;
    value = parse(text());
    if (!value) fail("no " + std::string(kind) + ": \"" + base::printable(text(), 60) + "\"");
    return value;
  }

  [[nodiscard]] std::optional<base::Domain> domain() const {
    return parsed("domain name", &base::Domain::parse);
  }

  // The enumerator whose name() it is: one of all up to `last`. Absent: the first.
  template <class Enum>
  [[nodiscard]] Enum word(std::string_view (*name)(std::type_identity_t<Enum>), Enum last) const {
    const auto all = std::views::iota(0, static_cast<int>(last) + 1) |
                     std::views::transform([](int i) { return static_cast<Enum>(i); });
    return parsed("known word", [&](std::string_view text) { return find_word(all, text, name); })
        .value_or(Enum{});
  }

  template <class Visit>
  void for_each(Visit visit) const {
    if (!is("a list", &json::is_array)) return;
    std::size_t index = 0;
    for (const json& element : *value_)
      visit(Node(&element, *this, {}, index++));
  }

  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for_each([&](const Node& element) { all.push_back(element.text()); });
    return all;
  }

  // Only the first fault of a line is told.
  void fail(std::string_view what) const {
    if (fault_.empty()) fault_ = path().append(": ").append(what);
  }

 private:
  Node(const json* value, const Node& parent, std::string_view key, std::size_t index)
      : value_(value), fault_(parent.fault_), parent_(&parent), key_(key), index_(index) {}

  [[nodiscard]] const json* find(std::string_view key) const {
    const auto found = value_->find(key);
    return found == value_->end() ? nullptr : &*found;
  }

  // True for a value of that kind; one that is absent is no fault.
  [[nodiscard]] bool is(std::string_view kind, bool (json::*test)() const noexcept) const {
    if (!exists()) return false;
    if ((value_->*test)()) return true;
    fail("not " + std::string(kind));
    return false;
  }

  [[nodiscard]] std::string path() const {  // "dkim[0].result"
    std::string way = parent_ != nullptr ? parent_->path() : "";
    if (parent_ == nullptr) return way;
    if (key_.empty()) return way.append("[").append(std::to_string(index_)).append("]");
    return way.append(way.empty() ? "" : ".").append(key_);
  }

  const json* value_;
  std::string& fault_;
  const Node* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
};

void read_connection(const Node& line, Event& event) {
  const Node client = line["client"];
  verify::Connection& connection = event.connection;
  connection.client = client["ip"].parsed("address", &base::IpAddress::parse);
  connection.client_name = client["name"].text();
  connection.authenticated = client["authenticated"].boolean();
  connection.helo = line["helo"].text();
  connection.receiver = event.gateway;
  const std::string& iprev = client["iprev"].text();
  if (iprev.empty() || iprev == "none") return;
  iprev::Result& result = event.facts.iprev.emplace();
  result.status = client["iprev"].word(&iprev::name, iprev::Status::permerror);
  if (client["ptr"].exists()) result.name = client["ptr"].text();
}

// A recipient stands for each domain and for each one counted: policy reads domains only.
void read_envelope(const Node& line, Event& event) {
  verify::Envelope& envelope = event.envelope;
  envelope.queue_id = line["queue_id"].text();
  envelope.mail_from = line["mail_from"].text();
  line["recipients_domains"].for_each(
      [&](const Node& domain) { envelope.recipients.push_back("@" + domain.text()); });
  const auto count = static_cast<std::size_t>(line["recipients"].number());
  const std::string more = envelope.recipients.empty() ? "" : envelope.recipients.front();
  if (count > envelope.recipients.size()) {
    envelope.recipients.resize(std::min(count, recipients_max), more);
  }
}

void read_authors(const Node& line, verify::Facts& facts) {
  const auto add = [&](const Node& node) {
    const std::optional<base::Domain> domain = node.domain();
    if (domain) facts.authors.push_back({{}, *domain});
  };
  add(line["from_domain"]);
  if (!line["from_fault"].exists()) return;
  facts.from_fault = line["from_fault"].word(&mail::name, mail::FromFault::several_domains);
  line["author_domains"].for_each(add);
}

spf::Result read_spf(const Node& node) {
  spf::Result result;
  result.identity = node["identity"].word(&spf::name, spf::Identity::mail_from);
  result.domain = node["domain"].domain();
  result.status = node["result"].word(&spf::name, spf::Status::permerror);
  result.mechanism = node["mechanism"].text();
  result.explanation = node["explanation"].text();
  result.problem = node["problem"].text();
  return result;
}

dkim::Result read_dkim(const Node& node) {
  dkim::Result result;
  result.domain = node["d"].domain();
  result.selector = node["s"].text();
  result.algorithm = node["a"].text();
  result.identity = node["i"].text();
  result.signature_start = node["b"].text();
  result.status = node["result"].word(&dkim::name, dkim::Status::permerror);
  result.reason = node["reason"].word(&word, dkim::Reason::partial_body);
  result.testing = node["testing"].boolean();
  result.key_bits = static_cast<int>(node["key_bits"].number(1 << 20));
  return result;
}

arc::Result read_arc(const Node& node) {
  arc::Result result;
  result.status = node["result"].word(&arc::name, arc::Status::fail);
  result.instances = static_cast<std::size_t>(node["instances"].number());
  result.oldest_pass = static_cast<std::size_t>(node["oldest_pass"].number());
  node["sealers"].for_each([&](const Node& sealer) {
    const std::optional<base::Domain> domain = sealer.domain();
    if (domain) result.sealers.push_back({*domain, {}, {}});
  });
  result.detail = node["detail"].text();
  return result;
}

dmarc::Result read_dmarc(const Node& node, const verify::Facts& facts) {
  dmarc::Result result;
  result.status = node["result"].word(&dmarc::name, dmarc::Status::permerror);
  result.reason = node["reason"].text();
  if (facts.from_domain() != nullptr) result.author = *facts.from_domain();
  result.policy_domain = node["domain"].domain();
  result.organization = node["org_domain"].domain();
  result.policy = node["policy"].word(&dmarc::name, dmarc::Policy::reject);
  result.published = node["published"].word(&dmarc::name, dmarc::Policy::reject);
  result.policy_tag = node["tag"].text();
  result.spf_aligned = node["aligned"]["spf"].boolean();
  result.dkim_aligned = node["aligned"]["dkim"].boolean();
  return result;
}

// "550 5.7.1 Email rejected": the enhanced code (RFC 3463 §2) may be missing.
std::optional<policy::Reply> parse_reply(std::string_view text) {
  policy::Reply reply;
  const auto code = base::parse_number(text.substr(0, 3));
  if (text.size() < 4 || !code || *code < 200 || text[3] != ' ') return std::nullopt;
  reply.code = static_cast<int>(*code);
  text.remove_prefix(4);
  const std::string_view first = text.substr(0, text.find(' '));
  const bool enhanced = first.size() < text.size() && std::ranges::count(first, '.') == 2 &&
                        first.find_first_not_of("0123456789.") == std::string_view::npos;
  if (enhanced) {
    reply.enhanced_code = first;
    text.remove_prefix(first.size() + 1);
  }
  reply.text = text;
  return reply;
}

void read_decision(const Node& line, Event& event) {
  policy::Decision& decision = event.decision;
  decision.action = line["action"].word(&policy::name, policy::Action::reject);
  decision.would = line["would"].word(&policy::name, policy::Action::reject);
  decision.rule = line["rule"].text();
  decision.why = line["why"].text();
  decision.corroboration = line["corroboration"].texts();
  decision.reply = line["reply"].parsed("reply", parse_reply).value_or(policy::Reply{});
}

void read_message(const Node& line, Event& event) {
  verify::MessageInfo& message = event.facts.message;
  message.size = static_cast<std::uint64_t>(line["message"]["size"].number());
  message.message_id = line["message"]["message_id"].text();
  for (std::string& signal : line["signals"].texts()) {
    if (signal == "list_mail") {
      message.list_mail = true;
    } else if (signal == "header_truncated") {
      message.header_truncated = true;
    } else {
      event.signals.push_back(std::move(signal));
    }
  }
}

dns::Lookup read_lookup(const Node& node) {
  dns::Lookup lookup;
  lookup.question.name = node["name"].text();
  const auto type = [](std::string_view text) {
    return find_word(types, text, [](dns::Type one) { return dns::name(one); });
  };
  lookup.question.type = node["type"].parsed("record type", type).value_or(dns::Type::txt);
  dns::Answer& answer = lookup.answer;
  answer.outcome = node["outcome"].word(&dns::name, dns::Outcome::timeout);
  answer.ttl = base::Seconds(node["ttl"].number());
  answer.authentic = node["authentic"].boolean();
  node["records"].for_each([&](const Node& record) {
    auto parsed = dns::parse_record(lookup.question.type, record.text());
    if (parsed) return answer.records.push_back(*std::move(parsed));
    record.fail("no " + std::string(dns::name(lookup.question.type)) + " record");
  });
  return lookup;
}

void read_facts(const Node& line, Event& event) {
  verify::Facts& facts = event.facts;
  read_authors(line, facts);
  line["spf"].for_each([&](const Node& node) { facts.spf.push_back(read_spf(node)); });
  line["dkim"].for_each([&](const Node& node) { facts.dkim.push_back(read_dkim(node)); });
  facts.arc = read_arc(line["arc"]);
  facts.dmarc = read_dmarc(line["dmarc"], facts);
  line["dns"].for_each([&](const Node& node) { facts.dns.push_back(read_lookup(node)); });
  // The last answer may lack records then.
  if (line["dns_truncated"].boolean() && !facts.dns.empty()) facts.dns.pop_back();
}

Event read_event(const Node& line) {
  Event event;
  event.id = line["id"].text();
  event.time = line["time"].parsed("time", parse_timestamp).value_or(base::WallTime());
  event.gateway = line["gateway"].text();
  event.config = line["config"].text();
  event.verified = line["verified"].boolean(true);
  read_connection(line, event);
  read_envelope(line, event);
  read_facts(line, event);
  read_decision(line, event);
  read_message(line, event);
  event.timings.total = std::chrono::microseconds(line["timings_us"]["total"].number());
  event.timings.finish = std::chrono::microseconds(line["timings_us"]["finish"].number());
  for (const char* needed : {"id", "time", "action"}) {
    if (!line[needed].exists()) line[needed].fail("is missing");
  }
  return event;
}

// True when nothing is nested deeper than that: before memory is spent on it.
bool is_shallow(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (quoted) continue;
    if ((c == '[' || c == '{') && ++depth > depth_max) return false;
    if (c == ']' || c == '}') --depth;
  }
  return true;
}

std::unexpected<LineError> error(LineFault fault, std::string what) {
  return std::unexpected(LineError{fault, std::move(what)});
}

}  // namespace

base::Result<Event, LineError> from_line(std::string_view line) {
  if (line.size() > line_octets_max) return error(LineFault::malformed, "line too long");
  if (!is_shallow(line)) return error(LineFault::malformed, "nested too deeply");
  const json parsed = json::parse(line, nullptr, false);
  if (!parsed.is_object()) return error(LineFault::malformed, "not a JSON object");
  std::string fault;
  const Node root(&parsed, fault);
  const std::int64_t version = root["v"].number();
  if (!fault.empty() || version < 1) return error(LineFault::malformed, "no version");
  if (version > version_known) {
    return error(LineFault::newer, "version " + std::to_string(version) + " is newer than " +
                                       std::to_string(version_known));
  }
  Event event = read_event(root);
  if (!fault.empty()) return error(LineFault::malformed, std::move(fault));
  return event;
}

}  // namespace report
