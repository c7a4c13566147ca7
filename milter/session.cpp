#include "milter/session.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "event/results_field.hpp"
#include "milter/once_a_minute.hpp"
#include "milter/own_fields.hpp"
#include "milter/request_limits.hpp"
#include "policy/own_fields.hpp"
#include "policy/stages.hpp"
#include "verify/auth_results.hpp"

namespace milter {

namespace {

constexpr std::string_view results_field = "Authentication-Results";

void insert(std::vector<HeaderEdit>& edits, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  edits.push_back({HeaderEdit::Kind::insert_first, std::string(name), 0, ' ' + value});
}

// " <user@example.com>" of "<@relay.example:user@example.com>"; empty for the null sender, of which
// Sendmail makes an address of its own host.
std::string mta_from(std::string_view path) {
  path = base::trim(path);
  if (path.starts_with('<') && path.ends_with('>')) path = path.substr(1, path.size() - 2);
  // RFC 5321 §4.1.1.3: the source route is dropped.
  if (path.starts_with('@')) path = path.substr(std::min(path.find(':'), path.size() - 1) + 1);
  return path.empty() ? std::string() : " <" + std::string(path) + ">";
}

void report_spool_failure(const base::Error& error) {
  static OnceAMinute trouble;
  if (trouble.due())
    base::log::write(base::log::Level::error, "", "event not stored: " + error.what);
}

}  // namespace

// What is known of the message in progress.
struct Session::Message {
  Message(event::Examination begun, policy::OwnFields watch)
      : examination(std::move(begun)), own_fields(std::move(watch)) {}

  event::Examination examination;
  mail::Headers headers;
  bool headers_complete = true;
  policy::OwnFields own_fields;
  std::string from_by_mta;  // Value of the From field the MTA adds when there is none; empty: none.
};

Session::Session(std::shared_ptr<const Services> services) : services_(std::move(services)) {}
Session::~Session() = default;

const std::string& Session::authserv_id() const {
  return services_->authserv_id.empty() ? connection_.receiver : services_->authserv_id;
}

void Session::connect(std::optional<base::IpAddress> client, std::string_view client_name,
                      std::string_view receiver, bool writes_from) {
  writes_from_ = writes_from;
  connection_ = {};
  connection_.client = client;
  connection_.client_name = client_name;
  connection_.receiver = receiver.empty() ? services_->authserv_id : receiver;
  // The answer is in the cache when the first message wants it.
  if (client && !policy::trusts(services_->rules.trust, connection_).trusted) {
    (void)services_->checks.resolver.lookup(iprev::name_question(*client));
  }
}

void Session::helo(std::string_view name) { connection_.helo = name; }

void Session::mail_from(std::string_view path, bool authenticated, std::string_view user) {
  connection_.authenticated = authenticated;
  connection_.user = user;
  const base::WallTime now = services_->test_now.value_or(std::chrono::system_clock::now());
  const event::Examination::Terms terms{services_->verify, services_->rules, services_->checks,
                                        services_->circumstances,
                                        services_->failures ? &*services_->failures : nullptr};
  message_ = std::make_unique<Message>(event::Examination(connection_, path, terms, now),
                                       policy::OwnFields(services_->rules, authserv_id()));
  if (writes_from_) message_->from_by_mta = mta_from(path);
}

void Session::rcpt_to(std::string_view path) {
  if (message_) message_->examination.recipient(path);
}

void Session::header(std::string_view name, std::string value) {
  if (!message_) return;
  Message& message = *message_;
  message.own_fields.see(name, value);
  if (!message.examination.wants_message() || !message.headers_complete) return;
  message.headers_complete = message.headers.add({std::string(name), std::move(value)},
                                                 services_->verify.header_octets_max);
}

void Session::end_of_headers() {
  if (!message_) return;
  Message& message = *message_;
  const bool adds_from = !message.from_by_mta.empty() && message.headers_complete &&
                         message.headers.named("From").empty() &&
                         policy::may_deliver_without_from(services_->rules);
  if (adds_from) {
    message.headers_complete = message.headers.add({"From", std::move(message.from_by_mta)},
                                                   services_->verify.header_octets_max);
  }
  message_->examination.end_of_headers(std::move(message_->headers), message_->headers_complete);
}

void Session::body(std::string_view piece) {
  if (message_) message_->examination.body(piece);
}

Response Session::end_of_message(std::string_view queue_id) {
  const std::unique_ptr<Message> message = std::move(message_);
  if (!message) return {};  // End of message without MAIL FROM: no MTA does that.

  const base::WallTime now = std::chrono::system_clock::now();
  message->examination.own_fields(message->own_fields.count());
  event::Event event = message->examination.finish(event::make_event_id(now));
  event.time = now;
  event.gateway = services_->gateway.empty() ? authserv_id() : services_->gateway;
  event.config = services_->config;
  event.envelope.queue_id = queue_id;

  Response response;
  response.edits = edits(*message, event);
  response.decision = event.decision;
  const bool hold = event.decision.action == policy::Action::quarantine &&
                    services_->rules.quarantine == policy::Quarantine::hold;
  if (hold) response.hold_reason = event.decision.rule + ": " + event.decision.why;
  remember(event);
  return bounded(std::move(response));
}

void Session::abort() { message_.reset(); }

std::vector<HeaderEdit> Session::edits(const Message& message, const event::Event& event) const {
  const bool kept = event.decision.action < policy::Action::defer;  // Else nobody will see them.
  if (!kept) return {};
  std::vector<HeaderEdit> edits;
  const policy::Rules& rules = services_->rules;
  const bool clean = policy::removes_own_fields(event.verified, event.connection);
  if (clean) {
    for (policy::OwnFields::Place& place : message.own_fields.places()) {
      edits.push_back({HeaderEdit::Kind::remove, std::move(place.name), place.occurrence, {}});
    }
  }
  if (!event.verified) {
    // Forged ones that stay (docs/decisions/0015) must not be the topmost.
    const bool stay = clean && policy::too_many(message.own_fields.count());
    if (stay) insert(edits, results_field, verify::no_results(authserv_id()));
    return edits;
  }
  insert(edits, policy::split_field(rules.quarantine_header).name,
         quarantine_value(event.decision, rules));
  if (!rules.signals_header.empty()) {
    insert(edits, rules.signals_header, signals_value(event.signals));
  }
  insert(edits, results_field, event::results_field(event, authserv_id()));
  return edits;
}

void Session::remember(const event::Event& event) const {
  const auto stored = services_->spool.append(event::to_line(event, services_->line), event.time);
  if (!stored) report_spool_failure(stored.error());
  base::log::write(base::log::Level::info, base::printable(event.envelope.queue_id, 40),
                   event::to_log_line(event));
  if (services_->observe) services_->observe(event, stored.has_value());
}

}  // namespace milter
