#include "report/deliveries.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "report/outbox.hpp"
#include "store/sql.hpp"

namespace report {

namespace {

constexpr std::size_t reply_octets_max = 300;
constexpr std::chrono::days revived_max{7};
// Nothing is put off for longer than a day: what seems to be was put off by a clock that was ahead.
constexpr std::chrono::days put_off_max{2};
constexpr std::uint64_t attempts_min = 4;
constexpr std::string_view delivery_columns =
    "SELECT d.report_id, d.destination, d.state, d.attempts, d.next_ms, r.kind, r.day,"
    " r.policy_domain, r.organization, r.mailbox, r.made_ms, r.messages"
    " FROM deliveries d JOIN reports r ON r.report_id = d.report_id";
using DeliveryRow =
    std::tuple<std::string, std::string, std::optional<DeliveryState>, std::uint64_t,
               base::WallTime, std::optional<ReportKind>, store::Day, std::string, std::string,
               std::string, base::WallTime, std::uint64_t>;

// Nothing for a row of another version of this program.
std::optional<Delivery> to_delivery(const DeliveryRow& row) {
  const auto& [report_id, address, state, attempts, next, kind, day, policy_domain, organization,
               mailbox, made, messages] = row;
  const auto destination = Mailbox::parse(address);
  if (!destination || !state || !kind) return std::nullopt;
  return Delivery{.key = {report_id, address},
                  .destination = *destination,
                  .state = *state,
                  .attempts = attempts,
                  .next = next,
                  .kind = *kind,
                  .day = day,
                  .policy_domain = policy_domain,
                  .organization = organization,
                  .mailbox = mailbox,
                  .made = made,
                  .messages = messages};
}

// Printable text that may be too long for a column; a letter is not cut in two.
std::string cut(std::string_view text) {
  if (text.size() <= reply_octets_max) return std::string(text);
  std::size_t end = reply_octets_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string(text.substr(0, end));
}

// What a row of deliveries becomes; `reply` is printable.
struct Change {
  DeliveryState state = DeliveryState::waiting;
  base::WallTime next;
  std::optional<base::WallTime> sent;
  int code = 0;
  std::string_view reply;
  bool attempted = true;
};

base::Result<void> update(store::Database& database, const Delivery& delivery,
                          const Change& change) {
  return store::run(
      database,
      "UPDATE deliveries SET state = $3, attempts = attempts + $4, next_ms = $5, sent_ms = $6,"
      " reply_code = $7, reply = $8 WHERE report_id = $1 AND destination = $2",
      delivery.key.report_id, delivery.key.destination, change.state, change.attempted, change.next,
      change.sent.value_or(base::WallTime()), change.code, cut(change.reply));
}

base::WallTime next_attempt(const Delivery& delivery, const DeliveryLimits& limits,
                            base::WallTime now) {
  std::chrono::minutes pause = limits.first_pause;
  for (std::uint64_t i = 0; i < delivery.attempts && pause < limits.longest_pause; ++i)
    pause *= 2;
  return now + std::min(pause, limits.longest_pause);
}

// One clock that is ahead, of a gateway of many perhaps, ends nothing: it takes hours to get so
// many attempts. Where the report was made by such a clock, it takes as many as belong to the time.
bool has_expired(const Delivery& delivery, const DeliveryLimits& limits, base::WallTime now) {
  const std::uint64_t attempts = delivery.attempts + 1;
  if (now >= delivery.made) return now - delivery.made >= limits.expiry && attempts >= attempts_min;
  return attempts >=
         attempts_min + static_cast<std::uint64_t>(limits.expiry / limits.longest_pause);
}

base::Result<DeliveryState> try_later(store::Database& database, const Delivery& delivery,
                                      const Submitted& submitted, const DeliveryLimits& limits,
                                      base::WallTime now) {
  const bool expired = has_expired(delivery, limits, now);
  const bool asking = delivery.state == DeliveryState::asking;
  TRY(update(database, delivery,
             {.state = expired  ? DeliveryState::expired
                       : asking ? DeliveryState::asking
                                : DeliveryState::waiting,
              .next = next_attempt(delivery, limits, now),
              .sent = std::nullopt,
              .code = submitted.code,
              .reply = submitted.reason}));
  return expired ? DeliveryState::expired : DeliveryState::waiting;
}

// What a content filter says of one domain's reports says nothing of those of others: a mailbox may
// take the reports of many domains, and their owners choose their names.
std::string content_key(const std::string& destination, const std::string& policy_domain) {
  return destination + " about " + policy_domain;
}

base::Result<void> note_rejection(store::Database& database, const Delivery& delivery,
                                  const Submitted& submitted, const DeliveryLimits& limits,
                                  base::WallTime now) {
  // Too big for the relay: no mailbox's fault.
  if (submitted.stage == Submitted::Stage::sender) return {};
  // The mailbox itself was refused, or one message after the other.
  const bool at_recipient = submitted.stage == Submitted::Stage::recipient;
  const std::string refused = at_recipient
                                  ? delivery.key.destination
                                  : content_key(delivery.key.destination, delivery.policy_domain);
  const std::uint64_t weight = submitted.about_mailbox ? limits.rejections_max : 1;
  const base::WallTime until = now + limits.suppression;
  return store::run(
      database,
      "INSERT INTO suppressions (destination, rejections, until_ms, why)"
      " VALUES ($1, $2, $3, $6) ON CONFLICT (destination) DO UPDATE SET"
      " rejections = suppressions.rejections + $2, why = $6, until_ms ="
      " CASE WHEN suppressions.rejections + $2 >= $4 THEN CAST($5 AS BIGINT) ELSE 0 END",
      refused, weight, weight >= limits.rejections_max ? until : base::WallTime(),
      limits.rejections_max, until, cut(submitted.reason));
}

base::Result<void> forget_rejections(store::Database& database, const Delivery& delivery) {
  const std::string& destination = delivery.key.destination;
  return store::run(database, "DELETE FROM suppressions WHERE destination IN ($1, $2)", destination,
                    content_key(destination, delivery.policy_domain));
}

// What reserve() counted, and was not sent.
base::Result<void> give_back(store::Database& database, const Delivery& delivery,
                             base::WallTime now) {
  return store::run(database,
                    "UPDATE destination_days SET messages = messages - 1"
                    " WHERE destination = $1 AND day = $2 AND messages > 0",
                    delivery.destination.folded(), store::day_of(now));
}

}  // namespace

bool Delivery::is_due(base::WallTime now) const {
  return is_open(state) && (next <= now || next > now + put_off_max);
}

base::Result<void> add_deliveries(store::Database& database, const std::string& report_id,
                                  std::span<const Mailbox> destinations, DeliveryState state,
                                  base::WallTime now) {
  for (const Mailbox& destination : destinations) {
    TRY(store::run(database,
                   "INSERT INTO deliveries (report_id, destination, state, attempts, next_ms,"
                   " sent_ms, reply_code, reply) VALUES ($1, $2, $3, 0, $4, 0, 0, '')"
                   " ON CONFLICT (report_id, destination) DO NOTHING",
                   report_id, destination.text(), state, now));
  }
  return {};
}

base::Result<std::vector<Delivery>> due_deliveries(store::Database& database, base::WallTime now,
                                                   std::size_t deliveries_max) {
  const auto rows = TRY(store::fetch<DeliveryRow>(
      database,
      std::string(delivery_columns) + " WHERE d.state IN ('asking', 'waiting', 'capped')"
                                      " AND (d.next_ms <= $1 OR d.next_ms > $3)"
                                      " ORDER BY d.next_ms, d.report_id, d.destination LIMIT $2",
      now, deliveries_max, now + put_off_max));
  std::vector<Delivery> due;
  for (const DeliveryRow& row : rows) {
    if (auto delivery = to_delivery(row)) due.push_back(*std::move(delivery));
  }
  return due;
}

base::Result<std::optional<Delivery>> find_delivery(store::Database& database,
                                                    const DeliveryKey& key) {
  const auto row = TRY(store::fetch_first<DeliveryRow>(
      database, std::string(delivery_columns) + " WHERE d.report_id = $1 AND d.destination = $2",
      key.report_id, key.destination));
  return row.and_then(to_delivery);
}

base::Result<std::string> report_body(store::Database& database, const std::string& report_id) {
  auto body = TRY(store::fetch_first<std::string>(
      database, "SELECT body FROM reports WHERE report_id = $1", report_id));
  return std::move(body).value_or("");
}

base::Result<DeliveryState> settle(store::Database& database, const Delivery& delivery,
                                   const Submitted& submitted, const DeliveryLimits& limits,
                                   base::WallTime now) {
  return store::in_transaction(database, [&]() -> base::Result<DeliveryState> {
    const bool sent = submitted.outcome == Submitted::Outcome::sent;
    if (!sent) TRY(give_back(database, delivery, now));
    if (submitted.outcome == Submitted::Outcome::temporary) {
      return try_later(database, delivery, submitted, limits, now);
    }
    const DeliveryState state = sent ? DeliveryState::sent : DeliveryState::failed;
    Change change{.state = state,
                  .next = now,
                  .sent = std::nullopt,
                  .code = submitted.code,
                  .reply = submitted.reason};
    if (sent) change.sent = now;
    TRY(update(database, delivery, change));
    TRY(sent ? forget_rejections(database, delivery)
             : note_rejection(database, delivery, submitted, limits, now));
    return state;
  });
}

base::Result<DeliveryState> put_off(store::Database& database, const Delivery& delivery,
                                    std::string_view why, const DeliveryLimits& limits,
                                    base::WallTime now) {
  return try_later(database, delivery, {.reason = std::string(why)}, limits, now);
}

base::Result<void> end(store::Database& database, const Delivery& delivery, DeliveryState state,
                       std::string_view why) {
  return update(database, delivery,
                {.state = state,
                 .next = delivery.next,
                 .sent = std::nullopt,
                 .reply = why,
                 .attempted = false});
}

base::Result<void> accept_consent(store::Database& database, const Delivery& delivery,
                                  std::span<const Mailbox> send_to, base::WallTime now) {
  return store::in_transaction(database, [&]() -> base::Result<void> {
    TRY(store::run(database, "DELETE FROM deliveries WHERE report_id = $1 AND destination = $2",
                   delivery.key.report_id, delivery.key.destination));
    return add_deliveries(database, delivery.key.report_id, send_to, DeliveryState::waiting, now);
  });
}

base::Result<void> revive(store::Database& database, const Delivery& delivery,
                          const DeliveryLimits& limits, base::WallTime now) {
  return store::in_transaction(database, [&]() -> base::Result<void> {
    TRY(store::run(database,
                   "UPDATE deliveries SET state = 'waiting', next_ms = $3"
                   " WHERE report_id = $1 AND destination = $2 AND state = 'failed'",
                   delivery.key.report_id, delivery.key.destination,
                   next_attempt(delivery, limits, now)));
    return forget_rejections(database, delivery);
  });
}

base::Result<Unsuppressed> unsuppress(store::Database& database,
                                      const std::optional<Mailbox>& mailbox, base::WallTime now) {
  const std::string one = mailbox ? base::to_lower(mailbox->text()) : "";
  return store::in_transaction(database, [&]() -> base::Result<Unsuppressed> {
    // "_" and "%" are letters of addresses, so no LIKE.
    const auto lifted = TRY(store::fetch<std::int64_t>(
        database,
        "DELETE FROM suppressions WHERE $1 = '' OR LOWER(destination) = $1"
        " OR LOWER(SUBSTR(destination, 1, LENGTH($2))) = $2 RETURNING 1",
        one, one + " about "));
    const auto revived = TRY(store::fetch<std::int64_t>(
        database,
        "UPDATE deliveries SET state = 'waiting', next_ms = $2"
        " WHERE state IN ('failed', 'suppressed') AND ($1 = '' OR LOWER(destination) = $1)"
        " AND report_id IN (SELECT report_id FROM reports WHERE made_ms >= $3 AND state = 'made')"
        " RETURNING 1",
        one, now, now - revived_max));
    return Unsuppressed{.suppressions = lifted.size(), .deliveries = revived.size()};
  });
}

base::Result<std::optional<std::string>> suppression(store::Database& database,
                                                     const std::string& destination,
                                                     const std::string& policy_domain,
                                                     base::WallTime now,
                                                     const DeliveryLimits& limits) {
  // One for longer than there is was noted by a clock that was ahead.
  return store::fetch_first<std::string>(
      database,
      "SELECT why FROM suppressions WHERE destination IN ($1, $3) AND until_ms > $2"
      " AND until_ms <= $4 ORDER BY destination",
      destination, now, content_key(destination, policy_domain),
      now + limits.suppression + std::chrono::days(1));
}

base::Result<DeliveryState> reserve(store::Database& database, const Delivery& delivery,
                                    const DeliveryLimits& limits, base::WallTime now) {
  if (limits.daily_max == 0) return DeliveryState::waiting;
  const store::Day today = store::day_of(now);
  const auto messages = TRY(store::fetch_first<std::uint64_t>(
      database,
      "INSERT INTO destination_days (destination, day, messages) VALUES ($1, $2, 1)"
      " ON CONFLICT (destination, day) DO UPDATE SET messages = destination_days.messages + 1"
      " WHERE destination_days.messages < $3 RETURNING messages",
      delivery.destination.folded(), today, limits.daily_max));
  if (messages) return DeliveryState::waiting;
  const bool expired = now - delivery.made >= limits.expiry;
  const DeliveryState state = expired ? DeliveryState::expired : DeliveryState::capped;
  TRY(update(database, delivery,
             {.state = state,
              .next = today + std::chrono::days(1),
              .sent = std::nullopt,
              .reply = "its " + std::to_string(limits.daily_max) + " reports of a day are sent",
              .attempted = false}));
  return state;
}

}  // namespace report
