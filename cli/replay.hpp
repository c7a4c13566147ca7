#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/words.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/event_source.hpp"
#include "event/event.hpp"
#include "policy/rules.hpp"

namespace cli {

// What becomes of a message, as its recipient sees it: a tag is delivered like an accept.
enum class Fate : std::uint8_t { delivered, quarantined, deferred, rejected };
// Its words, for people and for programs.
constexpr auto words_of(Fate) {
  return std::to_array<std::string_view>({"delivered", "quarantined", "deferred", "rejected"});
}
// What an action means to the recipient.
[[nodiscard]] Fate fate_of(policy::Action action);
[[nodiscard]] constexpr std::string_view name(Fate fate) noexcept {
  return base::word(fate);
}  // "rejected"

// What a candidate configuration would have done otherwise with messages that are remembered.
class Replay {
 public:
  // Messages that fare alike: from one domain and one network (/24, /64).
  struct Group {
    Fate from = Fate::delivered;  // What became of them.
    Fate to = Fate::delivered;    // What would have become of them.
    std::string domain;  // Of the From field; "-" without one.
    std::string source;  // "192.0.2.0/24", "local"

    friend auto operator<=>(const Group&, const Group&) = default;
  };
  // What is told of a group.
  struct Tally {
    std::uint64_t events = 0;
    std::vector<std::string> samples;            // Event ids, the first that came.
    std::map<std::string, std::uint64_t> rules;  // Of the candidate.
  };

  // `rules` outlives it.
  Replay(const policy::Rules& rules, std::size_t samples_max)
      : rules_(rules), samples_max_(samples_max) {}

  // Judges it again, and counts it by what that makes of it.
  void add(const event::Event& event);

  std::uint64_t events = 0;    // All that were added.
  std::uint64_t unjudged = 0;  // decide_again() says nothing.
  std::uint64_t reasons = 0;   // Same fate, by another rule.
  std::uint64_t changes = 0;   // Another fate: all of `groups`.

  // The most events first, then by name: the same events give the same list.
  [[nodiscard]] std::vector<std::pair<Group, Tally>> groups() const;

 private:
  const policy::Rules& rules_;
  std::size_t samples_max_;
  std::map<Group, Tally> groups_;
};

// Which configuration, and on which events it is tried.
struct ReplayOptions {
  std::filesystem::path candidate;  // -c
  SourceOptions source;
  std::string since;  // See parse_when().
  std::size_t samples_max = 3;  // Event ids shown of each group.
  bool json = false;            // One object instead of lines for people.
};

// `postern replay`: 0 when the candidate changes nothing, 1 when it does, else a status of
// sysexits.h.
[[nodiscard]] int replay(const ReplayOptions& options, base::WallTime now, Output output);

// Its words, and that they are this command.
void add_replay(const Words& postern);

}  // namespace cli
