#include "report/report_sender.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/try.hpp"
#include "report/aggregate.hpp"
#include "report/consent.hpp"
#include "report/failure_queue.hpp"
#include "report/outbox.hpp"
#include "store/sql.hpp"

namespace report {

namespace {

constexpr std::size_t batch_max = 100;
constexpr int relay_failures_max = 3;         // One after the other.
constexpr std::size_t same_refusals_max = 3;  // Likewise, of different mailboxes.

// The same octets at every attempt: all of it was stored when the report was made.
std::optional<MailMessage> compose(const Delivery& delivery, std::string body,
                                   const std::optional<FailureReporter>& failure) {
  if (delivery.kind == ReportKind::failure) {
    if (!failure) return std::nullopt;
    return failure_message(body, delivery.messages, *failure, delivery.destination, delivery.made);
  }
  const auto mailbox = Mailbox::parse(delivery.mailbox);
  const auto domain = base::Domain::parse(delivery.policy_domain);
  if (!mailbox || !domain || body.empty()) return std::nullopt;
  const AggregateReport report{
      .reporter = {.organization = delivery.organization, .mailbox = *mailbox},
      .policy_domain = *domain,
      .day = delivery.day,
      .policy = {},
      .records = {{.row = {}, .messages = delivery.messages}},
      .id = delivery.key.report_id};
  return to_message(report, std::move(body), delivery.destination, delivery.made);
}

// A reply without what differs from one mailbox to the next: words with "@", "." or a digit in
// them.
std::string without_details(std::string_view reply) {
  std::string text;
  while (!reply.empty()) {
    const std::string_view word = reply.substr(0, reply.find(' '));
    reply.remove_prefix(std::min(word.size() + 1, reply.size()));
    if (word.find_first_of("@.0123456789") == std::string_view::npos) text.append(word).append(" ");
  }
  return text;
}

// Mailboxes that were refused one after the other with the same words.
struct Refusals {
  std::string words;
  std::map<std::string, Delivery> deliveries;  // By Mailbox::folded().
};

// True when not this recipient or message is in trouble, but whoever is to take it.
bool is_relay_failure(const Submitted& submitted) {
  if (submitted.outcome != Submitted::Outcome::temporary) return false;
  if (submitted.code == 0) return true;
  using Stage = Submitted::Stage;
  // 5yz there, though it sounds like us, may be for the content, which strangers have a part in.
  const bool of_content = submitted.stage == Stage::content && submitted.code >= 500;
  return submitted.stage != Stage::recipient && !of_content;
}

class Sender {
 public:
  Sender(store::Database& database, dns::Resolver& resolver, Submitter& submitter,
         const SendOptions& options, const SendSurroundings& surroundings)
      : database_(database),
        resolver_(resolver),
        submitter_(submitter),
        options_(options),
        surroundings_(surroundings) {}

  [[nodiscard]] base::Result<SendResult> run();

 private:
  [[nodiscard]] base::WallTime now() const { return surroundings_.now(); }
  [[nodiscard]] base::Deadline dns_deadline() const {
    return std::chrono::steady_clock::now() + options_.dns_timeout;
  }
  // Counts and tells what became of a delivery.
  void note(const Delivery& delivery, DeliveryState state, std::string_view why);
  void start_questions(std::span<const Delivery> batch);
  // False when another process has it.
  [[nodiscard]] base::Result<bool> handle(const Delivery& listed);
  [[nodiscard]] base::Result<void> work_on(const Delivery& delivery);
  [[nodiscard]] base::Result<void> ask_consent(const Delivery& delivery);
  [[nodiscard]] base::Result<void> submit(const Delivery& delivery);
  [[nodiscard]] base::Result<void> end_with(const Delivery& delivery, DeliveryState state,
                                            std::string_view why);
  // What became of it is stored; once more when the database went away meanwhile, as the relay may
  // have the message already.
  [[nodiscard]] base::Result<DeliveryState> settle_surely(const Delivery& delivery,
                                                          const Submitted& submitted);
  // Notices when refusals are the relay's trouble.
  [[nodiscard]] base::Result<void> weigh_refusal(const Delivery& delivery,
                                                 const Submitted& submitted);

  store::Database& database_;
  dns::Resolver& resolver_;
  Submitter& submitter_;
  const SendOptions& options_;
  const SendSurroundings& surroundings_;
  SendResult result_;
  int relay_failures_ = 0;
  Refusals refusals_;
  std::set<std::string> relay_words_;  // Of refusals that are the relay's trouble.
};

void Sender::note(const Delivery& delivery, DeliveryState state, std::string_view why) {
  const bool put_off = is_open(state);
  ++(state == DeliveryState::sent ? result_.sent : put_off ? result_.put_off : result_.ended);
  surroundings_.log("report=" + delivery.key.report_id + " domain=" + delivery.policy_domain +
                    " to=" + delivery.key.destination + " " +
                    std::string(put_off ? "put-off" : name(state)) +
                    (why.empty() ? "" : " why=\"" + std::string(why) + "\""));
}

// All questions of a batch at once: who asks a second time gets the answer of the first, or joins
// its wait, as the resolver caches.
void Sender::start_questions(std::span<const Delivery> batch) {
  for (const Delivery& delivery : batch) {
    const auto domain = base::Domain::parse(delivery.policy_domain);
    if (delivery.state != DeliveryState::asking || !domain) continue;
    static_cast<void>(verify_destinations(resolver_, *domain, {&delivery.destination, 1},
                                          delivery.kind, std::chrono::steady_clock::now()));
  }
}

base::Result<void> Sender::end_with(const Delivery& delivery, DeliveryState state,
                                    std::string_view why) {
  const auto ended = end(database_, delivery, state, why);
  if (ended) note(delivery, state, why);
  return ended;
}

// RFC 9990 §4: without consent nothing is sent to another organization.
base::Result<void> Sender::ask_consent(const Delivery& delivery) {
  const auto domain = base::Domain::parse(delivery.policy_domain);
  if (!domain) return end_with(delivery, DeliveryState::refused, "no domain");
  const std::vector<Consented> asked = verify_destinations(
      resolver_, *domain, {&delivery.destination, 1}, delivery.kind, dns_deadline());
  const Consented& answer = asked.front();
  if (answer.consent == Consent::refused) {
    return end_with(delivery, DeliveryState::refused, answer.why);
  }
  if (answer.consent == Consent::deferred) {
    const DeliveryState state =
        TRY(put_off(database_, delivery, answer.why, options_.limits, now()));
    note(delivery, state, answer.why);
    return {};
  }
  return accept_consent(database_, delivery, answer.send_to, now());
}

base::Result<void> Sender::submit(const Delivery& delivery) {
  std::string body = TRY(report_body(database_, delivery.key.report_id));
  const std::optional<MailMessage> message = compose(delivery, std::move(body), options_.failure);
  if (!message) return end_with(delivery, DeliveryState::expired, "cannot be made any more");
  const DeliveryState reserved = TRY(reserve(database_, delivery, options_.limits, now()));
  if (reserved != DeliveryState::waiting) {
    note(delivery, reserved, "its reports of a day are sent");
    return {};
  }
  Submitted submitted = submitter_.submit(message->from, delivery.destination, to_octets(*message));
  if (relay_words_.contains(without_details(submitted.reason))) {
    submitted.outcome = Submitted::Outcome::temporary;
  }
  const DeliveryState state = TRY(settle_surely(delivery, submitted));
  TRY(weigh_refusal(delivery, submitted));
  relay_failures_ = is_relay_failure(submitted) ? relay_failures_ + 1 : 0;
  result_.relay_down = relay_failures_ >= relay_failures_max;
  note(delivery, state, submitted.reason);
  surroundings_.pause(options_.pace);
  return {};
}

base::Result<DeliveryState> Sender::settle_surely(const Delivery& delivery,
                                                  const Submitted& submitted) {
  auto state = settle(database_, delivery, submitted, options_.limits, now());
  return state ? state : settle(database_, delivery, submitted, options_.limits, now());
}

base::Result<void> Sender::weigh_refusal(const Delivery& delivery, const Submitted& submitted) {
  const bool refused = submitted.outcome == Submitted::Outcome::permanent;
  // RFC 5321 §4.2.1: 5yz, and yet not of the mailbox.
  if (!refused && submitted.code >= 500) result_.relay_refuses = true;
  if (submitted.outcome == Submitted::Outcome::sent) refusals_ = {};
  if (!refused || submitted.stage == Submitted::Stage::sender) return {};
  const std::string words = without_details(submitted.reason);
  if (refusals_.words != words) refusals_ = {.words = words, .deliveries = {}};
  refusals_.deliveries.insert_or_assign(delivery.destination.folded(), delivery);
  if (refusals_.deliveries.size() < same_refusals_max) return {};
  for (const auto& [mailbox, refused_before] : refusals_.deliveries) {
    TRY(revive(database_, refused_before, options_.limits, now()));
    ++result_.put_off;
    --result_.ended;
  }
  relay_words_.insert(words);
  result_.relay_refuses = true;
  surroundings_.log(
      "the relay refuses one mailbox after the other with the same words, which is"
      " its own trouble: their reports wait. It says \"" +
      submitted.reason + "\"");
  refusals_ = {};
  return {};
}

base::Result<void> Sender::work_on(const Delivery& delivery) {
  if (delivery.state == DeliveryState::asking) return ask_consent(delivery);
  const auto suppressed = TRY(suppression(database_, delivery.key.destination,
                                          delivery.policy_domain, now(), options_.limits));
  if (suppressed) return end_with(delivery, DeliveryState::suppressed, *suppressed);
  return submit(delivery);
}

base::Result<bool> Sender::handle(const Delivery& listed) {
  const std::string lock = "delivery:" + listed.key.report_id + ':' + listed.key.destination;
  return store::alone(database_, lock, [&]() -> base::Result<bool> {
    // Again: whoever had the lock before may have sent it.
    const auto delivery = TRY(find_delivery(database_, listed.key));
    if (delivery && delivery->is_due(now())) TRY(work_on(*delivery));
    return true;
  });
}

base::Result<SendResult> Sender::run() {
  while (true) {
    const auto batch = TRY(due_deliveries(database_, now(), batch_max));
    start_questions(batch);
    bool progress = false;
    for (const Delivery& delivery : batch) {
      const bool handled = TRY(handle(delivery));
      progress = progress || handled;
      if (result_.relay_down) return result_;
    }
    if (!progress) return result_;
  }
}

}  // namespace

base::Result<SendResult> send_reports(store::Database& database, dns::Resolver& resolver,
                                      Submitter& submitter, const SendOptions& options,
                                      const SendSurroundings& surroundings) {
  return Sender(database, resolver, submitter, options, surroundings).run();
}

}  // namespace report
