#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/check.hpp"
#include "cli/collect.hpp"
#include "cli/config_command.hpp"
#include "cli/events.hpp"
#include "cli/explain.hpp"
#include "cli/postfix.hpp"
#include "cli/replay.hpp"
#include "cli/report.hpp"
#include "cli/status.hpp"

// The words of the command line and their help. The only door to CLI11.
namespace cli {

// What was asked; of commands that were not asked for, the defaults.
struct Arguments {
  CheckOptions check;
  EventsOptions events;
  ExplainOptions explain;
  ReplayOptions replay;
  ReportOptions report;
  CollectOptions collect;
  StatusOptions status;
  PostfixOptions postfix;
  std::string config_file = default_config_file;  // Of config and collect, which need one.
  std::optional<std::int64_t> now;                // Seconds since 1970: of check and report.
};

// The help of one option or operand, for manual pages and for shells.
struct OptionHelp {
  std::vector<std::string> names;  // "-c", "--config"; none: an operand.
  std::string value;               // "FILE", "json|text"; empty: it takes none.
  bool value_optional = false;
  bool required = false;
  bool repeated = false;
  std::string text;
  std::string standard;               // What it is when it is not given; may be empty.
  std::vector<std::string> excludes;  // Options it cannot stand beside.
};

struct CommandHelp {
  std::string name;  // "postern", "report", "send"
  std::string text;
  std::vector<OptionHelp> options;  // In the order of the help, operands last.
  std::vector<CommandHelp> commands;
};

class CommandLine {
 public:
  explicit CommandLine(const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // The command: "check", "report send". An error is an exit status: all is said already, on
  // standard output (--help, --version) or on standard error (wrong usage). Call once.
  [[nodiscard]] std::expected<std::string, int> parse(int argc, char** argv);
  [[nodiscard]] const Arguments& arguments() const noexcept;

  // What --help says, as data: of all commands but what is hidden from help.
  [[nodiscard]] CommandHelp help() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cli
