#pragma once

#include <chrono>
#include <filesystem>

#include "milter/vouch_memory.hpp"

namespace milter {

// Keeps a VouchMemory in the file "vouchers" of the spool, and logs what goes wrong with that: mail
// never waits for it. Used by the main thread only.
class VouchKeeper {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::minutes between_saves{10};

  // `memory` outlives it.
  explicit VouchKeeper(VouchMemory& memory) : memory_(memory) {}

  // Reads the file in this directory, if there is one, and writes there from now on. What cannot be
  // read is logged, and counts as nothing remembered.
  void begin(const std::filesystem::path& directory, Time now);
  // save(), when the last time is `between_saves` ago or more.
  void save_when_due(Time now);
  // Writes what is new since the last time; a failure is logged, and tried again the next time.
  void save();

 private:
  VouchMemory& memory_;
  std::filesystem::path file_;
  Time saved_;  // Or last tried.
};

}  // namespace milter
