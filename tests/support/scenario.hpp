#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/mta.hpp"

// A whole message as a script: DNS, SMTP dialogue, expected outcome (docs/formats/scenario.md).
namespace support {

struct Expectation {
  enum class Kind : std::uint8_t {
    action,     // subject: accept, tag, quarantine, reject, defer; texts: code, parts of the reply
    hold,       // texts: part of the reason
    header,     // subject: name; texts: all in one field of that name
    no_header,  // subject: name; texts: none, or one that no field of that name has
    first,      // subject: name of the topmost field
    count,      // subject: name; texts: number of fields
    event,      // subject: JSON pointer; texts: value
    no_event,   // subject: JSON pointer to nothing, or to null
    rule,       // subject: name of the rule
  };
  Kind kind = Kind::action;
  std::string subject;
  std::vector<std::string> texts;
  int line = 0;  // In the scenario file.
};

struct Scenario {
  struct Record {
    std::string name;
    std::string type;   // A AAAA CNAME MX PTR TXT, or ANY with trouble.
    std::string value;  // As in FakeResolver, or timeout, servfail, nodata, nxdomain.
    std::optional<base::Seconds> ttl{};  // Recorded: this and its equals are the whole answer.
    bool authentic = false;
  };

  std::string title;  // The first comment.
  std::vector<Record> dns;
  std::vector<std::pair<std::string, std::string>> settings;  // TOML: dotted key, value.
  // Judges signatures; the same whenever the test runs.
  base::WallTime now = base::WallTime(base::Seconds(1'790'000'000));
  Dialogue dialogue;
  std::vector<Expectation> expectations;

  // The error names file and line.
  [[nodiscard]] static base::Result<Scenario> load(const std::filesystem::path& file);

  // What the scenario says of the DNS.
  void publish(FakeResolver& resolver) const;

  // A configuration: `base` with the scenario's settings, which win.
  [[nodiscard]] std::string configuration(
      const std::vector<std::pair<std::string, std::string>>& base) const;
};

// Every *.scenario in the folder, sorted by name.
[[nodiscard]] std::vector<std::filesystem::path> scenario_files(
    const std::filesystem::path& folder);

// The first comment of a scenario file, without the rest: cheap.
[[nodiscard]] std::string scenario_title(const std::filesystem::path& file);

struct Outcome {
  Answer answer;
  std::string event;  // The JSON line in the spool.
};

// What is not as the scenario expects, a sentence each.
[[nodiscard]] std::vector<std::string> mismatches(const Scenario& scenario, const Outcome& outcome);

}  // namespace support
