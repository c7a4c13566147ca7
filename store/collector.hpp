#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "event/spool_reader.hpp"
#include "store/retention.hpp"
#include "store/store.hpp"

namespace store {

// Moves events from one spool into the store, exactly once: positions are committed with their
// rows, and read back from the store after every error. Segments that are finished and in the store
// are deleted. A store that is down stops nothing but this: the spool waits. Used by one thread.
class Collector {
 public:
  struct Options {
    std::filesystem::path directory = "/var/spool/postern";
    std::string url = "sqlite:/var/lib/postern/postern.db";  // As for open_database().
    std::string report_address;                              // See causes_report().
    bool keep_segments = false;  // Segments stay when they are finished: the site deletes them.
    Retention retention;         // Asked once an hour, and after much mail.
    event::ReadLimits batch;     // Of one transaction.
    std::chrono::milliseconds idle_pause{1000};   // How old an event gets at most on a quiet day.
    std::chrono::milliseconds outage_pause{500};  // Doubled up to a minute.
    std::chrono::milliseconds behind_pause{60'000};  // Between two lines of log about being behind.
  };

  // The world around: where log lines go, and how time passes. `wait` returns true, at once, when
  // the process is to stop.
  struct Surroundings {
    std::function<void(base::log::Level, const std::string&)> log;
    std::function<bool(std::chrono::milliseconds)> wait;
    Progress progress{};  // Of migrations, and of run_once() in octets; may be empty.
  };

  // Takes the spool's lock, which it keeps while it lives; an error when another process has it.
  // The store need not be there yet.
  [[nodiscard]] static base::Result<Collector> open(Options options, Surroundings surroundings);

  // Collects until Surroundings::wait says that the process is to stop. Every trouble is told, once
  // for each outage, and waited for.
  void run();

  // Collects everything that is in the spool now; or the first error, nothing being half done: the
  // next call goes on behind the last batch that was committed.
  [[nodiscard]] base::Result<void> run_once();

 private:
  Collector(Options options, Surroundings surroundings, event::SpoolReader reader)
      : options_(std::move(options)),
        surroundings_(std::move(surroundings)),
        reader_(std::move(reader)) {}

  // One walk over all segments; true when there was something to collect.
  [[nodiscard]] base::Result<bool> pass();
  // Opens the store when it is not, and learns from it how far the spool was collected.
  [[nodiscard]] base::Result<void> connect();
  // One batch; true when the segment may have more.
  [[nodiscard]] base::Result<bool> collect_some(const std::string& segment);
  // The lines of a piece, into the store.
  [[nodiscard]] base::Result<void> commit(const std::string& segment,
                                          const event::SpoolPiece& piece);
  // The segment has all its lines, and the store has them: it is deleted, or noted as finished.
  [[nodiscard]] base::Result<void> finish(const std::string& segment);
  // The segment is not what it was: it is read again from its beginning.
  [[nodiscard]] base::Result<void> begin_again(const std::string& segment, std::uint64_t position);
  // What is old goes, when it is time to look.
  [[nodiscard]] base::Result<void> keep_house();
  [[nodiscard]] base::Result<Expired> expire_old();
  void tell_of_trouble(const std::string& what);
  void tell_when_behind();
  void info(const std::string& text) const { surroundings_.log(base::log::Level::info, text); }
  void warn(const std::string& text) const { surroundings_.log(base::log::Level::warning, text); }
  // The segment is left out, the rest goes on; told once.
  void skip(const std::string& segment, const base::Error& error);

  Options options_;
  Surroundings surroundings_;
  event::SpoolReader reader_;
  std::optional<Store> store_;                      // Nothing after an error, until connect().
  std::map<std::string, std::uint64_t> positions_;  // As in the store.
  // Segments that stay, with nothing more to come, and their octets.
  std::map<std::string, std::uint64_t> finished_;
  std::set<std::string> skipped_;  // Segments whose trouble was told.
  bool stopped_ = false;
  base::Deadline housekeeping_{};  // When it is next.
  std::uint64_t octets_since_housekeeping_ = 0;
  std::set<std::string> warnings_;       // Of housekeeping, told already.
  std::set<std::string> troubles_;       // Of the outage that goes on, told already.
  std::uint64_t octets_to_collect_ = 0;  // By run_once(), and how many of them it has.
  std::uint64_t octets_collected_ = 0;
  // When we fell behind, or when the last warning about it was logged.
  std::optional<base::Deadline> behind_since_;
};

// How far the store is behind a spool.
struct Backlog {
  std::uint64_t segments = 0;  // With something to collect.
  std::uint64_t octets = 0;
  std::optional<base::WallTime> oldest;  // The oldest event not collected.
};
// Reads sizes of segments and the first line of each that is not collected. `positions` as of the
// store; an error when the directory cannot be read.
[[nodiscard]] base::Result<Backlog> find_backlog(
    const std::filesystem::path& directory, const std::map<std::string, std::uint64_t>& positions);
// "4711 octets in 2 segments, the oldest event 95 s old"
[[nodiscard]] std::string describe(const Backlog& backlog);

}  // namespace store
