#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace cli {

// A bar for people who wait: "replay  [#####.....]  52 %", drawn over itself on a terminal, and
// nothing at all elsewhere. At most ten times a second, whatever it is told.
class Progress {
 public:
  // `out` outlives it. `shown`: is_terminal() of where `out` goes.
  Progress(std::ostream& out, std::string label, bool shown);
  ~Progress();  // Takes the bar away.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done, std::uint64_t total);

 private:
  std::ostream& out_;
  std::string label_;
  bool shown_;
  int drawn_ = -1;  // Per cent.
  std::chrono::steady_clock::time_point next_{};
};

// The line it draws. Pure.
[[nodiscard]] std::string progress_bar(const std::string& label, int percent);

[[nodiscard]] bool is_terminal(int descriptor);

}  // namespace cli
