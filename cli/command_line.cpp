#include "cli/command_line.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <sysexits.h>

#include "cli/when.hpp"

namespace cli {

namespace {

// What stands for a value in the help; shells complete by it.
namespace value {
constexpr const char* address = "ADDRESS";
constexpr const char* directory = "DIR";
constexpr const char* domain = "DOMAIN";
constexpr const char* file = "FILE";
constexpr const char* name = "NAME";
constexpr const char* number = "N";
constexpr const char* pair = "WARN,CRIT";
constexpr const char* seconds = "SECONDS";
constexpr const char* time = "TIME";
constexpr const char* url = "URL";
}  // namespace value

// Without a word of its own in the help.
CLI::Validator silent(CLI::Validator validator) { return validator.description(""); }

const CLI::Validator& positive() {
  static const CLI::Validator validator =
      silent(CLI::Range(std::int64_t{1}, std::int64_t{1} << 62));
  return validator;
}

CLI::Option* add_now(CLI::App& command, std::optional<std::int64_t>& now, const char* text) {
  return command.add_option("--now", now, text)
      ->envname("POSTERN_TEST_NOW")
      ->check(silent(CLI::Range(std::int64_t{0}, std::int64_t{1} << 33)))
      ->type_name(value::seconds);
}

// Which configuration, when the one at its usual place may be missing.
void add_config_option(CLI::App& command, std::optional<std::filesystem::path>& config) {
  command
      .add_option_function<std::string>(
          "-c,--config", [&config](const std::string& file) { config = file; },
          "Configuration; default " + std::string(default_config_file) +
              ", or the built-in defaults without it")
      ->type_name(value::file);
}

// Which configuration, when there must be one.
void add_config_file(CLI::App& command, std::string& file) {
  command.add_option("-c,--config", file, "Configuration file")
      ->capture_default_str()
      ->type_name(value::file);
}

void add_path(CLI::App& command, const char* names, std::optional<std::filesystem::path>& path,
              const char* text, const char* kind) {
  command
      .add_option_function<std::string>(
          names, [&path](const std::string& given) { path = given; }, text)
      ->type_name(kind);
}

void add_source_options(CLI::App& command, SourceOptions& source) {
  const auto add = [&](const char* name, std::optional<std::string>& given, const char* text,
                       const char* kind) {
    return command
        .add_option_function<std::vector<std::string>>(
            name, [&given](const std::vector<std::string>& values) { given = values.at(0); }, text)
        ->expected(0, 1)
        ->allow_extra_args(false)
        ->type_name(kind);
  };
  CLI::Option* spool =
      add("--spool", source.spool,
          "Read the spool, not the store; DIR: another one than the configured", value::directory);
  add("--store", source.store, "Read the store only; URL: another one than the configured",
      value::url)
      ->excludes(spool);
}

void add_check(CLI::App& app, Arguments& arguments) {
  CLI::App& check = *app.add_subcommand(
      "check", "Verify message files as the daemon would; print the verdict and why");
  CheckOptions& options = arguments.check;
  check.add_option("--ip", options.ip, "Address of the SMTP client")
      ->required()
      ->type_name(value::address);
  check.add_option("--name", options.name, "Its name, as the MTA found it")->type_name(value::name);
  check.add_option("--user", options.user, "Who logged in by SMTP AUTH")->type_name(value::name);
  check.add_option("--helo", options.helo, "What it said in HELO")
      ->required()
      ->type_name(value::name);
  check.add_option("--from", options.mail_from, "Its MAIL FROM; \"<>\" for none")
      ->required()
      ->type_name(value::address);
  check.add_option("--rcpt", options.recipients, "A recipient; may be repeated")
      ->allow_extra_args(false)  // One each, so that files may follow.
      ->type_name(value::address);
  check.add_flag("--json", options.json, "Print events, one JSON object a line");
  add_config_option(check, options.config);
  add_path(check, "--record", options.record,
           "Write the message, the DNS answers and the outcome as a scenario; one FILE",
           value::file);
  add_now(check, arguments.now, "Judge signatures at this time, seconds since 1970");
  check.add_option("FILE", options.files, "Message files; \"-\" is standard input")
      ->required()
      ->type_name(value::file);
}

void add_config(CLI::App& app, Arguments& arguments) {
  CLI::App& config = *app.add_subcommand("config", "Check, show or explain the configuration");
  config.require_subcommand(1);
  for (const auto& [name, what] :
       {std::pair("check", "Say whether the file can be used, and everything that is wrong"),
        std::pair("show", "Print the effective configuration")}) {
    add_config_file(*config.add_subcommand(name, what), arguments.config_file);
  }
  config.add_subcommand("default", "Print the default configuration, explained");
}

void add_events(CLI::App& app, EventsOptions& options) {
  CLI::App& events = *app.add_subcommand("events", "Print remembered messages, oldest first");
  const std::string when = std::string(": ") + when_help;
  events.add_option("--since", options.since, "Not before" + when)->type_name(value::time);
  events.add_option("--until", options.until, "Before" + when)->type_name(value::time);
  events.add_option("--domain", options.domain, "From this domain or one below it")
      ->type_name(value::domain);
  events.add_option("--action", options.action, "Handled so")
      ->type_name("accept|tag|quarantine|defer|reject");
  events.add_option("--rule", options.rule, "Decided by this rule")->type_name(value::name);
  events.add_option("--gateway", options.gateway, "Seen by this gateway")->type_name(value::name);
  events.add_option("--limit", options.limit, "The newest so many")
      ->check(positive())
      ->type_name(value::number);
  events.add_flag("--follow", options.follow, "Go on with those that come");
  CLI::Option* json = events.add_flag_callback(
      "--json", [&] { options.format = EventsOptions::Format::json; }, "One JSON object a line");
  events
      .add_flag_callback(
          "--csv", [&] { options.format = EventsOptions::Format::csv; }, "A table")
      ->excludes(json);
  add_source_options(events, options.source);
  add_config_option(events, options.config);
}

void add_explain(CLI::App& app, ExplainOptions& options) {
  CLI::App& explain = *app.add_subcommand(
      "explain", "Tell the story of one message: what was found, decided and why");
  explain.add_option("ID", options.id, "Event id or queue id")
      ->required()
      ->check([](const std::string& id) { return std::string(id.empty() ? "ID is empty" : ""); })
      ->type_name("ID");
  explain.add_flag("--json", options.json, "Print the event with the key \"explain\"");
  add_source_options(explain, options.source);
  add_config_option(explain, options.config);
}

void add_replay(CLI::App& app, ReplayOptions& options) {
  CLI::App& replay = *app.add_subcommand(
      "replay", "What a candidate configuration would have done; status 1 if anything else");
  replay.add_option("-c,--config", options.candidate, "The candidate")
      ->required()
      ->type_name(value::file);
  replay.add_option("--since", options.since, std::string("Not before: ") + when_help)
      ->type_name(value::time);
  replay.add_option("--limit-samples", options.samples_max, "Event ids shown of each group")
      ->check(silent(CLI::NonNegativeNumber))
      ->capture_default_str()
      ->type_name(value::number);
  replay.add_flag("--json", options.json, "Print one JSON object");
  add_source_options(replay, options.source);
}

void add_collect(CLI::App& app, Arguments& arguments) {
  CLI::App& collect =
      *app.add_subcommand("collect", "Move events from the spool into the store, exactly once");
  add_config_file(collect, arguments.config_file);
  CLI::Option* once =
      collect.add_flag("--once", arguments.collect.once, "Collect what is there, and end");
  CLI::Option* status = collect.add_flag("--status", arguments.collect.status,
                                         "Only say how far the store is behind");
  status->excludes(once);
  collect.add_flag("--json", arguments.collect.json, "With --status")->needs(status);
}

void add_report(CLI::App& app, Arguments& arguments) {
  CLI::App& report =
      *app.add_subcommand("report", "Reports to domain owners: see, make and send them");
  report.require_subcommand(1);
  ReportOptions& options = arguments.report;
  const auto add = [&](const char* name, const char* what) -> CLI::App& {
    CLI::App& command = *report.add_subcommand(name, what);
    add_config_option(command, options.config);
    // Not for people: tests live on days of their own.
    add_now(command, arguments.now, "Take this for the time, seconds since 1970")->group("");
    return command;
  };
  const std::string when = std::string(": ") + when_help;
  CLI::App& list = add("list", "Reports that were made, and what became of them");
  list.add_option("--since", options.since, "Of this day and later" + when)->type_name(value::time);
  list.add_option("--domain", options.domain, "About this policy domain")->type_name(value::domain);
  list.add_option("--limit", options.limit, "The newest so many")
      ->check(silent(CLI::Range(1, 1'000'000)))
      ->capture_default_str()
      ->type_name(value::number);
  list.add_flag("--json", options.json, "One JSON object a line");
  CLI::App& preview = add("preview", "Print one report, made already or not, as XML");
  preview.add_option("DOMAIN", options.domain, "A policy domain")
      ->required()
      ->type_name(value::domain);
  preview.add_option("--day", options.day, "UTC; default yesterday" + when)->type_name(value::time);
  add("send", "Make the reports that are due, and send what waits");
  add("status", "How much waits, and what is wrong")
      .add_flag("--json", options.json, "Print one JSON object");
  CLI::App& unsuppress =
      add("unsuppress", "Send again to addresses that refused reports, after a repair");
  CLI::Option* all = unsuppress.add_flag("--all", options.all, "To all of them");
  unsuppress.add_option("ADDRESS", options.address, "To this one")
      ->excludes(all)
      ->type_name(value::address);
  CLI::App& incidents =
      add("incidents", "Campaigns against [[protected]] domains, for a national CERT");
  incidents.add_option("--since", options.since, "Not before" + when)
      ->required()
      ->type_name(value::time);
  incidents.add_flag("--csv", options.csv, "A table instead of JSON");
  add_path(incidents, "--output", options.directory,
           "Write incidents.json and incidents.csv into this directory", value::directory);
  add_source_options(incidents, options.source);
}

// "WARN,CRIT"; a single number is both.
CLI::Validator limits_validator(cli::Limits& limits) {
  return CLI::Validator(
      [&limits](const std::string& text) {
        const auto read = parse_limits(text);
        if (!read) return read.error().what;
        limits = *read;
        return std::string();
      },
      "");
}

void add_postfix(CLI::App& app, PostfixOptions& options) {
  CLI::App& postfix = *app.add_subcommand(
      "postfix", "Whether Postfix asks this filter: show it, or change it");
  postfix.require_subcommand(1);
  for (const auto& [name, what] :
       {std::pair("enable", "Show which lines of main.cf let mail pass through the filter; refuse "
                            "what would make mail wait"),
        std::pair("disable", "Show what takes the filter out of main.cf"),
        std::pair("status", "Say which services ask it; exit status 1 for none")}) {
    CLI::App& command = *postfix.add_subcommand(name, what);
    command
        .add_option("-c,--config", options.config,
                    "Configuration; default " + std::string(default_config_file))
        ->type_name(value::file);
    command
        .add_option("--directory", options.directory, "Where main.cf is; default as postconf(1)")
        ->type_name(value::directory);
    if (std::string_view(name) != "status") {
      command.add_flag("--yes", options.yes, "Write it with postconf(1)");
    }
  }
}

void add_status(CLI::App& app, StatusOptions& options, std::string& ignored) {
  CLI::App& status = *app.add_subcommand(
      "status", "Daemon, spool, store and reports on one screen; --check for monitoring");
  add_config_option(status, options.config);
  CLI::Option* json = status.add_flag("--json", options.json, "Print one JSON object");
  status
      .add_flag("--check", options.check, "One line; status 0 ok, 1 warning, 2 critical, 3 unknown")
      ->excludes(json);
  const auto add = [&](const char* name, Limits& limits, const std::string& what) {
    status.add_option(name, ignored, what)
        ->check(limits_validator(limits))
        ->default_str(to_text(limits))
        ->type_name(value::pair);
  };
  add("--lag", options.lag_seconds, "Seconds an event waits for the store; 0: any");
  add("--free", options.free_percent, "Percent of the spool's disk that are free");
  add("--waiting", options.waiting_hours, "Hours a report waits to be sent; 0: any");
  add("--silence", options.silence_seconds, "Seconds since the last message; 0: any");
  status.add_option("--timeout", options.timeout_seconds, "When to stop waiting for an answer")
      ->check(silent(CLI::Range(1, 600)))
      ->capture_default_str()
      ->type_name(value::seconds);
}

OptionHelp help_of(const CLI::Option& option) {
  OptionHelp help;
  for (const std::string& name : option.get_snames())
    help.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    help.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) {
    const std::string type = option.get_type_name();
    help.value = type.substr(0, type.find(':'));  // The validators' words follow.
    help.value_optional = option.get_items_expected_min() == 0;
    help.repeated = option.get_items_expected_max() > 1;
  }
  help.required = option.get_required();
  help.text = option.get_description();
  help.standard = option.get_default_str();
  for (const CLI::Option* other : option.get_excludes())
    help.excludes.push_back(other->get_name());
  std::ranges::sort(help.excludes);
  return help;
}

CommandHelp help_of(const CLI::App& app) {
  CommandHelp help{
      .name = app.get_name(), .text = app.get_description(), .options = {}, .commands = {}};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) help.options.push_back(help_of(*option));
  }
  std::ranges::stable_partition(help.options,
                                [](const OptionHelp& option) { return !option.names.empty(); });
  for (const CLI::App* command : app.get_subcommands({}))
    help.commands.push_back(help_of(*command));
  return help;
}

}  // namespace

struct CommandLine::State {
  Arguments arguments;
  std::string ignored;  // Values that their validators read.
  CLI::App app{"Postern verifies SPF, DKIM, ARC and DMARC of incoming mail", "postern"};
};

CommandLine::CommandLine(const std::string& version) : state_(std::make_unique<State>()) {
  CLI::App& app = state_->app;
  Arguments& arguments = state_->arguments;
  app.set_version_flag("-V,--version", version);
  app.require_subcommand(1);
  add_check(app, arguments);
  add_events(app, arguments.events);
  add_explain(app, arguments.explain);
  add_replay(app, arguments.replay);
  add_collect(app, arguments);
  add_report(app, arguments);
  add_status(app, arguments.status, state_->ignored);
  add_postfix(app, arguments.postfix);
  add_config(app, arguments);
}

CommandLine::~CommandLine() = default;

std::expected<std::string, int> CommandLine::parse(int argc, char** argv) {
  CLI::App& app = state_->app;
  try {  // CLI11 reports usage errors, and --help, by exceptions: they end here.
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return std::unexpected(app.exit(error));  // --help.
    // It misses what is required before it looks at what it does not know: often a slip of one.
    const std::vector<std::string> unknown = app.remaining(true);
    app.exit(unknown.empty() ? error : CLI::ExtrasError(unknown));
    return std::unexpected(EX_USAGE);
  }
  std::string words;
  for (const CLI::App* command = &app; !command->get_subcommands().empty();) {
    command = command->get_subcommands().front();
    words.append(words.empty() ? "" : " ").append(command->get_name());
  }
  return words;
}

const Arguments& CommandLine::arguments() const noexcept { return state_->arguments; }

CommandHelp CommandLine::help() const { return help_of(state_->app); }

}  // namespace cli
