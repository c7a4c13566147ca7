#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/event_source.hpp"

namespace CLI {  // CLI11, which only command_line.cpp includes.
class App;
class Option;
}  // namespace CLI

// The words of a command line: each command says its own beside what it does (add_explain() in
// explain.cpp), and cli/commands.cpp lists the commands. The only door to CLI11.
namespace cli {

// A command with its options, ready to be run once. Returns the process's exit status.
using Command = std::function<int(Output)>;

// What stands for a value in the help; shells complete by it.
namespace value {
inline constexpr const char* address = "ADDRESS";
inline constexpr const char* directory = "DIR";
inline constexpr const char* domain = "DOMAIN";
inline constexpr const char* file = "FILE";
inline constexpr const char* name = "NAME";
inline constexpr const char* number = "N";
inline constexpr const char* pair = "WARN,CRIT";
inline constexpr const char* seconds = "SECONDS";
inline constexpr const char* time = "TIME";
inline constexpr const char* url = "URL";
}  // namespace value

// One option or operand, for what else is to be said of it. Cheap to copy; valid as long as its
// CommandLine.
class Word {
 public:
  explicit Word(CLI::Option& option) : option_(&option) {}

  // Wrong usage without it.
  const Word& required() const;
  // Wrong usage beside the other one.
  const Word& excludes(const Word& other) const;
  // Wrong usage without the other one.
  const Word& needs(const Word& other) const;
  // Of a list: a value each time it is said, so that operands may follow.
  const Word& one_each() const;
  // Of a number: both bounds are allowed.
  const Word& between(std::int64_t min, std::int64_t max) const;
  // Of a number: 0 or more.
  const Word& not_negative() const;
  // Refuses what `fault` says something about: a line for people, empty when the value is fine.
  const Word& check(std::function<std::string(const std::string&)> fault) const;
  // The help shows the value that its variable has now as the default.
  const Word& shows_default() const;
  // Also read from the environment.
  const Word& variable(const char* name) const;
  // Left out of the help and of what is printed from it.
  const Word& hidden() const;

 private:
  CLI::Option* option_;
};

// The words of one command. Names are "-c,--config", or "FILE" for an operand; `kind` is of
// value::, or the choices ("json|text"). What is said on the command line is written into the
// variable, which lives as long as the CommandLine: see keep(). Cheap to copy; valid as long as the
// CommandLine.
class Words {
 public:
  // Makes a command below this one; what `run` captures by reference must be kept.
  Words command(const char* name, const char* text, Command run) const;
  // One that does nothing itself: one of its own commands must follow.
  Words group(const char* name, const char* text) const;

  // A value of a command's options, kept as long as the CommandLine.
  template <class Options>
  Options& keep(Options defaults = {}) const {
    auto kept = std::make_shared<Options>(std::move(defaults));
    Options& options = *kept;
    keep_pointer(std::move(kept));
    return options;
  }

  // An option that takes no value: sets `given`.
  Word flag(const char* names, bool& given, const char* text) const;
  // The same, but calls `on_given`.
  Word flag(const char* names, std::function<void()> on_given, const char* text) const;

  // One with a value.
  Word option(const char* names, std::string& to, const std::string& text, const char* kind) const;
  // One that may be said several times, or an operand with many.
  Word option(const char* names, std::vector<std::string>& to, const std::string& text,
              const char* kind) const;
  // A file. Whether it is there, the command finds out.
  Word option(const char* names, std::filesystem::path& to, const std::string& text,
              const char* kind) const;
  Word option(const char* names, std::optional<std::filesystem::path>& to, const std::string& text,
              const char* kind) const;
  // A number: anything else is wrong usage.
  Word option(const char* names, int& to, const std::string& text, const char* kind) const;
  Word option(const char* names, std::uint64_t& to, const std::string& text,
              const char* kind) const;
  Word option(const char* names, std::optional<std::int64_t>& to, const std::string& text,
              const char* kind) const;
  // One whose value may be left out, which is an empty one.
  Word option(const char* names, std::optional<std::string>& to, const char* text,
              const char* kind) const;
  // One that `read` takes in, returning what is wrong or an empty line; `standard` is shown as its
  // default.
  Word option(const char* names, std::function<std::string(const std::string&)> read,
              const std::string& text, const char* kind, const std::string& standard) const;

 private:
  friend class CommandLine;
  struct Tree;
  Words(Tree& tree, CLI::App& app) : tree_(&tree), app_(&app) {}
  void keep_pointer(std::shared_ptr<void> kept) const;

  Tree* tree_;
  CLI::App* app_;
};

// Words that several commands have.

// Which configuration, when the one at its usual place may be missing.
void add_config_option(const Words& words, std::optional<std::filesystem::path>& config);
// Which configuration, when there must be one: default_config_file, or that one.
void add_config_file(const Words& words, std::string& file);
// Where to find events.
void add_source_options(const Words& words, SourceOptions& source);

// A time instead of the clock's, in seconds since 1970: tests live on days of their own.
using GivenTime = std::optional<std::int64_t>;
// "--now", or POSTERN_TEST_NOW in the environment.
Word add_now(const Words& words, GivenTime& now, const char* text);
// Nothing when none was given.
[[nodiscard]] std::optional<base::WallTime> wall_time(const GivenTime& now);
// The clock's, for commands that take no other.
[[nodiscard]] base::WallTime clock_now();

// The help of one option or operand, for manual pages and for shells.
struct OptionHelp {
  std::vector<std::string> names;  // "-c", "--config"; none: an operand.
  std::string value;               // "FILE", "json|text"; empty: it takes none.
  bool value_optional = false;     // "--spool" and "--spool=DIR".
  bool required = false;           // Wrong usage without it.
  bool repeated = false;           // It may be said several times.
  std::string text;                // What it is for.
  std::string standard;               // What it is when it is not given; may be empty.
  std::vector<std::string> excludes;  // Options it cannot stand beside.
};

// The help of one command, for the same.
struct CommandHelp {
  std::string name;                 // "postern", "report", "send"
  std::string text;                 // What it does, as one sentence without a full stop.
  std::vector<OptionHelp> options;  // In the order of the help, operands last.
  std::vector<CommandHelp> commands;  // Below it; none: it does something itself.
};

// A program's command line. Used by one thread.
class CommandLine {
 public:
  // `name` and `text`: of the program; `version`: what --version prints.
  CommandLine(const char* name, const char* text, const std::string& version);
  ~CommandLine();
  CommandLine(CommandLine&&) noexcept;
  CommandLine& operator=(CommandLine&&) noexcept;

  // The program's own words, to add commands to.
  [[nodiscard]] Words words() noexcept;

  // The command that is asked for; it must not outlive this. An error is an exit status: all is
  // said already, on standard output (--help, --version) or on standard error (wrong usage). Call
  // once.
  [[nodiscard]] std::expected<Command, int> parse(int argc, char** argv);

  // What --help says, as data: of all commands but what is hidden from help.
  [[nodiscard]] CommandHelp help() const;

 private:
  std::unique_ptr<Words::Tree> tree_;
};

}  // namespace cli
