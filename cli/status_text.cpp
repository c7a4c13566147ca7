#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "cli/status.hpp"
#include "json/writer.hpp"

namespace cli {

namespace {

using json::Writer;

constexpr std::size_t status_text_max = 2000;
constexpr std::size_t line_max = 300;  // Of one finding, in a monitoring system's line.

int gravity(Health health) {
  switch (health) {
    case Health::ok:
      return 0;
    case Health::unknown:
      return 1;
    case Health::warning:
      return 2;
    case Health::critical:
      break;
  }
  return 3;
}

void time_if_known(Writer& json, std::string_view key, const std::optional<base::WallTime>& value) {
  if (value) json.text(key, base::timestamp(*value), status_text_max);
}

std::optional<std::int64_t> lag(const Condition& condition, base::WallTime now) {
  if (!condition.backlog || !*condition.backlog) return std::nullopt;
  const auto& oldest = (*condition.backlog)->oldest;
  if (!oldest) return 0;
  return std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(now - *oldest).count());
}

void write_daemon(Writer& json, const Condition& condition) {
  if (condition.daemon) json.number("answer_ms", condition.daemon->took.count());
  if (!condition.numbers || !*condition.numbers) return;
  const DaemonNumbers& numbers = **condition.numbers;
  time_if_known(json, "started", numbers.started);
  time_if_known(json, "config_loaded", numbers.loaded);
  json.number("config_generation", numbers.generation);
  json.boolean("reload_failed", numbers.reload_failed);
  json.boolean("dns_degraded", numbers.dns_degraded);
  json.number("events_lost", numbers.events_lost);
}

void write_kept(Writer& json, const Condition& condition, base::WallTime now) {
  if (condition.spool) {
    json.number("spool_segments", condition.spool->segments);
    json.number("spool_octets", condition.spool->octets);
    json.number("spool_free_percent", condition.spool->free_percent);
    if (condition.spool->last) time_if_known(json, "spool_newest", condition.spool->last->time);
  }
  if (condition.backlog && *condition.backlog) {
    json.number("segments_behind", (*condition.backlog)->segments);
    json.number("octets_behind", (*condition.backlog)->octets);
  }
  if (const auto behind = lag(condition, now)) json.number("lag_seconds", *behind);
  const StoreCondition* store = condition.opened_store();
  if (store == nullptr) return;
  const store::StoreStatus& status = store->status;
  json.number("store_events", status.events);
  json.number("store_octets", status.octets);
  json.number("unread_lines", status.unread_lines);
  time_if_known(json, "store_oldest", status.oldest);
  time_if_known(json, "store_newest", status.newest);
  if (!store->outbox) return;
  const report::OutboxStatus& outbox = *store->outbox;
  json.begin_object("deliveries");
  for (const auto& [state, count] : outbox.deliveries)
    json.number(state, count);
  json.end_object();
  json.number("messages_unreported", outbox.messages_unreported);
  json.number("suppressed", outbox.suppressions.size());
  time_if_known(json, "oldest_waiting", outbox.oldest_open);
}

// For a monitoring system a "|" begins the numbers.
std::string in_one_line(std::string_view text) {
  std::string line(text.substr(0, line_max));
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '|', '/');
  return line;
}

}  // namespace

Health worst(const std::vector<Finding>& findings) {
  Health found = Health::ok;
  for (const Finding& finding : findings) {
    if (gravity(finding.health) > gravity(found)) found = finding.health;
  }
  return found;
}

std::string to_screen(const std::vector<Finding>& findings) {
  constexpr std::size_t name_width = 15;
  constexpr std::size_t health_width = 10;
  std::string screen;
  for (const Finding& finding : findings) {
    std::string line = finding.name;
    line.resize(std::max(name_width, line.size() + 1), ' ');
    line += name(finding.health);
    line.resize(name_width + health_width, ' ');
    screen.append(line).append(finding.text).append("\n");
  }
  return screen;
}

std::string to_json(const std::vector<Finding>& findings, const Condition& condition,
                    base::WallTime now) {
  Writer json(2048);
  json.begin_object();
  json.number("v", 1);
  json.text("health", name(worst(findings)), status_text_max);
  json.begin_array("findings");
  for (const Finding& finding : findings) {
    json.begin_object();
    json.text("name", finding.name, status_text_max);
    json.text("health", name(finding.health), status_text_max);
    json.text("text", finding.text, status_text_max);
    json.end_object();
  }
  json.end_array();
  write_daemon(json, condition);
  write_kept(json, condition, now);
  json.end_object();
  return json.take();
}

std::string to_check_line(const std::vector<Finding>& findings) {
  const Health health = worst(findings);
  std::string line = "POSTERN ";
  for (const char c : name(health))
    line += static_cast<char>(c - 'a' + 'A');
  line += " -";
  bool any = false;
  for (const Finding& finding : findings) {  // What is wrong; when nothing is, the daemon.
    if (health != Health::ok && finding.health == Health::ok) continue;
    if (health == Health::ok && any) break;
    line.append(any ? "; " : " ").append(finding.name).append(": ");
    line += in_one_line(finding.text);
    any = true;
  }
  return line;
}

std::string to_numbers(const Condition& condition, const StatusOptions& options,
                       base::WallTime now) {
  std::string line = " |";
  if (condition.daemon) line += " answer=" + std::to_string(condition.daemon->took.count()) + "ms";
  if (const auto behind = lag(condition, now)) {
    line += " lag=" + std::to_string(*behind) + "s;" + std::to_string(options.lag_seconds.warning) +
            ';' + std::to_string(options.lag_seconds.critical);
  }
  if (condition.spool) {
    line += " spool=" + std::to_string(condition.spool->octets) + "B";
    line += " free=" + std::to_string(condition.spool->free_percent) + '%';
  }
  return line;
}

}  // namespace cli
