// postern: the operator's command. Only reads the command line; each subcommand is a file.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <sysexits.h>

#include "cli/check.hpp"
#include "cli/collect.hpp"
#include "cli/config_command.hpp"
#include "cli/events.hpp"
#include "cli/explain.hpp"
#include "cli/replay.hpp"
#include "cli/report.hpp"
#include "cli/when.hpp"

namespace {

// The values the parser fills in; it refers to them, so they live as long as it does.
struct Arguments {
  cli::CheckOptions check;
  cli::EventsOptions events;
  cli::ExplainOptions explain;
  cli::ReplayOptions replay;
  cli::ReportOptions report;
  std::string check_config;
  std::string record;
  std::optional<std::int64_t> now;
  std::string config_file = cli::default_config_file;
  cli::CollectOptions collect;
};

CLI::App* add_check(CLI::App& app, Arguments& arguments) {
  CLI::App* check = app.add_subcommand(
      "check", "Verify message files as the daemon would; print the verdict and why");
  cli::CheckOptions& options = arguments.check;
  check->add_option("--ip", options.ip, "Address of the SMTP client")->required();
  check->add_option("--name", options.name, "Its name, as the MTA found it");
  check->add_option("--user", options.user, "Who logged in by SMTP AUTH");
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

// Which configuration, when the one at its usual place may be missing.
void add_config_option(CLI::App& command, std::optional<std::filesystem::path>& config) {
  command.add_option_function<std::string>(
      "-c,--config", [&config](const std::string& file) { config = file; },
      "Configuration; default " + std::string(cli::default_config_file) +
          ", or the built-in defaults without it");
}

void add_source_options(CLI::App& command, cli::SourceOptions& source) {
  const auto add = [&](const char* name, std::optional<std::string>& value, const char* what) {
    return command
        .add_option_function<std::vector<std::string>>(
            name, [&value](const std::vector<std::string>& given) { value = given.at(0); }, what)
        ->expected(0, 1)
        ->allow_extra_args(false);
  };
  CLI::Option* spool = add("--spool", source.spool,
                           "Read the spool, not the store; DIR: another one than the configured");
  add("--store", source.store, "Read the store only; URL: another one than the configured")
      ->excludes(spool);
}

CLI::App* add_events(CLI::App& app, cli::EventsOptions& options) {
  CLI::App* events = app.add_subcommand("events", "Print remembered messages, oldest first");
  const std::string when = std::string(": ") + cli::when_help;
  events->add_option("--since", options.since, "Not before" + when);
  events->add_option("--until", options.until, "Before" + when);
  events->add_option("--domain", options.domain, "From this domain or one below it");
  events->add_option("--action", options.action, "accept, tag, quarantine, defer or reject");
  events->add_option("--rule", options.rule, "Decided by this rule");
  events->add_option("--gateway", options.gateway, "Seen by this gateway");
  events->add_option("--limit", options.limit, "The newest so many")->check(CLI::PositiveNumber);
  events->add_flag("--follow", options.follow, "Go on with those that come");
  CLI::Option* json = events->add_flag_callback(
      "--json", [&] { options.format = cli::EventsOptions::Format::json; },
      "One JSON object a line");
  events
      ->add_flag_callback(
          "--csv", [&] { options.format = cli::EventsOptions::Format::csv; }, "A table")
      ->excludes(json);
  add_source_options(*events, options.source);
  add_config_option(*events, options.config);
  return events;
}

CLI::App* add_explain(CLI::App& app, cli::ExplainOptions& options) {
  CLI::App* explain = app.add_subcommand(
      "explain", "Tell the story of one message: what was found, decided and why");
  explain->add_option("ID", options.id, "Event id or queue id")
      ->required()
      ->check([](const std::string& id) { return std::string(id.empty() ? "ID is empty" : ""); });
  explain->add_flag("--json", options.json, "Print the event with the key \"explain\"");
  add_source_options(*explain, options.source);
  add_config_option(*explain, options.config);
  return explain;
}

CLI::App* add_replay(CLI::App& app, cli::ReplayOptions& options) {
  CLI::App* replay = app.add_subcommand(
      "replay", "What a candidate configuration would have done; status 1 if anything else");
  replay->add_option("-c,--config", options.candidate, "The candidate")->required();
  replay->add_option("--since", options.since, std::string("Not before: ") + cli::when_help);
  replay->add_option("--limit-samples", options.samples_max, "Event ids shown of each group")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  replay->add_flag("--json", options.json, "Print one JSON object");
  add_source_options(*replay, options.source);
  return replay;
}

CLI::App* add_collect(CLI::App& app, Arguments& arguments) {
  CLI::App* collect =
      app.add_subcommand("collect", "Move events from the spool into the store, exactly once");
  collect->add_option("-c,--config", arguments.config_file, "Configuration file")
      ->capture_default_str();
  CLI::Option* once =
      collect->add_flag("--once", arguments.collect.once, "Collect what is there, and end");
  CLI::Option* status = collect->add_flag("--status", arguments.collect.status,
                                          "Only say how far the store is behind");
  status->excludes(once);
  collect->add_flag("--json", arguments.collect.json, "With --status")->needs(status);
  return collect;
}

CLI::App* add_report(CLI::App& app, Arguments& arguments) {
  CLI::App* report =
      app.add_subcommand("report", "Reports to domain owners: see, make and send them");
  report->require_subcommand(1);
  cli::ReportOptions& options = arguments.report;
  const auto add = [&](const char* name, const char* what) {
    CLI::App* command = report->add_subcommand(name, what);
    add_config_option(*command, options.config);
    // Not for people: tests live on days of their own.
    command->add_option("--now", arguments.now, "Take this for the time, seconds since 1970")
        ->envname("POSTERN_TEST_NOW")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 33));
    return command;
  };
  const std::string when = std::string(": ") + cli::when_help;
  CLI::App* list = add("list", "Reports that were made, and what became of them");
  list->add_option("--since", options.since, "Of this day and later" + when);
  list->add_option("--domain", options.domain, "About this policy domain");
  list->add_option("--limit", options.limit, "The newest so many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  list->add_flag("--json", options.json, "One JSON object a line");
  CLI::App* preview = add("preview", "Print one report, made already or not, as XML");
  preview->add_option("DOMAIN", options.domain, "A policy domain")->required();
  preview->add_option("--day", options.day, "UTC; default yesterday" + when);
  add("send", "Make the reports that are due, and send what waits");
  add("status", "How much waits, and what is wrong")
      ->add_flag("--json", options.json, "Print one JSON object");
  CLI::App* incidents =
      add("incidents", "Campaigns against [[protected]] domains, for a national CERT");
  incidents->add_option("--since", options.since, "Not before" + when)->required();
  incidents->add_flag("--csv", options.csv, "A table instead of JSON");
  incidents->add_option_function<std::string>(
      "--output", [&options](const std::string& directory) { options.directory = directory; },
      "Write incidents.json and incidents.csv into this directory");
  add_source_options(*incidents, options.source);
  return report;
}

int run_report(const CLI::App& report, const Arguments& arguments, cli::Output output) {
  const cli::ReportOptions& options = arguments.report;
  std::optional<base::WallTime> fixed;
  if (arguments.now) fixed = base::WallTime(base::Seconds(*arguments.now));
  if (report.got_subcommand("send")) return cli::report_send(options, fixed, output);
  const base::WallTime now = fixed.value_or(std::chrono::system_clock::now());
  if (report.got_subcommand("list")) return cli::report_list(options, now, output);
  if (report.got_subcommand("preview")) return cli::report_preview(options, now, output);
  if (report.got_subcommand("status")) return cli::report_status(options, now, output);
  return cli::report_incidents(options, now, output);
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
  const CLI::App* events = add_events(app, arguments.events);
  const CLI::App* explain = add_explain(app, arguments.explain);
  const CLI::App* replay = add_replay(app, arguments.replay);
  const CLI::App* collect = add_collect(app, arguments);
  const CLI::App* report = add_report(app, arguments);
  try {  // CLI11 reports usage errors, and --help, by exceptions: they end here.
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help.
    // It misses what is required before it looks at what it does not know: often a slip of one.
    const std::vector<std::string> unknown = app.remaining(true);
    app.exit(unknown.empty() ? error : CLI::ExtrasError(unknown));
    return EX_USAGE;
  }
  const cli::Output output{std::cout, std::cerr};
  const base::WallTime now = std::chrono::system_clock::now();
  if (check->parsed()) return run_check(arguments, output);
  if (events->parsed()) return cli::events(arguments.events, now, output);
  if (explain->parsed()) return cli::explain(arguments.explain, output);
  if (replay->parsed()) return cli::replay(arguments.replay, now, output);
  if (collect->parsed()) {
    arguments.collect.config = arguments.config_file;
    return cli::collect(arguments.collect, output);
  }
  if (report->parsed()) return run_report(*report, arguments, output);
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
