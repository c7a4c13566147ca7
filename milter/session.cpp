#include "milter/session.hpp"

#include <algorithm>
#include <atomic>
#include <ranges>
#include <utility>

#include "milter/own_fields.hpp"
#include "report/results_field.hpp"
#include "verify/auth_results_parser.hpp"
#include "verify/base/log.hpp"
#include "verify/base/text.hpp"

namespace milter {

namespace {

using std::chrono::steady_clock;

constexpr std::string_view results_field = "Authentication-Results";

bool is_field(std::string_view name, std::string_view field) {
  return base::equal_ignoring_case(name, field);
}

void remove_all(std::vector<HeaderEdit>& edits, std::string_view name, int occurrences) {
  for (; occurrences > 0; --occurrences)
    edits.push_back({HeaderEdit::Kind::remove, std::string(name), occurrences, {}});
}

void insert(std::vector<HeaderEdit>& edits, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  edits.push_back({HeaderEdit::Kind::insert_first, std::string(name), 0, ' ' + value});
}

// A disk that is full must not fill the log as well: once a minute.
void report_spool_failure(const base::Error& error) {
  static std::atomic<steady_clock::rep> last{};
  const auto now = steady_clock::now().time_since_epoch();
  auto before = last.load();
  const bool due = before == 0 || now - steady_clock::duration(before) > std::chrono::minutes(1);
  if (due && last.compare_exchange_strong(before, now.count())) {
    base::log::write(base::log::Level::error, "", "event not stored: " + error.what);
  }
}

}  // namespace

// What is known of the message in progress.
struct Session::Message {
  explicit Message(report::Examination begun) : examination(std::move(begun)) {}

  report::Examination examination;
  mail::Headers headers;
  bool headers_complete = true;
  // Occurrences, topmost first, of fields that would be taken for ours.
  int results_fields = 0;
  std::vector<int> forged_results;
  int quarantine_fields = 0;
  int signals_fields = 0;
};

Session::Session(std::shared_ptr<const Services> services) : services_(std::move(services)) {}
Session::~Session() = default;

const std::string& Session::authserv_id() const {
  return services_->authserv_id.empty() ? connection_.receiver : services_->authserv_id;
}

void Session::connect(std::optional<base::IpAddress> client, std::string_view client_name,
                      std::string_view receiver) {
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
  const report::Examination::Terms terms{services_->verify, services_->rules, services_->checks,
                                         services_->circumstances,
                                         services_->failures ? &*services_->failures : nullptr};
  message_ = std::make_unique<Message>(report::Examination(connection_, path, terms, now));
}

void Session::rcpt_to(std::string_view path) {
  if (message_) message_->examination.recipient(path);
}

void Session::header(std::string_view name, std::string value) {
  if (!message_) return;
  Message& message = *message_;
  if (is_field(name, results_field)) {
    ++message.results_fields;
    if (verify::must_be_removed(value, authserv_id())) {
      message.forged_results.push_back(message.results_fields);
    }
  } else if (is_field(name, split_field(services_->rules.quarantine_header).name)) {
    ++message.quarantine_fields;
  } else if (is_field(name, services_->rules.signals_header)) {
    ++message.signals_fields;
  }
  if (!message.examination.wants_message() || !message.headers_complete) return;
  message.headers_complete = message.headers.add({std::string(name), std::move(value)},
                                                 services_->verify.header_octets_max);
}

void Session::end_of_headers() {
  if (!message_) return;
  message_->examination.end_of_headers(std::move(message_->headers), message_->headers_complete);
}

void Session::body(std::string_view piece) {
  if (message_) message_->examination.body(piece);
}

Response Session::end_of_message(std::string_view queue_id) {
  const std::unique_ptr<Message> message = std::move(message_);
  if (!message) return {};  // End of message without MAIL FROM: no MTA does that.

  const base::WallTime now = std::chrono::system_clock::now();
  report::Event event = message->examination.finish(report::make_event_id(now));
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
  return response;
}

void Session::abort() { message_.reset(); }

std::vector<HeaderEdit> Session::edits(const Message& message, const report::Event& event) const {
  const bool kept = event.decision.action < policy::Action::defer;  // Else nobody will see them.
  if (!kept) return {};
  std::vector<HeaderEdit> edits;
  const policy::Rules& rules = services_->rules;
  const std::string_view quarantine_field = split_field(rules.quarantine_header).name;
  // Mail of a trusted network may carry what we wrote ourselves on its way in (RFC 8601 §5).
  const bool inside = !event.verified && !event.connection.authenticated;
  if (!inside) {
    // From the last to the first: removing one renumbers those below it.
    for (const int occurrence : std::views::reverse(message.forged_results)) {
      edits.push_back({HeaderEdit::Kind::remove, std::string(results_field), occurrence, {}});
    }
    remove_all(edits, quarantine_field, message.quarantine_fields);
    remove_all(edits, rules.signals_header, message.signals_fields);
  }
  if (!event.verified) return edits;
  insert(edits, quarantine_field, quarantine_value(event.decision, rules));
  if (!rules.signals_header.empty()) {
    insert(edits, rules.signals_header, signals_value(event.signals));
  }
  insert(edits, results_field, report::results_field(event, authserv_id()));
  return edits;
}

void Session::remember(const report::Event& event) const {
  const auto stored = services_->spool.append(report::to_line(event, services_->line), event.time);
  if (!stored) report_spool_failure(stored.error());
  base::log::write(base::log::Level::info, base::printable(event.envelope.queue_id, 40),
                   report::to_log_line(event));
  if (services_->observe) services_->observe(event, stored.has_value());
}

}  // namespace milter
