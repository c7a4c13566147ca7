// postern: the operator's command. Each subcommand is a file; which one, says the command line.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include <sysexits.h>

#include "cli/command_line.hpp"

namespace {

int run_report(const std::string& command, const cli::Arguments& arguments, cli::Output output) {
  const cli::ReportOptions& options = arguments.report;
  std::optional<base::WallTime> fixed;
  if (arguments.now) fixed = base::WallTime(base::Seconds(*arguments.now));
  if (command == "report send") return cli::report_send(options, fixed, output);
  const base::WallTime now = fixed.value_or(std::chrono::system_clock::now());
  if (command == "report list") return cli::report_list(options, now, output);
  if (command == "report preview") return cli::report_preview(options, now, output);
  if (command == "report status") return cli::report_status(options, now, output);
  if (command == "report unsuppress") return cli::report_unsuppress(options, now, output);
  return cli::report_incidents(options, now, output);
}

int run_check(const cli::Arguments& arguments, cli::Output output) {
  cli::CheckOptions options = arguments.check;
  if (arguments.now) options.now = base::WallTime(base::Seconds(*arguments.now));
  return cli::check(options, output);
}

int run_collect(const cli::Arguments& arguments, cli::Output output) {
  cli::CollectOptions options = arguments.collect;
  options.config = arguments.config_file;
  return cli::collect(options, output);
}

int run_postfix(const std::string& command, const cli::Arguments& arguments, cli::Output output) {
  if (command == "postfix enable") return cli::postfix_enable(arguments.postfix, output);
  if (command == "postfix disable") return cli::postfix_disable(arguments.postfix, output);
  return cli::postfix_status(arguments.postfix, output);
}

int run_status(const cli::Arguments& arguments, cli::Output output) {
  const cli::StatusEnd end =
      cli::status(arguments.status, std::chrono::system_clock::now(), output);
  // What hangs is left behind: the process does not wait for it.
  if (end.left_behind) std::_Exit(end.status);
  return end.status;
}

int run(int argc, char** argv) {
  cli::CommandLine line("postern " POSTERN_VERSION);
  const auto command = line.parse(argc, argv);
  if (!command) return command.error();
  const cli::Arguments& arguments = line.arguments();
  const cli::Output output{std::cout, std::cerr};
  const base::WallTime now = std::chrono::system_clock::now();
  if (*command == "check") return run_check(arguments, output);
  if (*command == "events") return cli::events(arguments.events, now, output);
  if (*command == "explain") return cli::explain(arguments.explain, output);
  if (*command == "replay") return cli::replay(arguments.replay, now, output);
  if (*command == "collect") return run_collect(arguments, output);
  if (command->starts_with("report ")) return run_report(*command, arguments, output);
  if (command->starts_with("postfix ")) return run_postfix(*command, arguments, output);
  if (*command == "status") return run_status(arguments, output);
  if (*command == "config check") return cli::config_check(arguments.config_file, output);
  if (*command == "config show") return cli::config_show(arguments.config_file, output);
  return cli::config_default(output);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // A bug, or no memory.
    std::fputs("postern: internal error: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return EX_SOFTWARE;
  }
}
