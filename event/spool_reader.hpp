#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace event {

// One complete line of a segment, or what is left of one.
struct SpoolLine {
  std::uint64_t position = 0;  // Of its first octet.
  std::string text;            // Without line end; the beginning of one that is too long.
  bool torn = false;           // Will never get its line end: the writer is gone.
  bool cut = false;            // Too long to be an event.
};

// Lines that follow each other in one segment.
struct SpoolPiece {
  std::vector<SpoolLine> lines;  // Empty ones left out.
  std::uint64_t end = 0;         // Position behind them: where to go on.
  bool finished = false;         // Nobody writes to the segment any more, and `end` is its end.
  bool changed = false;          // What was before `from` is not there any more: read from 0.
};

struct ReadLimits {
  std::size_t lines_max = 1000;
  std::size_t octets_max = 4 << 20;
};

// What follows `from` in a segment, within the limits; no lines when there is nothing new. An error
// for what is no regular file of a single name: links are not followed.
[[nodiscard]] base::Result<SpoolPiece> read_lines(const std::filesystem::path& segment,
                                                  std::uint64_t from, ReadLimits limits);

// The collector's side of a spool (docs/formats/spool.md). Holds a lock on the directory, so that
// one process collects it. Never waits for the writers, nor they for it.
class SpoolReader {
 public:
  // Makes the directory and its identity when missing. Fails when another process collects it.
  [[nodiscard]] static base::Result<SpoolReader> open(const std::filesystem::path& directory);
  ~SpoolReader();
  SpoolReader(SpoolReader&& other) noexcept;
  SpoolReader& operator=(SpoolReader&&) = delete;

  // 16 hexadecimal digits that stay with the directory.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  [[nodiscard]] base::Result<SpoolPiece> read(const std::string& segment, std::uint64_t from,
                                              ReadLimits limits) const {
    return read_lines(directory_ / segment, from, limits);
  }

  // Removes a finished segment that has nothing past `end`; false when it is not so.
  [[nodiscard]] base::Result<bool> remove(const std::string& segment, std::uint64_t end) const;

 private:
  SpoolReader(std::filesystem::path directory, int lock, std::string id);

  std::filesystem::path directory_;
  int lock_ = -1;
  std::string id_;
};

struct Segment {
  std::string name;
  std::uint64_t octets = 0;
};
// Segments there are, oldest first.
[[nodiscard]] base::Result<std::vector<Segment>> list_segments(
    const std::filesystem::path& directory);

// The identity of a spool, without the lock; empty when nothing was ever collected from it.
[[nodiscard]] std::string spool_id(const std::filesystem::path& directory);

}  // namespace event
