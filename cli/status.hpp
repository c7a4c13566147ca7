#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/words.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/condition.hpp"

namespace cli {

// From where on something is a warning, and from where on critical. 0: never.
struct Limits {
  std::uint64_t warning = 0;
  std::uint64_t critical = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

// "300,3600"; one number is both.
[[nodiscard]] base::Result<Limits> parse_limits(std::string_view text);
// The same, always as two numbers.
[[nodiscard]] std::string to_text(const Limits& limits);

// What is asked, and from where on it is bad news.
struct StatusOptions {
  std::optional<std::filesystem::path> config;
  bool json = false;              // For programs.
  bool check = false;             // One line for a monitoring system.
  Limits lag_seconds{300, 3600};  // Of the oldest event that is not in the store.
  Limits free_percent{10, 3};     // Of the spool's disk: below.
  Limits waiting_hours{24, 0};    // Of the oldest report that waits.
  Limits silence_seconds{0, 0};   // Since the last message.
  int timeout_seconds = 8;        // Monitoring systems give a check ten.
};

// As monitoring plugins have it: also the exit status.
enum class Health : std::uint8_t { ok = 0, warning = 1, critical = 2, unknown = 3 };
// Its words, as they are printed.
constexpr auto words_of(Health) {
  return std::to_array<std::string_view>({"ok", "warning", "critical", "unknown"});
}
[[nodiscard]] constexpr std::string_view name(Health health) noexcept { return base::word(health); }

// What is said of one part of the installation.
struct Finding {
  std::string name;            // "spool"
  Health health = Health::ok;  // Unknown where this user may not look.
  std::string text;            // For people, one line.
};

// One for each part, in the order of the screen. Pure.
[[nodiscard]] std::vector<Finding> judge(const Condition& condition, const config::Config& config,
                                         const StatusOptions& options, base::WallTime now);

// The worst: critical before warning before unknown. Part of the answer may be unknown to a user
// who may not look; what he can see to be broken counts more.
[[nodiscard]] Health worst(const std::vector<Finding>& findings);

// For people; for programs; for monitoring systems, where the numbers follow the line.
[[nodiscard]] std::string to_screen(const std::vector<Finding>& findings);
[[nodiscard]] std::string to_json(const std::vector<Finding>& findings, const Condition& condition,
                                  base::WallTime now);
[[nodiscard]] std::string to_check_line(const std::vector<Finding>& findings);
[[nodiscard]] std::string to_numbers(const Condition& condition, const StatusOptions& options,
                                     base::WallTime now);

// How the command ends.
struct StatusEnd {
  int status = 0;            // Of sysexits.h; with --check, that of a monitoring plugin.
  bool left_behind = false;  // See Condition: then the process should not wait for its threads.
};

// `postern status`: whether the parts of an installation work. Changes nothing.
[[nodiscard]] StatusEnd status(const StatusOptions& options, base::WallTime now, Output output);

// Its words, and that they are this command. Where a thread hangs, the process ends without it.
void add_status(const Words& postern);

}  // namespace cli
