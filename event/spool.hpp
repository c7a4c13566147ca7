#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace event {

// An append-only directory of segments of event lines (docs/formats/spool.md). The daemon writes,
// the collector reads; neither waits for the other. What append() took survives the death of this
// process at once, and a power cut after some `sync_interval`. Each Spool writes segments of its
// own, so processes that share the directory cannot mix their lines.
class Spool {
 public:
  // Where the segments are, and how large and how safe. The configuration sets the directory only.
  struct Options {
    std::filesystem::path directory = "/var/spool/postern";
    std::uint64_t segment_octets_max = 64ULL << 20;  // 64 MiB; then a new segment begins.
    std::chrono::milliseconds sync_interval{1000};   // Between two fsync(2).
  };

  // Creates the directory (mode 0750) when it is missing, and starts the thread that syncs. An
  // error when the directory cannot be made or written to. The first segment is made by the first
  // append().
  [[nodiscard]] static base::Result<Spool> open(Options options);
  ~Spool();  // Waits until everything is on disk.
  Spool(Spool&&) noexcept;
  Spool& operator=(Spool&&) noexcept;

  // Writes one line, given without line end, by one write(2) with O_APPEND. A new segment begins
  // when the UTC day of `now` is another one, or the present segment is full or was removed. After
  // an error the line is not in the spool, unless the error is that of an earlier fsync, which is
  // told once. Safe for concurrent use.
  [[nodiscard]] base::Result<void> append(std::string_view line, base::WallTime now);

 private:
  struct State;
  explicit Spool(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Calls `visit` with each complete line of a segment, without its line end; lines over 1 MiB and
// empty ones are skipped. Returns the offset behind the last complete line: what follows is being
// written, or was cut off by a crash.
[[nodiscard]] base::Result<std::uint64_t> for_each_line(
    const std::filesystem::path& segment, const std::function<void(std::string_view)>& visit);

}  // namespace event
