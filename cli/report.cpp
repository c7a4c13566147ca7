#include "cli/report.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <span>
#include <thread>
#include <utility>

#include <sysexits.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/become_owner.hpp"
#include "cli/incidents.hpp"
#include "cli/report_text.hpp"
#include "cli/when.hpp"
#include "config/config.hpp"
#include "report/outbox_status.hpp"
#include "report/run.hpp"
#include "store/store.hpp"
#include "verify/stack.hpp"

namespace cli {

namespace {

using base::log::Level;

// `changing`: brings the tables to this version; who only looks, does not.
Result<store::Store> open_tables(const config::Config& config, bool changing = false) {
  if (const auto become = become_owner_of_store(config.store.url); !become) {
    return failure(become.error().what, EX_NOPERM);
  }
  if (!store::database_exists(config.store.url)) {
    return failure(store::without_password(config.store.url) +
                   ": there is no store yet: postern collect makes it");
  }
  auto store = changing ? store::Store::open(config.store.url)
                        : store::Store::open_existing(config.store.url);
  return or_failure(std::move(store));
}

Result<report::Reporter> reporter_of(const config::Config& config) {
  const config::Reports& reports = config.reports;
  if (!reports.from) return failure("nobody reports: [report] from is not set", EX_CONFIG);
  return report::Reporter{.organization = reports.organization,
                          .mailbox = *reports.from,
                          .extra_contact_info = reports.contact};
}

report::OutboxOptions outbox_options(const config::Config& config,
                                     const report::Reporter& reporter) {
  return {.reporter = reporter,
          .copy_to = config.reports.copy_to,
          .grace = config.reports.grace,
          .records_max = config.reports.records_max};
}

Result<store::Day> day_in(const std::string& text, base::WallTime now, const char* option) {
  const auto time = time_of(option, text, now);
  if (!time) return std::unexpected(time.error());
  return store::day_of(*time);
}

// The first line of the file: a password.
Result<std::string> password_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line) || base::trim(line).empty()) {
    return failure(file.string() + ": no password can be read there", EX_NOPERM);
  }
  return std::string(base::trim(line));
}

Result<report::Submitter> open_submitter(const config::Config& config) {
  report::Relay relay = config.reports.relay;
  if (!config.reports.user.empty()) {
    auto password = password_in(config.reports.password_file);
    if (!password) return std::unexpected(password.error());
    relay.login = {.user = config.reports.user, .password = *std::move(password)};
  }
  const auto own = base::Domain::parse(config.authserv_id);
  return or_failure(report::Submitter::open(relay, own ? *own : config.reports.from->domain),
                    EX_CONFIG);
}

Result<std::unique_ptr<verify::Stack>> open_resolver(const config::Config& config) {
  return or_failure(
      verify::Stack::open({.dns = config.dns, .cache = config.cache, .spf_threads = 1}), EX_CONFIG);
}

std::optional<report::FailureReporter> failure_reporter(const config::Config& config) {
  const config::Reports& reports = config.reports;
  if (!reports.failure || !reports.from) return std::nullopt;
  const auto own = base::Domain::parse(config.authserv_id);
  return report::FailureReporter{.mailbox = *reports.from,
                                 .authserv_id = own ? *own : reports.from->domain,
                                 .key = reports.failure_key};
}

report::RunOptions run_options(const config::Config& config, const report::Reporter& reporter) {
  const config::Reports& reports = config.reports;
  report::RunOptions options;
  if (reports.aggregate) options.aggregate = outbox_options(config, reporter);
  options.send = {
      .limits = reports.limits, .failure = failure_reporter(config), .pace = reports.pace};
  if (options.send.failure) {
    options.failures = report::FailureOptions{.reporter = reporter,
                                              .domains = reports.failure_domains,
                                              .per_minute = reports.failure_per_minute};
  }
  return options;
}

// Opens all that a run needs, and runs it.
Result<report::SendResult> run_reports(const config::Config& config,
                                       const report::RunSurroundings& surroundings) {
  const auto reporter = reporter_of(config);
  if (!reporter) return std::unexpected(reporter.error());
  auto submitter = open_submitter(config);  // First: the password may be root's to read.
  if (!submitter) return std::unexpected(submitter.error());
  auto store = open_tables(config, true);
  if (!store) return std::unexpected(store.error());
  const auto stack = open_resolver(config);
  if (!stack) return std::unexpected(stack.error());
  return or_failure(report::make_and_send(store->database(), (*stack)->services().resolver,
                                          *submitter, run_options(config, *reporter),
                                          surroundings));
}

// What the relay did to us, for the log; empty when it took everything it should.
std::string trouble_with_relay(const report::SendResult& sent) {
  if (sent.relay_down) return " is in trouble; what is left waits for the next run";
  if (sent.relay_refuses) return " refuses to send for us; what it refused waits for the next run";
  return {};
}

}  // namespace

int report_list(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  report::ReportQuery query{.policy_domain = base::to_lower(options.domain),
                            .reports_max = options.limit + 1};  // One more tells that there are.
  if (!options.since.empty()) {
    const auto since = day_in(options.since, now, "--since");
    if (!since) return tell(since.error(), output);
    query.since = *since;
  }
  auto store = open_tables(*config);
  if (!store) return tell(store.error(), output);
  const auto reports = report::list_reports(store->database(), query);
  if (!reports) return tell({reports.error().what}, output);
  const auto shown = std::span(*reports).first(std::min(reports->size(), options.limit));
  for (const report::ListedReport& report : shown)
    output.out << (options.json ? to_json(report) + '\n' : to_text(report));
  if (reports->size() > shown.size()) {
    output.error << "there are more than the newest " << shown.size() << ": see --limit\n";
  }
  return finished(output);
}

int report_preview(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  const auto reporter = reporter_of(*config);
  if (!reporter) return tell(reporter.error(), output);
  const auto domain = base::Domain::parse(options.domain);
  if (!domain) {
    return tell({'"' + base::printable(options.domain, 80) + "\" is no domain", EX_USAGE}, output);
  }
  const auto day = day_in(options.day.empty() ? "yesterday" : options.day, now, "--day");
  if (!day) return tell(day.error(), output);
  auto store = open_tables(*config);
  if (!store) return tell(store.error(), output);
  const auto xml =
      report::preview_xml(store->database(), outbox_options(*config, *reporter), *domain, *day);
  if (!xml) return tell({xml.error().what}, output);
  if (!*xml) return tell({domain->text() + ": nothing was counted that day", EX_NOINPUT}, output);
  output.out << **xml;
  return finished(output);
}

int report_status(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  auto store = open_tables(*config);
  if (!store) return tell(store.error(), output);
  const auto status = report::outbox_status(store->database(), now);
  if (!status) return tell({status.error().what}, output);
  output.out << (options.json ? to_json(*status) + '\n' : to_text(*status));
  return finished(output);
}

int report_unsuppress(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  const auto mailbox = report::Mailbox::parse(options.address);
  if (!options.all && !mailbox) {
    return tell(
        {'"' + base::printable(options.address, 80) + "\" is no address; --all is for all of them",
         EX_USAGE},
        output);
  }
  auto store = open_tables(*config, true);
  if (!store) return tell(store.error(), output);
  const auto done = report::unsuppress(
      store->database(), options.all ? std::optional<report::Mailbox>() : mailbox, now);
  if (!done) return tell({done.error().what}, output);
  output.out << "suppressions lifted: " << done->suppressions
             << "\nreports that wait again: " << done->deliveries << '\n';
  return finished(output);
}

int report_send(const ReportOptions& options, std::optional<base::WallTime> now, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  if (!config->reports.from) {  // A site that does not report has nothing to complain about.
    output.out << "no reports are sent: [report] from is not set\n";
    return finished(output);
  }
  std::signal(SIGPIPE, SIG_IGN);  // A database or a relay that went away.
  base::log::open(config->log);
  const auto log = [](Level level, const std::string& line) {
    base::log::write(level, "", "report: " + line);
  };
  const report::RunSurroundings surroundings = {
      .send = {.now = [&] { return now.value_or(std::chrono::system_clock::now()); },
               .pause = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
               .log = [&](const std::string& line) { log(Level::info, line); }},
      .warn = [&](const std::string& line) { log(Level::warning, line); }};
  const auto sent = run_reports(*config, surroundings);
  if (!sent) {
    log(Level::error, sent.error().what);
    return sent.error().status;
  }
  log(Level::info, "sent=" + std::to_string(sent->sent) + " put_off=" +
                       std::to_string(sent->put_off) + " ended=" + std::to_string(sent->ended));
  const std::string trouble = trouble_with_relay(*sent);
  if (trouble.empty()) return EX_OK;
  log(Level::warning, config->reports.relay.url + trouble);
  return EX_TEMPFAIL;
}

void add_report(const Words& postern) {
  const Words report = postern.group("report", "Reports to domain owners: see, make and send them");
  auto& options = postern.keep<ReportOptions>();
  auto& now = postern.keep<GivenTime>();
  const auto add = [&](const char* name, const char* text, Command run) {
    const Words command = report.command(name, text, std::move(run));
    add_config_option(command, options.config);
    add_now(command, now, "Take this for the time, seconds since 1970").hidden();
    return command;
  };
  const auto at_a_time = [&](int (*run)(const ReportOptions&, base::WallTime, Output)) {
    return [&, run](Output output) {
      return run(options, wall_time(now).value_or(clock_now()), output);
    };
  };
  const std::string when = std::string(": ") + when_help;
  const Words list =
      add("list", "Reports that were made, and what became of them", at_a_time(report_list));
  list.option("--since", options.since, "Of this day and later" + when, value::time);
  list.option("--domain", options.domain, "About this policy domain", value::domain);
  list.option("--limit", options.limit, "The newest so many", value::number)
      .between(1, 1'000'000)
      .shows_default();
  list.flag("--json", options.json, "One JSON object a line");
  const Words preview =
      add("preview", "Print one report, made already or not, as XML", at_a_time(report_preview));
  preview.option("DOMAIN", options.domain, "A policy domain", value::domain).required();
  preview.option("--day", options.day, "UTC; default yesterday" + when, value::time);
  add("send", "Make the reports that are due, and send what waits",
      [&](Output output) { return report_send(options, wall_time(now), output); });
  add("status", "How much waits, and what is wrong", at_a_time(report_status))
      .flag("--json", options.json, "Print one JSON object");
  const Words unsuppress =
      add("unsuppress", "Send again to addresses that refused reports, after a repair",
          at_a_time(report_unsuppress));
  const Word all = unsuppress.flag("--all", options.all, "To all of them");
  unsuppress.option("ADDRESS", options.address, "To this one", value::address).excludes(all);
  add_incidents(report);
}

}  // namespace cli
