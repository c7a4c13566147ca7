#include "cli/report.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <span>
#include <thread>

#include <sysexits.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/become_owner.hpp"
#include "cli/config_command.hpp"
#include "cli/report_text.hpp"
#include "cli/when.hpp"
#include "config/config.hpp"
#include "report/failure_queue.hpp"
#include "report/outbox.hpp"
#include "report/outbox_status.hpp"
#include "report/report_sender.hpp"
#include "store/plausible_time.hpp"
#include "store/store.hpp"
#include "verify/stack.hpp"

namespace cli {

namespace {

using base::log::Level;

// What went wrong, and the exit status.
struct Failed {
  std::string what;
  int status = EX_UNAVAILABLE;
};
template <class T>
using Result = base::Result<T, Failed>;

std::unexpected<Failed> failure(std::string what, int status) {
  return std::unexpected(Failed{std::move(what), status});
}

int tell(const Failed& failed, Output output) {
  output.error << failed.what << '\n';
  return failed.status;
}

int report_finished(Output output) { return output.out.flush() ? EX_OK : EX_IOERR; }

Result<config::Config> configuration(const ReportOptions& options) {
  auto config = load_config(options.config);
  if (!config) return failure(config.error().what, EX_CONFIG);
  return *std::move(config);
}

// `changing`: brings the tables to this version; who only looks, does not.
Result<store::Store> open_tables(const config::Config& config, bool changing = false) {
  if (const auto become = become_owner_of_store(config.store.url); !become) {
    return failure(become.error().what, EX_NOPERM);
  }
  if (!store::database_exists(config.store.url)) {
    return failure(store::without_password(config.store.url) +
                      ": there is no store yet: postern collect makes it",
                  EX_UNAVAILABLE);
  }
  auto store = changing ? store::Store::open(config.store.url)
                        : store::Store::open_existing(config.store.url);
  if (!store) return failure(store.error().what, EX_UNAVAILABLE);
  return *std::move(store);
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
  const auto time = parse_when(text, now);
  if (time) return store::day_of(*time);
  return failure(std::string(option) + ": \"" + base::printable(text, 60) + "\" is not " + when_help,
                EX_USAGE);
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
  auto submitter = report::Submitter::open(relay, own ? *own : config.reports.from->domain);
  if (!submitter) return failure(submitter.error().what, EX_CONFIG);
  return *std::move(submitter);
}

Result<std::unique_ptr<verify::Stack>> open_resolver(const config::Config& config) {
  auto stack = verify::Stack::open({.dns = config.dns, .cache = config.cache, .spf_threads = 1});
  if (!stack) return failure(stack.error().what, EX_CONFIG);
  return *std::move(stack);
}

std::optional<report::FailureReporter> failure_reporter(const config::Config& config) {
  const config::Reports& reports = config.reports;
  if (!reports.failure || !reports.from) return std::nullopt;
  const auto own = base::Domain::parse(config.authserv_id);
  return report::FailureReporter{.mailbox = *reports.from,
                                 .authserv_id = own ? *own : reports.from->domain,
                                 .key = reports.failure_key};
}

// Makes and sends; the result is for the log.
Result<report::SendResult> make_and_send(const config::Config& config,
                                         const report::SendSurroundings& surroundings) {
  const auto reporter = reporter_of(config);
  if (!reporter) return std::unexpected(reporter.error());
  auto submitter = open_submitter(config);  // First: the password may be root's to read.
  if (!submitter) return std::unexpected(submitter.error());
  auto store = open_tables(config, true);
  if (!store) return std::unexpected(store.error());
  auto stack = open_resolver(config);
  if (!stack) return std::unexpected(stack.error());
  store::Database& database = store->database();
  const auto unavailable = [](const base::Error& error) {
    return failure(error.what, EX_UNAVAILABLE);
  };
  if (config.reports.aggregate) {
    const auto made =
        report::make_reports(database, outbox_options(config, *reporter), surroundings.now());
    if (!made) return unavailable(made.error());
    surroundings.log("made=" + std::to_string(made->reports) +
                     " unwanted=" + std::to_string(made->unwanted));
    if (made->left_out > 0) {
      base::log::write(Level::warning, "",
                       "report: " + std::to_string(made->left_out) +
                           " messages found no room in a report ([report] records_max)");
    }
  }
  const auto failure = failure_reporter(config);
  if (failure) {
    const auto made =
        report::make_failure_reports(database,
                                     {.reporter = *reporter,
                                      .domains = config.reports.failure_domains,
                                      .per_minute = config.reports.failure_per_minute},
                                     surroundings.now());
    if (!made) return unavailable(made.error());
    surroundings.log("failures=" + std::to_string(made->reports) +
                     " dropped=" + std::to_string(made->unwanted));
  }
  auto sent = report::send_reports(
      database, (*stack)->services().resolver, *submitter,
      {.limits = config.reports.limits, .failure = failure, .pace = config.reports.pace},
      surroundings);
  if (!sent) return unavailable(sent.error());
  const auto time = store::plausible_time(database, surroundings.now());
  if (!time) return unavailable(time.error());
  const auto expired = report::expire_reports(database, time->oldest);
  if (!expired) return unavailable(expired.error());
  return *sent;
}

}  // namespace

int report_list(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = configuration(options);
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
  return report_finished(output);
}

int report_preview(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = configuration(options);
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
  return report_finished(output);
}

int report_status(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = configuration(options);
  if (!config) return tell(config.error(), output);
  auto store = open_tables(*config);
  if (!store) return tell(store.error(), output);
  const auto status = report::outbox_status(store->database(), now);
  if (!status) return tell({status.error().what}, output);
  output.out << (options.json ? to_json(*status) + '\n' : to_text(*status));
  return report_finished(output);
}

int report_unsuppress(const ReportOptions& options, base::WallTime now, Output output) {
  const auto config = configuration(options);
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
  return report_finished(output);
}

int report_send(const ReportOptions& options, std::optional<base::WallTime> now, Output output) {
  const auto config = configuration(options);
  if (!config) return tell(config.error(), output);
  if (!config->reports.from) {  // A site that does not report has nothing to complain about.
    output.out << "no reports are sent: [report] from is not set\n";
    return report_finished(output);
  }
  std::signal(SIGPIPE, SIG_IGN);  // A database or a relay that went away.
  base::log::open(config->log);
  const report::SendSurroundings surroundings = {
      .now = [&] { return now ? *now : base::WallTime(std::chrono::system_clock::now()); },
      .pause = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
      .log = [](const std::string& line) { base::log::write(Level::info, "", "report: " + line); }};
  const auto sent = make_and_send(*config, surroundings);
  if (!sent) {
    base::log::write(Level::error, "", "report: " + sent.error().what);
    return sent.error().status;
  }
  surroundings.log("sent=" + std::to_string(sent->sent) + " put_off=" +
                   std::to_string(sent->put_off) + " ended=" + std::to_string(sent->ended));
  if (sent->relay_refuses && !sent->relay_down) {
    base::log::write(Level::warning, "",
                     "report: " + config->reports.relay.url +
                         " refuses to send for us; what it refused waits for the next run");
    return EX_TEMPFAIL;
  }
  if (!sent->relay_down) return EX_OK;
  base::log::write(Level::warning, "",
                   "report: " + config->reports.relay.url +
                       " is in trouble; what is left waits for the next run");
  return EX_TEMPFAIL;
}

}  // namespace cli
