#include "cli/collect.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sysexits.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/safe_file.hpp"
#include "cli/become_owner.hpp"
#include "cli/progress.hpp"
#include "config/config.hpp"
#include "json/writer.hpp"
#include "store/collector.hpp"
#include "store/store.hpp"

namespace cli {

namespace {

using base::log::Level;

constexpr std::size_t path_max = 4096;

store::Collector::Options options_of(const config::Config& config) {
  store::Collector::Options options;
  options.directory = config.spool.directory;
  options.url = config.store.url;
  if (config.reports.from) options.report_address = config.reports.from->text();
  options.keep_segments = config.store.keep_segments;
  options.retention.events = std::chrono::days(config.store.retention_days);
  options.retention.octets_max = config.store.size_mib_max << 20;
  return options;
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, signal);
  return signals;
}

// True as soon as a signal says stop.
bool wait(const sigset_t& signals, std::chrono::milliseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec patience{.tv_sec = seconds.count(),
                          .tv_nsec = std::chrono::nanoseconds(time - seconds).count()};
  return sigtimedwait(&signals, nullptr, &patience) > 0;
}

// Segment -> octets; none while there is no store.
base::Result<std::map<std::string, std::uint64_t>> positions(const std::string& url,
                                                             const std::string& spool) {
  if (!store::database_exists(url)) return std::map<std::string, std::uint64_t>();
  auto store = store::Store::open_existing(url);
  if (!store) return std::unexpected(store.error());
  return store::positions(store->database(), spool);
}

int print_status(const config::Config& config, bool json, Output output) {
  const std::string id = event::spool_id(config.spool.directory);
  const auto collected = positions(config.store.url, id);
  if (!collected) return tell({collected.error().what}, output);
  const auto backlog = store::find_backlog(config.spool.directory, *collected);
  if (!backlog) return tell({backlog.error().what}, output);
  if (json) {
    json::Writer writer(256);
    writer.begin_object();
    writer.text("spool", id, path_max);
    writer.text("directory", config.spool.directory.string(), path_max);
    writer.number("segments_behind", backlog->segments);
    writer.number("octets_behind", backlog->octets);
    if (backlog->oldest) {
      const auto age = std::chrono::system_clock::now() - *backlog->oldest;
      writer.number("oldest_seconds", std::chrono::floor<std::chrono::seconds>(age).count());
    }
    writer.end_object();
    output.out << writer.take() << '\n';
  } else {
    output.out << config.spool.directory.string() << ": "
               << (backlog->octets == 0 ? "all collected" : "behind by " + describe(*backlog))
               << '\n';
  }
  return finished(output);
}

}  // namespace

int collect(const CollectOptions& options, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  for (const auto& become :
       {base::become_owner_of(config->spool.directory), become_owner_of_store(config->store.url)}) {
    if (!become) return tell({become.error().what, EX_NOPERM}, output);
  }
  if (options.status) return print_status(*config, options.json, output);

  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // wait() takes them.
  std::signal(SIGPIPE, SIG_IGN);                  // A server that went away.
  base::log::open(config->log);
  const auto log = [](Level level, const std::string& text) { base::log::write(level, "", text); };
  std::optional<Progress> bar(std::in_place, output.error, "collect", is_terminal(STDERR_FILENO));
  auto collector = store::Collector::open(
      options_of(*config),
      {log, [&](std::chrono::milliseconds time) { return wait(signals, time); },
       [&](std::string_view, std::size_t done, std::size_t total) { bar->update(done, total); }});
  if (!collector) {
    log(Level::error, collector.error().what);
    return EX_TEMPFAIL;
  }
  if (options.once) {
    const auto done = collector->run_once();
    bar.reset();  // Taken away before what is said at the end.
    if (!done) log(Level::error, "collect: " + done.error().what);
    return done ? EX_OK : EX_UNAVAILABLE;
  }
  log(Level::info, "collect: from " + config->spool.directory.string() + " into " +
                       store::without_password(config->store.url));
  collector->run();
  log(Level::info, "collect: stopped");
  return EX_OK;
}

void add_collect(const Words& postern) {
  auto& options = postern.keep<CollectOptions>();
  auto& file = postern.keep<std::string>(default_config_file);
  const Words collect = postern.command(
      "collect", "Move events from the spool into the store, exactly once", [&](Output output) {
        options.config = file;
        return cli::collect(options, output);
      });
  add_config_file(collect, file);
  const Word once = collect.flag("--once", options.once, "Collect what is there, and end");
  const Word status =
      collect.flag("--status", options.status, "Only say how far the store is behind");
  status.excludes(once);
  collect.flag("--json", options.json, "With --status").needs(status);
}

}  // namespace cli
