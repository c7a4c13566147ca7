#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace event {

// One complete line of a segment, or what is left of one. Positions are octets from the beginning
// of the segment.
struct SpoolLine {
  std::uint64_t position = 0;  // Of its first octet.
  std::string text;            // Without line end; the beginning of one that is too long.
  bool torn = false;           // Will never get its line end: the writer is gone.
  bool cut = false;            // Too long to be an event: only its beginning is here.
};

// Lines that follow each other in one segment.
struct SpoolPiece {
  std::vector<SpoolLine> lines;  // Empty ones left out.
  std::uint64_t end = 0;         // Position behind them: where to go on.
  bool finished = false;         // Nobody writes to the segment any more, and `end` is its end.
  bool changed = false;          // What was before `from` is not there any more: read from 0.
};

// How much one read_lines() takes at most: a collector's memory is bounded by it.
struct ReadLimits {
  std::size_t lines_max = 1000;      // Lines in a piece.
  std::size_t octets_max = 4 << 20;  // Octets in a piece; a longer line counts as too long.
};

// What follows the position `from` in a segment, within the limits; no lines when there is nothing
// new. An error when the segment cannot be read, and for what is no regular file of a single name:
// links are not followed. Never waits for the writer.
[[nodiscard]] base::Result<SpoolPiece> read_lines(const std::filesystem::path& segment,
                                                  std::uint64_t from, ReadLimits limits);

// The collector's side of a spool (docs/formats/spool.md). Holds a lock on the directory, so that
// one process collects it. Never waits for the writers, nor they for it.
class SpoolReader {
 public:
  // Makes the directory and its identity when they are missing, and takes the lock. Fails when
  // another process collects from it.
  [[nodiscard]] static base::Result<SpoolReader> open(const std::filesystem::path& directory);
  ~SpoolReader();  // Gives the lock back.
  SpoolReader(SpoolReader&& other) noexcept;
  SpoolReader& operator=(SpoolReader&&) = delete;

  // The identity of the spool: 16 hexadecimal digits that stay with the directory, by which a store
  // knows which spool a position belongs to.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  // read_lines() of a segment of this spool, by its name in list_segments().
  [[nodiscard]] base::Result<SpoolPiece> read(const std::string& segment, std::uint64_t from,
                                              ReadLimits limits) const {
    return read_lines(directory_ / segment, from, limits);
  }

  // Removes a segment when its writer is gone and it has nothing past the position `end`; false,
  // and nothing is removed, when it is not so.
  [[nodiscard]] base::Result<bool> remove(const std::string& segment, std::uint64_t end) const;

 private:
  SpoolReader(std::filesystem::path directory, int lock, std::string id);

  std::filesystem::path directory_;
  int lock_ = -1;  // A descriptor of the directory; -1: moved from.
  std::string id_;
};

// One file of a spool.
struct Segment {
  std::string name;
  std::uint64_t octets = 0;  // At the moment of looking; a writer may add more.
};
// The segments there are, by name, which is oldest first. Links and other files are left out. An
// error when the directory cannot be read.
[[nodiscard]] base::Result<std::vector<Segment>> list_segments(
    const std::filesystem::path& directory);

// The identity of a spool, without the lock; empty when nothing was ever collected from it.
[[nodiscard]] std::string spool_id(const std::filesystem::path& directory);

}  // namespace event
