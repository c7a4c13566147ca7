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

// The queue of reports: one delivery for each report and mailbox.
namespace report {

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
}  // "waiting"

// True for a delivery that will be tried (again).
[[nodiscard]] constexpr bool is_open(DeliveryState state) noexcept {
  return state <= DeliveryState::capped;
}

struct DeliveryKey {
  std::string report_id;
  std::string destination;
};

// A delivery with what of its report it takes to send it.
struct Delivery {
  DeliveryKey key;
  Mailbox destination;
  DeliveryState state = DeliveryState::waiting;
  std::uint64_t attempts = 0;
  base::WallTime next{};
  ReportKind kind = ReportKind::aggregate;
  store::Day day{};
  std::string policy_domain{};
  std::string organization{};
  std::string mailbox{};
  base::WallTime made{};
  std::uint64_t messages = 0;

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

// Each mailbox that is not there yet.
[[nodiscard]] base::Result<void> add_deliveries(store::Database& database,
                                                const std::string& report_id,
                                                std::span<const Mailbox> destinations,
                                                DeliveryState state, base::WallTime now);

// Those that are due, the longest due first; also what was put off for longer than anything is, by
// a clock that was ahead.
[[nodiscard]] base::Result<std::vector<Delivery>> due_deliveries(store::Database& database,
                                                                 base::WallTime now,
                                                                 std::size_t deliveries_max);
// As it is now; nothing when it is no more.
[[nodiscard]] base::Result<std::optional<Delivery>> find_delivery(store::Database& database,
                                                                  const DeliveryKey& key);
[[nodiscard]] base::Result<std::string> report_body(store::Database& database,
                                                    const std::string& report_id);

// What became of an attempt; each is one transaction.

// The state the delivery is in now.
[[nodiscard]] base::Result<DeliveryState> settle(store::Database& database,
                                                 const Delivery& delivery,
                                                 const Submitted& submitted,
                                                 const DeliveryLimits& limits, base::WallTime now);
// Later again, in the state it is in, or `expired`.
[[nodiscard]] base::Result<DeliveryState> put_off(store::Database& database,
                                                  const Delivery& delivery, std::string_view why,
                                                  const DeliveryLimits& limits, base::WallTime now);
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
