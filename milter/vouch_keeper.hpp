#pragma once

#include <chrono>
#include <filesystem>

#include "milter/vouch_memory.hpp"

namespace milter {

// Keeps a memory in its file, and logs what goes wrong with that: mail never waits for it. Used by
// the main thread only.
class VouchKeeper {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::minutes between_saves{10};

  explicit VouchKeeper(VouchMemory& memory) : memory_(memory) {}

  // Reads the file in this directory, and writes there from now on.
  void begin(const std::filesystem::path& directory, Time now);
  void save_when_due(Time now);
  void save();

 private:
  VouchMemory& memory_;
  std::filesystem::path file_;
  Time saved_;
};

}  // namespace milter
