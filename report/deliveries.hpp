#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/words.hpp"
#include "report/destination.hpp"
#include "report/submission.hpp"
#include "store/database.hpp"
#include "store/time_columns.hpp"

// The queue of reports: one delivery for each report and mailbox, a row of the store. A delivery is
// open until it was sent or came to another end, and each attempt moves it to the state and time of
// its next one. Who works on a delivery holds its lock (store::alone()), so that no two processes
// do so at once; errors are those of the database.
namespace report {

// Where a delivery stands; as a word in the store, so an enumerator is never renamed.

enum class DeliveryState : std::uint8_t {
  asking,      // Open: its host has not been asked for consent, or did not answer.
  waiting,     // Open: to be sent, for the first time or again.
  capped,      // Open: tomorrow, as the mailbox got its number of reports today.
  sent,        // The relay took it.
  refused,     // Its host does not consent (RFC 9990 §4).
  failed,      // The relay refused it for good.
  expired,     // Tried for too long.
  suppressed,  // Not sent, as this mailbox refused another report for good.
};
constexpr auto words_of(DeliveryState) {
  return std::to_array<std::string_view>(
      {"asking", "waiting", "capped", "sent", "refused", "failed", "expired", "suppressed"});
}

[[nodiscard]] constexpr std::string_view name(DeliveryState state) noexcept {
  return base::word(state);
}  // "waiting": in the store, in log lines, for people.

// True for a delivery that will be tried (again).
[[nodiscard]] constexpr bool is_open(DeliveryState state) noexcept {
  return state <= DeliveryState::capped;
}

// What a delivery is known by. `destination` is Mailbox::text().
struct DeliveryKey {
  std::string report_id;
  std::string destination;
};

// A delivery with what of its report it takes to send it.
struct Delivery {
  DeliveryKey key;
  Mailbox destination;  // The key's, read.
  DeliveryState state = DeliveryState::waiting;
  std::uint64_t attempts = 0;  // That were made: the relay was asked, or the host for its consent.
  base::WallTime next{};       // When the next one is due.
  ReportKind kind = ReportKind::aggregate;
  store::Day day{};             // The report's, UTC.
  std::string policy_domain{};  // Whose owner it is for.
  std::string organization{};   // Who reports, and from which mailbox, when the report was made.
  std::string mailbox{};
  base::WallTime made{};       // When the report was made: its Date, and where its expiry begins.
  std::uint64_t messages = 0;  // That it tells of.

  // True when it is open, and its time has come or is further off than anything is put off.
  [[nodiscard]] bool is_due(base::WallTime now) const;
};

// How often, how long, how many.
struct DeliveryLimits {
  std::chrono::minutes first_pause{15};     // Doubled after each attempt …
  std::chrono::minutes longest_pause{360};  // … up to this.
  std::chrono::hours expiry{48};   // After a report was made; it is tried four times at least.
  std::uint64_t daily_max = 5000;  // To one mailbox; 0: no limit.
  std::chrono::days suppression{7};
  // In a row; when the relay says that there is no such mailbox, one is enough.
  std::uint64_t rejections_max = 3;
};

// One delivery of the report to each of the mailboxes that has none yet, in this state and due now.
[[nodiscard]] base::Result<void> add_deliveries(store::Database& database,
                                                const std::string& report_id,
                                                std::span<const Mailbox> destinations,
                                                DeliveryState state, base::WallTime now);

// Those that are due, the longest due first; also what was put off for longer than anything is, by
// a clock that was ahead.
[[nodiscard]] base::Result<std::vector<Delivery>> due_deliveries(store::Database& database,
                                                                 base::WallTime now,
                                                                 std::size_t deliveries_max);
// Reads the delivery again; nothing if it was deleted.
[[nodiscard]] base::Result<std::optional<Delivery>> find_delivery(store::Database& database,
                                                                  const DeliveryKey& key);
// What the report was stored as: the gzip of its XML, or the line of an event; empty when it was
// deleted.
[[nodiscard]] base::Result<std::string> report_body(store::Database& database,
                                                    const std::string& report_id);

// What became of an attempt; each of these functions is one transaction. REQUIRES: no transaction.

// Stores what the relay said: sent, failed for good (which may suppress the mailbox), or to be
// tried later. The state the delivery is in now.
[[nodiscard]] base::Result<DeliveryState> settle(store::Database& database,
                                                 const Delivery& delivery,
                                                 const Submitted& submitted,
                                                 const DeliveryLimits& limits, base::WallTime now);
// Later again, in the state it is in, or `expired`; each time counts as an attempt. `why` is for
// people.
[[nodiscard]] base::Result<DeliveryState> put_off(store::Database& database,
                                                  const Delivery& delivery, std::string_view why,
                                                  const DeliveryLimits& limits, base::WallTime now);
// Ends it in this state, without an attempt.
[[nodiscard]] base::Result<void> end(store::Database& database, const Delivery& delivery,
                                     DeliveryState state, std::string_view why);
// The host consents: to the mailbox itself, or to others instead.
[[nodiscard]] base::Result<void> accept_consent(store::Database& database, const Delivery& delivery,
                                                std::span<const Mailbox> send_to,
                                                base::WallTime now);

// A refusal that turned out to be the relay's trouble, and not the mailbox's: waits again, and the
// mailbox is not suppressed for it.
[[nodiscard]] base::Result<void> revive(store::Database& database, const Delivery& delivery,
                                        const DeliveryLimits& limits, base::WallTime now);

// Why nothing is sent to this mailbox for a while, or none of this domain's reports, as it is the
// content of messages that was refused; nothing when all is well.
[[nodiscard]] base::Result<std::optional<std::string>> suppression(
    store::Database& database, const std::string& destination, const std::string& policy_domain,
    base::WallTime now, const DeliveryLimits& limits = {});

// What unsuppress() did.
struct Unsuppressed {
  std::uint64_t suppressions = 0;
  std::uint64_t deliveries = 0;  // Failed or suppressed ones of the last week: they wait again.
};
// Lifts the suppressions of a mailbox, in upper or lower case, or of all. REQUIRES: no transaction.
[[nodiscard]] base::Result<Unsuppressed> unsuppress(store::Database& database,
                                                    const std::optional<Mailbox>& mailbox,
                                                    base::WallTime now);

// Counts one report more for today, by Mailbox::folded(): `waiting`. One too many makes the
// delivery `capped`, until tomorrow, or `expired`. settle() takes back what was not sent.
[[nodiscard]] base::Result<DeliveryState> reserve(store::Database& database,
                                                  const Delivery& delivery,
                                                  const DeliveryLimits& limits, base::WallTime now);

}  // namespace report
