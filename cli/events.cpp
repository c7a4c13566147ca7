#include "cli/events.hpp"

#include <chrono>
#include <thread>
#include <tuple>
#include <vector>

#include <sysexits.h>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "base/words.hpp"
#include "cli/csv.hpp"
#include "cli/when.hpp"

namespace cli {

namespace {

constexpr std::chrono::milliseconds poll_interval{500};

void print(const event::Event& event, std::string_view line, const EventsOptions& options,
           std::ostream& out) {
  switch (options.format) {
    case EventsOptions::Format::json:
      out << line << '\n';
      return;
    case EventsOptions::Format::csv:
      out << to_csv(event);
      return;
    case EventsOptions::Format::text:
      out << to_text(event) << '\n';
      return;
  }
}

// Prints what matches and was not printed yet. Whether that was any.
Result<bool> print_new(EventSource& source, const store::EventQuery& query,
                       const EventsOptions& options, Output output) {
  bool any = false;
  const auto unread = source.for_each(query, [&](std::string_view line, const event::Event& event) {
    any = true;
    print(event, line, options, output.out);
    return static_cast<bool>(output.out);
  });
  if (!unread) return failure(unread.error().what);
  output.error << complaint(*unread);
  return any;
}

}  // namespace

std::string to_text(const event::Event& event) {
  return base::timestamp(event.time) + ' ' + base::printable(event.envelope.queue_id, 40) + ": " +
         event::to_log_line(event);
}

std::string csv_head() {
  return csv_line({"time", "id", "queue_id", "gateway", "client", "helo", "mail_from",
                   "from_domain", "spf", "dkim", "arc", "dmarc", "policy", "action", "would",
                   "rule", "why"});
}

std::string to_csv(const event::Event& event) {
  const verify::Facts& facts = event.facts;
  const base::Domain* author = facts.from_domain();
  const spf::Result* spf = facts.mail_from_spf();
  const std::vector<const dkim::Result*> dkim = dkim::most_telling(facts.dkim, 1);
  return csv_line(
      {base::timestamp(event.time), event.id, event.envelope.queue_id, event.gateway,
       event.connection.client ? event.connection.client->text() : "", event.connection.helo,
       event.envelope.mail_from, author != nullptr ? author->text() : "",
       std::string(spf != nullptr ? spf::name(spf->status) : ""),
       std::string(dkim.empty() ? "none" : dkim::name(dkim.front()->status)),
       std::string(arc::name(facts.arc.status)), std::string(dmarc::name(facts.dmarc.status)),
       std::string(facts.dmarc.policy_domain ? dmarc::name(facts.dmarc.policy) : ""),
       std::string(policy::name(event.decision.action)),
       std::string(policy::name(event.decision.would)), event.decision.rule, event.decision.why});
}

Result<store::EventQuery> query_of(const EventsOptions& options, base::WallTime now) {
  store::EventQuery query;
  const auto quoted = [](const std::string& text) { return '"' + base::printable(text, 60) + '"'; };
  for (const auto& [option, text, bound] : {std::tuple("--since", &options.since, &query.since),
                                            std::tuple("--until", &options.until, &query.until)}) {
    if (text->empty()) continue;
    const auto time = time_of(option, *text, now);
    if (!time) return std::unexpected(time.error());
    *bound = *time;
  }
  if (!options.domain.empty()) {
    const auto domain = base::Domain::parse(options.domain);
    if (!domain) {
      return failure("--domain: " + quoted(options.domain) + " is no domain name", EX_USAGE);
    }
    query.from_domain = domain->text();
  }
  if (!options.action.empty()) {
    query.action = base::find<policy::Action>(options.action);
    if (!query.action) {
      return failure("--action: " + quoted(options.action) +
                         " is not accept, tag, quarantine, defer or reject",
                     EX_USAGE);
    }
  }
  query.rule = options.rule;
  query.gateway = options.gateway;
  if (options.limit > 0) query.events_max = options.limit;
  return query;
}

int events(const EventsOptions& options, base::WallTime now, Output output) {
  auto query = query_of(options, now);
  if (!query) return tell(query.error(), output);
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  const auto source = open_source(options.source, *config);
  if (!source) return tell(source.error(), output);
  if (!options.source.store) output.error << (*source)->behind(config->spool.directory);
  if (options.format == EventsOptions::Format::csv) output.out << csv_head();
  while (true) {
    const auto any = print_new(**source, *query, options, output);
    if (!any) return tell(any.error(), output);
    if (!output.out.flush()) return EX_IOERR;
    if (!options.follow) {
      if (!*any) output.error << "no such events in " << (*source)->name() << '\n';
      return EX_OK;
    }
    query->events_max = store::EventQuery{}.events_max;  // --limit is for what was there before.
    std::this_thread::sleep_for(poll_interval);
  }
}

void add_events(const Words& postern) {
  auto& options = postern.keep<EventsOptions>();
  const Words events =
      postern.command("events", "Print remembered messages, oldest first",
                      [&](Output output) { return cli::events(options, clock_now(), output); });
  const std::string when = std::string(": ") + when_help;
  events.option("--since", options.since, "Not before" + when, value::time);
  events.option("--until", options.until, "Before" + when, value::time);
  events.option("--domain", options.domain, "From this domain or one below it", value::domain);
  events.option("--action", options.action, "Handled so", "accept|tag|quarantine|defer|reject");
  events.option("--rule", options.rule, "Decided by this rule", value::name);
  events.option("--gateway", options.gateway, "Seen by this gateway", value::name);
  events.option("--limit", options.limit, "The newest so many", value::number)
      .between(1, std::int64_t{1} << 62);
  events.flag("--follow", options.follow, "Go on with those that come");
  const Word json = events.flag(
      "--json", [&] { options.format = EventsOptions::Format::json; }, "One JSON object a line");
  events
      .flag(
          "--csv", [&] { options.format = EventsOptions::Format::csv; }, "A table")
      .excludes(json);
  add_source_options(events, options.source);
  add_config_option(events, options.config);
}

}  // namespace cli
