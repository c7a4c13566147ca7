#include "cli/status.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include <sysexits.h>
#include <unistd.h>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "store/database.hpp"

namespace cli {

namespace {

using std::chrono::floor;
using std::chrono::seconds;

// Seconds as people say them: "12 s", "7 min", "3 h", "5 d". A clock that went back is no age.
std::string age(base::WallTime then, base::WallTime now) {
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  const std::int64_t old = std::max<std::int64_t>(0, floor<seconds>(now - then).count());
  if (old < 2 * minute) return std::to_string(old) + " s";
  if (old < 2 * hour) return std::to_string(old / minute) + " min";
  if (old < 2 * day) return std::to_string(old / hour) + " h";
  return std::to_string(old / day) + " d";
}

std::string octets(std::uint64_t count) {
  constexpr std::array<const char*, 4> units = {" octets", " KiB", " MiB", " GiB"};
  std::size_t unit = 0;
  for (; count >= 10 * 1024 && unit + 1 < units.size(); ++unit)
    count /= 1024;
  return std::to_string(count) + units.at(unit);
}

std::uint64_t seconds_between(base::WallTime then, base::WallTime now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, floor<seconds>(now - then).count()));
}

Health above(const Limits& limits, std::uint64_t value) {
  if (limits.critical != 0 && value >= limits.critical) return Health::critical;
  if (limits.warning != 0 && value >= limits.warning) return Health::warning;
  return Health::ok;
}

Health below(const Limits& limits, std::uint64_t value) {
  if (value < limits.critical) return Health::critical;
  return value < limits.warning ? Health::warning : Health::ok;
}

Finding unanswered(std::string name, Health health, const Trouble& trouble) {
  return {std::move(name), trouble.forbidden ? Health::unknown : health, trouble.what};
}

Finding judge_daemon(const Condition& condition, const config::Config& config, base::WallTime now) {
  if (!condition.daemon) return unanswered("daemon", Health::critical, condition.daemon.error());
  Finding finding{"daemon", Health::ok,
                  "answers at " + config.socket + " in " +
                      std::to_string(condition.daemon->took.count()) + " ms"};
  if (!condition.daemon->socket_mode.empty()) {
    finding.text += " (" + condition.daemon->socket_mode + ')';
  }
  if (condition.numbers && *condition.numbers && (*condition.numbers)->started) {
    finding.text += ", up for " + age(*(*condition.numbers)->started, now);
  }
  return finding;
}

Finding judge_configuration(const Condition& condition, const config::Config& config,
                            base::WallTime now) {
  Finding finding{"configuration", Health::ok,
                  "preset " + std::string(policy::name(config.policy.site.preset))};
  for (const std::string& warning : config.warnings)
    finding.text += "; warning: " + warning;
  if (!condition.numbers || !*condition.numbers) return finding;
  const DaemonNumbers& numbers = **condition.numbers;
  if (numbers.loaded) {
    finding.text += "; in force for " + age(*numbers.loaded, now) + ", number " +
                    std::to_string(numbers.generation) + " since the start";
  }
  if (numbers.reload_failed) {
    finding.health = Health::warning;
    finding.text += "; the last reload failed, the configuration before it is in force";
  }
  return finding;
}

// Also whether events get lost: both only the daemon knows.
Finding judge_numbers(const Condition& condition) {
  if (!condition.numbers) return {"dns", Health::ok, "not known: [metrics] listen is empty"};
  if (!*condition.numbers) {
    // Without its metrics mail goes on. Without the daemon there is another finding.
    return unanswered("dns", condition.daemon ? Health::warning : Health::unknown,
                      condition.numbers->error());
  }
  const DaemonNumbers& numbers = **condition.numbers;
  if (numbers.dns_degraded) {
    return {"dns", Health::critical, "the resolver fails: no permanent verdicts for now"};
  }
  return {"dns", Health::ok, "the resolver answers"};
}

std::optional<LastMessage> last_message(const Condition& condition) {
  std::optional<LastMessage> last;
  if (condition.spool) last = condition.spool->last;
  if (const StoreCondition* store = condition.opened_store()) {
    const auto& newest = store->status.newest;
    if (newest && (!last || *newest > last->time)) last = LastMessage{*newest, {}, {}};
  }
  return last;
}

Finding judge_last(const Condition& condition, const StatusOptions& options, base::WallTime now) {
  const auto last = last_message(condition);
  if (!last) {
    const bool known = condition.spool && condition.store;
    return {"last message", known ? Health::ok : Health::unknown, known ? "none yet" : "not known"};
  }
  Finding finding{"last message", above(options.silence_seconds, seconds_between(last->time, now)),
                  age(last->time, now) + " ago"};
  if (!last->action.empty()) finding.text += ": " + last->action + ", rule " + last->rule;
  return finding;
}

Finding judge_spool(const Condition& condition, const config::Config& config,
                    const StatusOptions& options) {
  if (!condition.spool) return unanswered("spool", Health::critical, condition.spool.error());
  const SpoolCondition& spool = *condition.spool;
  Finding finding{"spool", below(options.free_percent, spool.free_percent),
                  base::printable(config.spool.directory.string()) + ": " + octets(spool.octets) +
                      " in " + std::to_string(spool.segments) + " segments; " +
                      std::to_string(spool.free_percent) + "% of the disk free"};
  if (condition.numbers && *condition.numbers && (*condition.numbers)->events_lost > 0) {
    finding.health = std::max(finding.health, Health::warning);
    finding.text += "; " + std::to_string((*condition.numbers)->events_lost) +
                    " events could not be written since the start";
  }
  return finding;
}

Finding judge_collector(const Condition& condition, const StatusOptions& options,
                        base::WallTime now) {
  if (condition.store && !*condition.store) {
    return {"collector", Health::ok, "no store yet, events stay in the spool: see postern-collect"};
  }
  if (!condition.backlog)
    return {"collector", Health::unknown, "not known without spool and store"};
  if (!*condition.backlog) {
    return unanswered("collector", Health::critical, condition.backlog->error());
  }
  const store::Backlog& backlog = **condition.backlog;
  if (backlog.octets == 0) return {"collector", Health::ok, "all collected"};
  const std::uint64_t lag = backlog.oldest ? seconds_between(*backlog.oldest, now) : 0;
  return {"collector", above(options.lag_seconds, lag),
          octets(backlog.octets) + " in " + std::to_string(backlog.segments) +
              " segments not in the store yet" +
              (backlog.oldest ? ", the oldest event " + age(*backlog.oldest, now) + " old" : "")};
}

Finding judge_store(const Condition& condition, const config::Config& config) {
  const std::string url = store::without_password(config.store.url);
  if (!condition.store) return unanswered("store", Health::critical, condition.store.error());
  if (!*condition.store) return {"store", Health::ok, url + ": there is none yet"};
  const store::StoreStatus& status = (*condition.store)->status;
  Finding finding{"store", Health::ok,
                  url + ": " + std::to_string(status.events) + " events, " + octets(status.octets)};
  if (status.oldest) finding.text += ", since " + base::timestamp(*status.oldest).substr(0, 10);
  if (status.unread_lines > 0) {
    finding.text += "; " + std::to_string(status.unread_lines) + " lines could not be read";
  }
  return finding;
}

std::uint64_t in_states(const std::map<std::string, std::uint64_t>& counts,
                        std::initializer_list<const char*> states) {
  std::uint64_t sum = 0;
  for (const char* state : states) {
    const auto found = counts.find(state);
    if (found != counts.end()) sum += found->second;
  }
  return sum;
}

Finding judge_reports(const Condition& condition, const config::Config& config,
                      const StatusOptions& options, base::WallTime now) {
  if (!config.reports.from) return {"reports", Health::ok, "none: [report] from is not set"};
  if (condition.store && !*condition.store) {
    return {"reports", Health::ok, "none without a store"};
  }
  const StoreCondition* store = condition.opened_store();
  if (store == nullptr || !store->outbox) {
    return {"reports", Health::unknown, "not known without the store"};
  }
  const report::OutboxStatus& outbox = *store->outbox;
  const std::uint64_t waiting = in_states(outbox.deliveries, {"asking", "waiting", "capped"});
  std::uint64_t ended = 0;
  for (const auto& [state, count] : outbox.deliveries)
    ended += count;
  ended -= waiting + in_states(outbox.deliveries, {"sent"});
  Finding finding{"reports", Health::ok,
                  std::to_string(in_states(outbox.deliveries, {"sent"})) + " sent, " +
                      std::to_string(waiting) + " waiting, " + std::to_string(ended) +
                      " given up, " + std::to_string(outbox.suppressions.size()) +
                      " addresses suppressed"};
  if (waiting > 0 && outbox.oldest_open) {
    constexpr std::uint64_t hour = 3600;
    finding.health = above(options.waiting_hours, seconds_between(*outbox.oldest_open, now) / hour);
    finding.text += "; the oldest waits for " + age(*outbox.oldest_open, now);
  }
  return finding;
}

// Without a configuration nobody knows where to look.
StatusEnd end_without_configuration(const Failure& error, const StatusOptions& options,
                                    Output output) {
  const std::filesystem::path file = options.config.value_or(default_config_file);
  const bool forbidden = is_forbidden(file, R_OK);
  const Finding finding{"configuration", forbidden ? Health::unknown : Health::critical,
                        forbidden ? file.string() + ": this user may not read it" : error.what};
  if (options.check) {
    output.out << to_check_line({finding}) << '\n';
    return {.status = static_cast<int>(finding.health)};
  }
  return {.status = tell({finding.text, EX_CONFIG}, output)};
}

}  // namespace

base::Result<Limits> parse_limits(std::string_view text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const auto warning = base::parse_number(text.substr(0, comma));
  const auto critical = comma == text.size() ? warning : base::parse_number(text.substr(comma + 1));
  if (warning && critical) return Limits{*warning, *critical};
  return base::fail('"' + base::printable(text, 60) + "\" is not WARN,CRIT: two whole numbers");
}

std::string to_text(const Limits& limits) {
  return std::to_string(limits.warning) + ',' + std::to_string(limits.critical);
}

std::vector<Finding> judge(const Condition& condition, const config::Config& config,
                           const StatusOptions& options, base::WallTime now) {
  return {judge_daemon(condition, config, now),
          judge_configuration(condition, config, now),
          judge_numbers(condition),
          judge_last(condition, options, now),
          judge_spool(condition, config, options),
          judge_collector(condition, options, now),
          judge_store(condition, config),
          judge_reports(condition, config, options, now)};
}

StatusEnd status(const StatusOptions& options, base::WallTime now, Output output) {
  const auto config = load_config(options.config);
  if (!config) return end_without_configuration(config.error(), options, output);
  const Condition condition =
      find_condition(*config, now, std::chrono::seconds(options.timeout_seconds));
  const std::vector<Finding> findings = judge(condition, *config, options, now);
  if (options.check) {
    output.out << to_check_line(findings) << to_numbers(condition, options, now) << '\n';
  } else if (options.json) {
    output.out << to_json(findings, condition, now) << '\n';
  } else {
    output.out << to_screen(findings);
  }
  const int status = options.check ? static_cast<int>(worst(findings)) : EX_OK;
  return {.status = finished(output, status), .left_behind = condition.left_behind};
}

void add_status(const Words& postern) {
  auto& options = postern.keep<StatusOptions>();
  const Words status = postern.command(
      "status", "Daemon, spool, store and reports on one screen; --check for monitoring",
      [&](Output output) {
        const StatusEnd end = cli::status(options, clock_now(), output);
        // What hangs is left behind: the process does not wait for it.
        if (end.left_behind) std::_Exit(end.status);
        return end.status;
      });
  add_config_option(status, options.config);
  const Word json = status.flag("--json", options.json, "Print one JSON object");
  status.flag("--check", options.check, "One line; status 0 ok, 1 warning, 2 critical, 3 unknown")
      .excludes(json);
  const auto add = [&](const char* name, Limits& limits, const char* text) {
    const auto read = [&limits](const std::string& given) {
      const auto parsed = parse_limits(given);
      if (parsed) limits = *parsed;
      return parsed ? std::string() : parsed.error().what;
    };
    status.option(name, read, text, value::pair, to_text(limits));
  };
  add("--lag", options.lag_seconds, "Seconds an event waits for the store; 0: any");
  add("--free", options.free_percent, "Percent of the spool's disk that are free");
  add("--waiting", options.waiting_hours, "Hours a report waits to be sent; 0: any");
  add("--silence", options.silence_seconds, "Seconds since the last message; 0: any");
  status
      .option("--timeout", options.timeout_seconds, "When to stop waiting for an answer",
              value::seconds)
      .between(1, 600)
      .shows_default();
}

}  // namespace cli
