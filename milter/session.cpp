#include "milter/session.hpp"

#include <algorithm>
#include <atomic>
#include <ranges>
#include <utility>

#include "verify/auth_results.hpp"
#include "verify/base/log.hpp"
#include "verify/base/text.hpp"

namespace milter {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr std::size_t recipients_max = 1000;  // Kept for the event; Postfix allows as many.
constexpr std::string_view results_field = "Authentication-Results";

// "X-Postern-Quarantine: yes" -> name and value.
std::pair<std::string_view, std::string_view> split_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  return {base::trim(line.substr(0, colon)), base::trim(line.substr(colon + 1))};
}

std::string_view without_brackets(std::string_view path) {
  path = base::trim(path);
  return path.starts_with('<') && path.ends_with('>') ? path.substr(1, path.size() - 2) : path;
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
  steady_clock::time_point began = steady_clock::now();
  verify::Envelope envelope;
  policy::TrustVerdict trust;
  std::optional<verify::Verification> verification;  // None for a trusted client.
  mail::Headers headers;
  bool headers_complete = true;
  // Occurrences, topmost first, of fields that would be taken for ours.
  int results_fields = 0;
  std::vector<int> forged_results;
  int quarantine_fields = 0;
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

void Session::mail_from(std::string_view path, bool authenticated) {
  connection_.authenticated = authenticated;
  message_ = std::make_unique<Message>();
  message_->envelope.mail_from = without_brackets(path);
  message_->trust = policy::trusts(services_->rules.trust, connection_);
  if (message_->trust.trusted) return;
  const base::WallTime now = services_->test_now.value_or(std::chrono::system_clock::now());
  message_->verification.emplace(connection_, message_->envelope.mail_from, services_->verify,
                                 services_->checks, now);
}

void Session::rcpt_to(std::string_view path) {
  if (!message_ || message_->envelope.recipients.size() == recipients_max) return;
  message_->envelope.recipients.emplace_back(without_brackets(path));
}

void Session::header(std::string_view name, std::string value) {
  if (!message_) return;
  Message& message = *message_;
  if (base::equal_ignoring_case(name, results_field)) {
    ++message.results_fields;
    if (verify::must_be_removed(value, authserv_id())) {
      message.forged_results.push_back(message.results_fields);
    }
  } else if (base::equal_ignoring_case(name,
                                       split_field(services_->rules.quarantine_header).first)) {
    ++message.quarantine_fields;
  }
  if (!message.verification || !message.headers_complete) return;
  message.headers_complete = message.headers.add({std::string(name), std::move(value)},
                                                 services_->verify.header_octets_max);
}

void Session::end_of_headers() {
  if (!message_ || !message_->verification) return;
  message_->verification->end_of_headers(std::move(message_->headers), message_->headers_complete);
}

void Session::body(std::string_view piece) {
  if (message_ && message_->verification) message_->verification->body(piece);
}

Response Session::end_of_message(std::string_view queue_id) {
  const auto finish_began = steady_clock::now();
  const std::unique_ptr<Message> message = std::move(message_);
  if (!message) return {};  // End of message without MAIL FROM: no MTA does that.

  report::Event event;
  event.time = std::chrono::system_clock::now();
  event.id = report::make_event_id(event.time);
  event.gateway = authserv_id();
  event.config = services_->config;
  event.connection = connection_;
  event.verified = message->verification.has_value();
  if (event.verified) {
    event.facts = message->verification->finish();
    event.decision =
        policy::decide({event.facts, connection_, message->envelope, event.circumstances, event.id},
                       services_->rules);
  } else {
    event.decision = policy::decide_trusted(message->trust);
  }
  event.envelope = std::move(message->envelope);
  event.envelope.queue_id = queue_id;
  const auto finished = steady_clock::now();
  event.timings.total = duration_cast<microseconds>(finished - message->began);
  event.timings.finish = duration_cast<microseconds>(finished - finish_began);

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
  // Mail of a trusted network may carry what we wrote ourselves on its way in (RFC 8601 §5).
  const bool inside = message.trust.trusted && !connection_.authenticated;
  const auto [tag_name, tag_value] = split_field(services_->rules.quarantine_header);
  if (!inside) {
    // From the last to the first: removing one renumbers those below it.
    for (const int occurrence : std::views::reverse(message.forged_results)) {
      edits.push_back({HeaderEdit::Kind::remove, std::string(results_field), occurrence, {}});
    }
    for (int occurrence = message.quarantine_fields; occurrence > 0; --occurrence) {
      edits.push_back({HeaderEdit::Kind::remove, std::string(tag_name), occurrence, {}});
    }
  }
  if (!event.verified) return edits;
  if (event.decision.action == policy::Action::quarantine &&
      services_->rules.quarantine == policy::Quarantine::header) {
    edits.push_back(
        {HeaderEdit::Kind::insert_first, std::string(tag_name), 0, ' ' + std::string(tag_value)});
  }
  edits.push_back({HeaderEdit::Kind::insert_first, std::string(results_field), 0,
                   ' ' + verify::format_auth_results(event.facts, connection_, authserv_id())});
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
