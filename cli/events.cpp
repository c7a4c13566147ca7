#include "cli/events.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>
#include <vector>

#include <sysexits.h>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "cli/config_command.hpp"
#include "cli/csv.hpp"
#include "cli/when.hpp"

namespace cli {

namespace {

constexpr std::chrono::milliseconds poll_interval{500};

std::optional<policy::Action> parse_action(std::string_view text) {
  using enum policy::Action;
  constexpr policy::Action actions[] = {accept, tag, quarantine, defer, reject};
  const auto found =
      std::ranges::find(actions, text, [](policy::Action action) { return policy::name(action); });
  if (found == std::end(actions)) return std::nullopt;
  return *found;
}

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

base::Result<store::EventQuery> query_of(const EventsOptions& options, base::WallTime now) {
  store::EventQuery query;
  const auto time = [&](const std::string& text, std::optional<base::WallTime>& field) {
    if (!text.empty()) field = parse_when(text, now);
    return text.empty() || field;
  };
  const auto quoted = [](const std::string& text) { return '"' + base::printable(text, 60) + '"'; };
  if (!time(options.since, query.since)) {
    return base::fail("--since: " + quoted(options.since) + " is not " + when_help);
  }
  if (!time(options.until, query.until)) {
    return base::fail("--until: " + quoted(options.until) + " is not " + when_help);
  }
  if (!options.domain.empty()) {
    const auto domain = base::Domain::parse(options.domain);
    if (!domain) return base::fail("--domain: " + quoted(options.domain) + " is no domain name");
    query.from_domain = domain->text();
  }
  if (!options.action.empty()) {
    query.action = parse_action(options.action);
    if (!query.action) {
      return base::fail("--action: " + quoted(options.action) +
                        " is not accept, tag, quarantine, defer or reject");
    }
  }
  query.rule = options.rule;
  query.gateway = options.gateway;
  if (options.limit > 0) query.events_max = options.limit;
  return query;
}

int events(const EventsOptions& options, base::WallTime now, Output output) {
  base::Result<store::EventQuery> query = query_of(options, now);
  if (!query) {
    output.error << query.error().what << '\n';
    return EX_USAGE;
  }
  const base::Result<config::Config> config = load_config(options.config);
  if (!config) {
    output.error << config.error().what << '\n';
    return EX_CONFIG;
  }
  const auto source = open_source(options.source, *config);
  if (!source) {
    output.error << source.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  if (!options.source.store) output.error << (*source)->behind(config->spool.directory);
  if (options.format == EventsOptions::Format::csv) output.out << csv_head();
  for (bool any = false;;) {
    const auto unread =
        (*source)->for_each(*query, [&](std::string_view line, const event::Event& event) {
          any = true;
          print(event, line, options, output.out);
          return static_cast<bool>(output.out);
        });
    if (!unread) {
      output.error << unread.error().what << '\n';
      return EX_UNAVAILABLE;
    }
    output.error << complaint(*unread);
    if (!output.out.flush()) return EX_IOERR;
    if (!options.follow) {
      if (!any) output.error << "no such events in " << (*source)->name() << '\n';
      return EX_OK;
    }
    query->events_max = store::EventQuery{}.events_max;  // --limit is for what was there before.
    std::this_thread::sleep_for(poll_interval);
  }
}

}  // namespace cli
