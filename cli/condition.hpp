#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/probe.hpp"
#include "config/config.hpp"
#include "report/outbox_status.hpp"
#include "store/collector.hpp"
#include "store/store_status.hpp"

// What can be found out about an installation: facts for `postern status`, which judges them.
namespace cli {

template <class T>
using Found = base::Result<T, Trouble>;

// What the daemon counts of itself, as far as its metrics say.
struct DaemonNumbers {
  std::optional<base::WallTime> started{};
  std::optional<base::WallTime> loaded{};  // The configuration in force.
  std::uint64_t generation = 0;            // Of it.
  bool reload_failed = false;              // The last one: the configuration before stays.
  bool dns_degraded = false;
  std::uint64_t events_lost = 0;
};

struct LastMessage {
  base::WallTime time;
  std::string action;  // Empty when it was found in the store.
  std::string rule;
};

struct DaemonAnswer {
  std::chrono::milliseconds took{};
  std::string socket_mode;  // "postern:postfix 0770"; empty for an inet socket.
};

struct SpoolCondition {
  std::uint64_t segments = 0;
  std::uint64_t octets = 0;
  std::uint64_t free_percent = 0;  // Of its disk, for who is not root.
  std::optional<LastMessage> last{};
};

struct StoreCondition {
  store::StoreStatus status;
  std::optional<report::OutboxStatus> outbox;  // Where the site reports.
  std::map<std::string, std::uint64_t> positions;
};

struct Condition {
  Found<DaemonAnswer> daemon;
  std::optional<Found<DaemonNumbers>> numbers;  // Nothing: [metrics] listen is empty.
  Found<SpoolCondition> spool;
  Found<std::optional<StoreCondition>> store;    // Nothing: there is none yet.
  std::optional<Found<store::Backlog>> backlog;  // Nothing without spool or store.
  bool left_behind = false;  // Something hangs: a thread of this process still waits for it.

  [[nodiscard]] const StoreCondition* opened_store() const noexcept {
    return store && *store ? &**store : nullptr;
  }
};

// True when this user may not have such access (R_OK, X_OK) to the file.
[[nodiscard]] bool is_forbidden(const std::filesystem::path& path, int mode);

// Asks everything at once, and returns when all has answered or `patience` is over. Makes no store
// and no directory, and changes nothing.
[[nodiscard]] Condition find_condition(const config::Config& config, base::WallTime now,
                                       std::chrono::milliseconds patience);

// Prometheus text, as the daemon writes it. Pure.
[[nodiscard]] DaemonNumbers read_numbers(std::string_view page);

}  // namespace cli
