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

// An event with the line it was read from, which is what the store keeps: the other columns are
// made from it, and only to ask by.
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

// Lines of one segment, and the positions before and behind them. A position is the number of
// octets of the segment that are in the store.
struct Batch {
  std::string spool;    // SpoolReader::id().
  std::string segment;  // The file's name.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<EventLine> events;
  std::vector<UnreadLine> unread;
};

// How the lines of a batch came out.
struct Committed {
  std::size_t events = 0;     // New ones, which are stored and counted for reports.
  std::size_t known = 0;      // Events that were in the store already: counted once only.
  std::size_t different = 0;  // Of these, with another line: kept with those that cannot be read.
};

// One connection to the tables; used by one thread at a time. After an error it is as good as
// before: what failed was rolled back, and a lost connection is made again by the next transaction.
class Store {
 public:
  // Connects, and brings the tables to this program's version. `progress` is told of the steps.
  [[nodiscard]] static base::Result<Store> open(const std::string& url,
                                                const Progress& progress = {});
  // For questions: makes nothing and changes nothing. An error when there is no store yet, or its
  // tables are of another version.
  [[nodiscard]] static base::Result<Store> open_existing(const std::string& url);

  // Mail of or to this address causes no report; see causes_report(). For what is added later.
  void set_report_address(std::string address) { report_address_ = std::move(address); }

  // All of the batch with its position, or nothing: in one transaction. An error also when the
  // position in the store is not batch.begin, as somebody else collects the same spool then.
  [[nodiscard]] base::Result<Committed> commit(const Batch& batch);

  // Deletes the position of a segment that is no more, or is to be read again from its beginning:
  // its events stay, and are known by their ids.
  [[nodiscard]] base::Result<void> forget(const std::string& spool, const std::string& segment);

  // Tries again to read lines of a newer version, after this program was upgraded; those that can
  // be read now become events, in a transaction each. How many did.
  [[nodiscard]] base::Result<std::size_t> read_again();

  // For what is not a member: questions, retention, reports. It is the same connection.
  [[nodiscard]] Database& database() const noexcept { return *database_; }

 private:
  explicit Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  // REQUIRES of these four: inside a transaction. The events and their counters, each event once.
  [[nodiscard]] base::Result<Committed> add(const Batch& batch);
  [[nodiscard]] base::Result<void> move_position(const Batch& batch);
  [[nodiscard]] base::Result<void> keep_unread(const Batch& batch);
  // The events whose ids are known with other lines are kept as unread. How many these are.
  [[nodiscard]] base::Result<std::size_t> keep_different(
      const Batch& batch, const std::vector<const EventLine*>& known);

  std::unique_ptr<Database> database_;
  std::string report_address_;
};

// Segment -> octets that are in the store, of all segments of the spool that were not forgotten. A
// segment that is not there has position 0.
[[nodiscard]] base::Result<std::map<std::string, std::uint64_t>> positions(
    Database& database, const std::string& spool);

}  // namespace store
