// postern: the operator's command. Only reads the command line; each subcommand is a file.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <sysexits.h>

#include "cli/check.hpp"
#include "cli/config_command.hpp"

namespace {

// The values the parser fills in; it refers to them, so they live as long as it does.
struct Arguments {
  cli::CheckOptions check;
  std::string check_config;
  std::string record;
  std::optional<std::int64_t> now;
  std::string config_file = cli::default_config_file;
};

CLI::App* add_check(CLI::App& app, Arguments& arguments) {
  CLI::App* check = app.add_subcommand(
      "check", "Verify message files as the daemon would; print the verdict and why");
  cli::CheckOptions& options = arguments.check;
  check->add_option("--ip", options.ip, "Address of the SMTP client")->required();
  check->add_option("--helo", options.helo, "What it said in HELO")->required();
  check->add_option("--from", options.mail_from, "Its MAIL FROM; \"<>\" for none")->required();
  check->add_option("--rcpt", options.recipients, "A recipient; may be repeated")
      ->allow_extra_args(false);  // One each, so that files may follow.
  check->add_flag("--json", options.json, "Print events, one JSON object a line");
  check->add_option("-c,--config", arguments.check_config,
                    "Configuration; default " + std::string(cli::default_config_file) +
                        ", or the built-in defaults without it");
  check->add_option("--record", arguments.record,
                    "Write the message, the DNS answers and the outcome as a scenario; one FILE");
  check->add_option("--now", arguments.now, "Judge signatures at this time, seconds since 1970")
      ->envname("POSTERN_TEST_NOW")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 33));
  check->add_option("FILE", options.files, "Message files; \"-\" is standard input")->required();
  return check;
}

CLI::App* add_config(CLI::App& app, Arguments& arguments) {
  CLI::App* config = app.add_subcommand("config", "Check, show or explain the configuration");
  config->require_subcommand(1);
  for (const auto& [name, what] :
       {std::pair("check", "Say whether the file can be used, and everything that is wrong"),
        std::pair("show", "Print the effective configuration")}) {
    config->add_subcommand(name, what)
        ->add_option("-c,--config", arguments.config_file, "Configuration file")
        ->capture_default_str();
  }
  config->add_subcommand("default", "Print the default configuration, explained");
  return config;
}

int run_check(Arguments& arguments, cli::Output output) {
  if (!arguments.check_config.empty()) arguments.check.config = arguments.check_config;
  if (!arguments.record.empty()) arguments.check.record = arguments.record;
  if (arguments.now) arguments.check.now = base::WallTime(base::Seconds(*arguments.now));
  return cli::check(arguments.check, output);
}

int run(int argc, char** argv) {
  CLI::App app("Postern verifies SPF, DKIM, ARC and DMARC of incoming mail", "postern");
  app.set_version_flag("-V,--version", "postern " POSTERN_VERSION);
  app.require_subcommand(1);
  Arguments arguments;
  const CLI::App* check = add_check(app, arguments);
  const CLI::App* config = add_config(app, arguments);
  try {  // CLI11 reports usage errors, and --help, by exceptions: they end here.
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  }
  const cli::Output output{std::cout, std::cerr};
  if (check->parsed()) return run_check(arguments, output);
  if (config->got_subcommand("check")) return cli::config_check(arguments.config_file, output);
  if (config->got_subcommand("show")) return cli::config_show(arguments.config_file, output);
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
