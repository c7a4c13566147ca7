#include "event/event_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "event/facts_reader.hpp"
#include "json/reader.hpp"

namespace event {

namespace {

constexpr std::size_t event_octets_max = 256 * 1024;  // to_line() stays below a quarter of it.
constexpr std::size_t recipients_max = 10'000;

void read_connection(const json::Node& line, Event& event) {
  const json::Node client = line["client"];
  verify::Connection& connection = event.connection;
  connection.client = client["ip"].parsed("address", &base::IpAddress::parse);
  connection.client_name = client["name"].text();
  connection.relay = client["relay"].parsed("address", &base::IpAddress::parse);
  connection.received_at = client["received"].parsed("time", base::parse_timestamp);
  connection.relay_problem = client["relay_problem"].text();
  connection.user = client["user"].text();
  connection.authenticated = client["authenticated"].boolean();
  connection.helo = line["helo"].text();
  connection.receiver = event.gateway;
  const std::string& iprev = client["iprev"].text();
  if (iprev.empty() || iprev == "none") return;
  iprev::Result& result = event.facts.iprev.emplace();
  result.status = client["iprev"].word<iprev::Status>();
  if (client["ptr"].exists()) result.name = client["ptr"].text();
}

// A recipient stands for each domain and for each one counted: policy reads domains only.
void read_envelope(const json::Node& line, Event& event) {
  verify::Envelope& envelope = event.envelope;
  envelope.queue_id = line["queue_id"].text();
  envelope.mail_from = line["mail_from"].text();
  line["recipients_domains"].for_each(
      [&](const json::Node& domain) { envelope.recipients.push_back("@" + domain.text()); });
  event.recipients_cut = line["recipients_domains_cut"].boolean();
  const auto count = static_cast<std::size_t>(line["recipients"].number());
  const std::string more = envelope.recipients.empty() ? "" : envelope.recipients.front();
  if (count > envelope.recipients.size()) {
    envelope.recipients.resize(std::min(count, recipients_max), more);
  }
}

void read_authors(const json::Node& line, verify::Facts& facts) {
  const auto add = [&](const json::Node& node) {
    const std::optional<base::Domain> domain = node.domain();
    if (domain) facts.authors.push_back({{}, *domain});
  };
  add(line["from_domain"]);
  if (!line["from_fault"].exists()) return;
  facts.from_fault = line["from_fault"].word<mail::FromFault>();
  line["author_domains"].for_each(add);
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

void read_circumstances(const json::Node& node, policy::Circumstances& circumstances) {
  circumstances.dns_degraded = node["dns_degraded"].boolean();
  circumstances.deferred_too_long = node["deferred_too_long"].boolean();
  circumstances.signature_repeats = static_cast<std::uint64_t>(node["signature_repeats"].number());
  circumstances.own_fields.fields = static_cast<std::uint64_t>(node["own_fields"].number());
  circumstances.own_fields.above = static_cast<std::uint64_t>(node["own_fields_above"].number());
  circumstances.vouched_before = node["vouched_before"].texts();
}

void read_decision(const json::Node& line, Event& event) {
  policy::Decision& decision = event.decision;
  decision.action = line["action"].word<policy::Action>();
  decision.would = line["would"].word<policy::Action>();
  decision.rule = line["rule"].text();
  decision.why = line["why"].text();
  decision.corroboration = line["corroboration"].texts();
  decision.tenant = line["tenant"].text();
  line["stricter"].for_each([&](const json::Node& node) {
    decision.stricter.push_back({node["recipients_domain"].text(),
                                 node["action"].word<policy::Action>(), node["rule"].text()});
  });
  decision.reply = line["reply"].parsed("reply", parse_reply).value_or(policy::Reply{});
}

void read_message(const json::Node& line, Event& event) {
  verify::MessageInfo& message = event.facts.message;
  const json::Node node = line["message"];
  message.size = static_cast<std::uint64_t>(node["size"].number());
  message.message_id = node["message_id"].text();
  message.lot = static_cast<unsigned>(node["lot"].number(99));
  message.auto_submitted = node["auto_submitted"].boolean();
  message.mail_from_rewritten = node["mail_from_rewritten"].boolean();
  message.repeated_fields = node["repeated_fields"].texts();
  for (std::string& signal : line["signals"].texts()) {
    if (signal == "list_mail") {
      message.list_mail = true;
    } else if (signal == "delivered_before") {
      message.delivered_before = true;
    } else if (signal == "header_truncated") {
      message.header_truncated = true;
    } else {
      event.signals.push_back(std::move(signal));
    }
  }
}

Event read_event(const json::Node& line) {
  Event event;
  event.id = line["id"].text();
  event.time = line["time"].parsed("time", base::parse_timestamp).value_or(base::WallTime());
  event.gateway = line["gateway"].text();
  event.config = line["config"].text();
  event.verified = line["verified"].boolean(true);
  read_connection(line, event);
  read_envelope(line, event);
  read_authors(line, event.facts);
  read_checks(line, event.facts);
  read_circumstances(line["circumstances"], event.circumstances);
  read_decision(line, event);
  read_message(line, event);
  event.failure_headers = line["failure_headers"].text();
  event.timings.total = std::chrono::microseconds(line["timings_us"]["total"].number());
  event.timings.finish = std::chrono::microseconds(line["timings_us"]["finish"].number());
  for (const char* needed : {"id", "time", "action"}) {
    if (!line[needed].exists()) line[needed].fail("is missing");
  }
  return event;
}

std::unexpected<LineError> error(LineFault fault, std::string what) {
  return std::unexpected(LineError{fault, std::move(what)});
}

}  // namespace

base::Result<Event, LineError> from_line(std::string_view line) {
  if (line.size() > event_octets_max) return error(LineFault::malformed, "line too long");
  const std::optional<json::Value> parsed = json::parse(line);
  if (!parsed || !std::holds_alternative<json::Value::Object>(parsed->content)) {
    return error(LineFault::malformed, "not a JSON object");
  }
  std::string fault;
  const json::Node root(*parsed, fault);
  const std::int64_t version = root["v"].number();
  if (!fault.empty() || version < 1) return error(LineFault::malformed, "no version");
  if (version > line_version) {
    return error(LineFault::newer, "version " + std::to_string(version) + " is newer than " +
                                       std::to_string(line_version));
  }
  Event event = read_event(root);
  if (!fault.empty()) return error(LineFault::malformed, std::move(fault));
  return event;
}

}  // namespace event
