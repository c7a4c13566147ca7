#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/event_reader.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"

// What is kept of events: for questions (event_query.hpp, retention.hpp), and for reports
// (report_counts.hpp). Tables: docs/formats/store.md.
namespace store {

// An event with the line it was read from, which is what the store keeps.
struct EventLine {
  event::Event event;
  std::string line;
  std::uint64_t position = 0;  // Of its first octet in the segment.
};

// A line that cannot be read as an event: kept as it is, so that nothing is lost.
struct UnreadLine {
  std::uint64_t position = 0;  // Of its first octet in the segment.
  event::LineError error;
  std::string line;
};

// Lines of one segment, and the positions before and behind them.
struct Batch {
  std::string spool;
  std::string segment;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<EventLine> events;
  std::vector<UnreadLine> unread;
};

// How the rows of a batch came out.
struct Committed {
  std::size_t events = 0;
  std::size_t known = 0;      // Events that were in the store already: counted once only.
  std::size_t different = 0;  // Of these, with another line: kept with those that cannot be read.
};

// One connection to the tables; used by one thread at a time.
class Store {
 public:
  // Connects, and brings the tables to this program's version.
  [[nodiscard]] static base::Result<Store> open(const std::string& url,
                                                const Progress& progress = {});
  // For questions: makes nothing and changes nothing. An error when there is no store yet, or its
  // tables are of another version.
  [[nodiscard]] static base::Result<Store> open_existing(const std::string& url);

  // Mail of or to this address causes no report; see causes_report().
  void set_report_address(std::string address) { report_address_ = std::move(address); }

  // All of the batch with its position, or nothing: in one transaction. An error also when the
  // position in the store is not batch.begin, as somebody else collects the same spool then.
  [[nodiscard]] base::Result<Committed> commit(const Batch& batch);

  // The position of a segment that is no more.
  [[nodiscard]] base::Result<void> forget(const std::string& spool, const std::string& segment);

  // Tries again to read lines of a newer version, after this program was upgraded; those that can
  // be read now become events. How many did.
  [[nodiscard]] base::Result<std::size_t> read_again();

  [[nodiscard]] Database& database() const noexcept { return *database_; }

 private:
  explicit Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  [[nodiscard]] base::Result<Committed> add(const Batch& batch);
  [[nodiscard]] base::Result<void> move_position(const Batch& batch);
  [[nodiscard]] base::Result<void> keep_unread(const Batch& batch);
  // The events whose ids are known with other lines are kept as unread.
  [[nodiscard]] base::Result<std::size_t> keep_different(
      const Batch& batch, const std::vector<const EventLine*>& known);

  std::unique_ptr<Database> database_;
  std::string report_address_;
};

// Segment -> octets that are in the store, of all segments of the spool not forgotten.
[[nodiscard]] base::Result<std::map<std::string, std::uint64_t>> positions(
    Database& database, const std::string& spool);

}  // namespace store
