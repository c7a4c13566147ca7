#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "verify/base/result.hpp"
#include "verify/base/time.hpp"

namespace report {

// Append-only directory of segments of event lines. The daemon writes, the collector reads;
// neither waits for the other. What append() took survives the death of this process at once and
// a power cut after at most `sync_interval`.
class Spool {
 public:
  struct Options {
    std::filesystem::path directory = "/var/spool/postern";
    std::uint64_t segment_octets_max = 64ULL << 20;  // Then a new segment begins.
    std::chrono::milliseconds sync_interval{1000};
  };

  // Creates the directory when it is missing. An unfinished last line of an earlier process is
  // ended, so that the next event starts a line of its own.
  [[nodiscard]] static base::Result<Spool> open(Options options);
  ~Spool();
  Spool(Spool&&) noexcept;
  Spool& operator=(Spool&&) noexcept;

  // `line` has no line end. One write(2) with O_APPEND. Safe for concurrent use.
  [[nodiscard]] base::Result<void> append(std::string_view line, base::WallTime now);

 private:
  struct State;
  explicit Spool(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace report
