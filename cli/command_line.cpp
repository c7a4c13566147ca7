#include "cli/command_line.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include <CLI/CLI.hpp>
#include <sysexits.h>

namespace cli {

struct Words::Tree {
  Tree(const char* name, const char* text) : app(text, name) {}

  CLI::App app;
  std::map<const CLI::App*, Command> commands;
  std::vector<std::shared_ptr<void>> kept;
  std::string ignored;  // Values that were read already.
};

namespace {

// Without a word of its own in the help.
CLI::Validator silent(CLI::Validator validator) { return validator.description(""); }

CLI::Validator refusing(std::function<std::string(const std::string&)> fault) {
  return {[fault = std::move(fault)](const std::string& text) { return fault(text); }, ""};
}

template <class Value>
Word add_value(CLI::App& app, const char* names, Value& to, const std::string& text,
               const char* kind) {
  return Word(*app.add_option(names, to, text)->type_name(kind));
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

const Word& Word::required() const {
  option_->required();
  return *this;
}

const Word& Word::excludes(const Word& other) const {
  option_->excludes(other.option_);
  return *this;
}

const Word& Word::needs(const Word& other) const {
  option_->needs(other.option_);
  return *this;
}

const Word& Word::one_each() const {
  option_->allow_extra_args(false);
  return *this;
}

const Word& Word::between(std::int64_t min, std::int64_t max) const {
  option_->check(silent(CLI::Range(min, max)));
  return *this;
}

const Word& Word::not_negative() const {
  option_->check(silent(CLI::NonNegativeNumber));
  return *this;
}

const Word& Word::check(std::function<std::string(const std::string&)> fault) const {
  option_->check(refusing(std::move(fault)));
  return *this;
}

const Word& Word::shows_default() const {
  option_->capture_default_str();
  return *this;
}

const Word& Word::variable(const char* name) const {
  option_->envname(name);
  return *this;
}

const Word& Word::hidden() const {
  option_->group("");
  return *this;
}

Words Words::command(const char* name, const char* text, Command run) const {
  CLI::App& added = *app_->add_subcommand(name, text);
  tree_->commands.emplace(&added, std::move(run));
  return {*tree_, added};
}

Words Words::group(const char* name, const char* text) const {
  CLI::App& added = *app_->add_subcommand(name, text);
  added.require_subcommand(1);
  return {*tree_, added};
}

void Words::keep_pointer(std::shared_ptr<void> kept) const {
  tree_->kept.push_back(std::move(kept));
}

Word Words::flag(const char* names, bool& given, const char* text) const {
  return Word(*app_->add_flag(names, given, text));
}

Word Words::flag(const char* names, std::function<void()> on_given, const char* text) const {
  return Word(*app_->add_flag_callback(names, std::move(on_given), text));
}

Word Words::option(const char* names, std::string& to, const std::string& text,
                   const char* kind) const {
  return add_value(*app_, names, to, text, kind);
}

Word Words::option(const char* names, std::vector<std::string>& to, const std::string& text,
                   const char* kind) const {
  return add_value(*app_, names, to, text, kind);
}

Word Words::option(const char* names, std::filesystem::path& to, const std::string& text,
                   const char* kind) const {
  return add_value(*app_, names, to, text, kind);
}

Word Words::option(const char* names, int& to, const std::string& text, const char* kind) const {
  return add_value(*app_, names, to, text, kind);
}

Word Words::option(const char* names, std::uint64_t& to, const std::string& text,
                   const char* kind) const {
  return add_value(*app_, names, to, text, kind);
}

Word Words::option(const char* names, std::optional<std::int64_t>& to, const std::string& text,
                   const char* kind) const {
  return add_value(*app_, names, to, text, kind);
}

Word Words::option(const char* names, std::optional<std::filesystem::path>& to,
                   const std::string& text, const char* kind) const {
  const auto take = [&to](const std::string& given) { to = given; };
  return Word(*app_->add_option_function<std::string>(names, take, text)->type_name(kind));
}

Word Words::option(const char* names, std::optional<std::string>& to, const char* text,
                   const char* kind) const {
  const auto take = [&to](const std::vector<std::string>& given) { to = given.at(0); };
  return Word(*app_->add_option_function<std::vector<std::string>>(names, take, text)
                   ->expected(0, 1)
                   ->allow_extra_args(false)
                   ->type_name(kind));
}

Word Words::option(const char* names, std::function<std::string(const std::string&)> read,
                   const std::string& text, const char* kind, const std::string& standard) const {
  return Word(*app_->add_option(names, tree_->ignored, text)
                   ->check(refusing(std::move(read)))
                   ->default_str(standard)
                   ->type_name(kind));
}

void add_config_option(const Words& words, std::optional<std::filesystem::path>& config) {
  words.option("-c,--config", config,
               "Configuration; default " + std::string(default_config_file) +
                   ", or the built-in defaults without it",
               value::file);
}

void add_config_file(const Words& words, std::string& file) {
  words.option("-c,--config", file, "Configuration file", value::file).shows_default();
}

void add_source_options(const Words& words, SourceOptions& source) {
  const Word spool = words.option(
      "--spool", source.spool,
      "Read the spool, not the store; DIR: another one than the configured", value::directory);
  words
      .option("--store", source.store, "Read the store only; URL: another one than the configured",
              value::url)
      .excludes(spool);
}

Word add_now(const Words& words, GivenTime& now, const char* text) {
  return words.option("--now", now, text, value::seconds)
      .variable("POSTERN_TEST_NOW")
      .between(0, std::int64_t{1} << 33);
}

std::optional<base::WallTime> wall_time(const GivenTime& now) {
  if (!now) return std::nullopt;
  return base::WallTime(base::Seconds(*now));
}

base::WallTime clock_now() { return std::chrono::system_clock::now(); }

CommandLine::CommandLine(const char* name, const char* text, const std::string& version)
    : tree_(std::make_unique<Words::Tree>(name, text)) {
  tree_->app.set_version_flag("-V,--version", version);
  tree_->app.require_subcommand(1);
}

CommandLine::~CommandLine() = default;
CommandLine::CommandLine(CommandLine&&) noexcept = default;
CommandLine& CommandLine::operator=(CommandLine&&) noexcept = default;

Words CommandLine::words() noexcept { return {*tree_, tree_->app}; }

std::expected<Command, int> CommandLine::parse(int argc, char** argv) {
  CLI::App& app = tree_->app;
  try {  // CLI11 reports usage errors, and --help, by exceptions: they end here.
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return std::unexpected(app.exit(error));  // --help.
    // It misses what is required before it looks at what it does not know: often a slip of one.
    const std::vector<std::string> unknown = app.remaining(true);
    app.exit(unknown.empty() ? error : CLI::ExtrasError(unknown));
    return std::unexpected(EX_USAGE);
  }
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty())
    command = command->get_subcommands().front();
  return tree_->commands.at(command);
}

CommandHelp CommandLine::help() const { return help_of(tree_->app); }

}  // namespace cli
