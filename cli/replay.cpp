#include "cli/replay.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <sysexits.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/progress.hpp"
#include "cli/when.hpp"
#include "event/rederive.hpp"
#include "json/writer.hpp"

namespace cli {

namespace {

constexpr int differences_found = 1;
constexpr std::size_t group_text_max = 300;

std::string source_of(const verify::Connection& connection) {
  if (!connection.client) return "local";
  const base::IpAddress& client = *connection.client;
  const bool v4 = client.family() == base::IpAddress::Family::v4;
  std::vector<std::uint8_t> octets(client.octets().begin(), client.octets().end());
  std::fill(octets.begin() + (v4 ? 3 : 8), octets.end(), std::uint8_t{0});
  const base::IpAddress network = v4 ? base::IpAddress::from_octets(std::span(octets).first<4>())
                                     : base::IpAddress::from_octets(std::span(octets).first<16>());
  return base::Network{network, v4 ? 24U : 64U}.text();
}

std::string rules_text(const std::map<std::string, std::uint64_t>& rules) {
  std::string text;
  for (const auto& [rule, events] : rules)
    text.append(text.empty() ? "" : ", ").append(base::printable(rule, 60));
  return text;
}

void print_json(const Replay& replay, const Unread& unread, std::ostream& out) {
  json::Writer json(4096);
  json.begin_object();
  json.number("events", replay.events);
  json.number("unjudged", replay.unjudged);
  json.number("unreadable", unread.malformed + unread.newer);
  json.number("other_rule", replay.reasons);
  json.number("changes", replay.changes);
  json.begin_array("groups");
  for (const auto& [group, tally] : replay.groups()) {
    json.begin_object();
    json.text("from", name(group.from), group_text_max);
    json.text("to", name(group.to), group_text_max);
    json.text("from_domain", group.domain, group_text_max);
    json.text("source", group.source, group_text_max);
    json.number("events", tally.events);
    json.begin_array("rules");
    for (const auto& [rule, events] : tally.rules) {
      json.begin_object();
      json.text("rule", rule, group_text_max);
      json.number("events", events);
      json.end_object();
    }
    json.end_array();
    json.begin_array("samples");
    for (const std::string& id : tally.samples)
      json.text({}, id, group_text_max);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  out << json.take() << '\n';
}

void print_text(const Replay& replay, std::ostream& out) {
  std::optional<Fate> heading;
  auto groups = replay.groups();
  std::ranges::stable_sort(groups, std::greater(), [](const auto& pair) { return pair.first.to; });
  for (const auto& [group, tally] : groups) {
    if (heading != group.to) out << "newly " << name(group.to) << '\n';
    heading = group.to;
    out << "  " << tally.events << "  " << group.domain << " from " << group.source << ", was "
        << name(group.from) << " (" << rules_text(tally.rules) << ')';
    for (const std::string& id : tally.samples)
      out << ' ' << base::printable(id, 60);
    out << '\n';
  }
  out << replay.events << " events, " << replay.changes << " handled otherwise, " << replay.reasons
      << " handled alike by another rule, " << replay.unjudged << " cannot be judged\n";
}

}  // namespace

Fate fate_of(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
    case policy::Action::tag:
      return Fate::delivered;
    case policy::Action::quarantine:
      return Fate::quarantined;
    case policy::Action::defer:
      return Fate::deferred;
    case policy::Action::reject:
      return Fate::rejected;
  }
  return Fate::delivered;
}

void Replay::add(const event::Event& event) {
  ++events;
  const std::optional<policy::Decision> decision = event::decide_again(event, rules_);
  if (!decision) {
    ++unjudged;
    return;
  }
  const Fate was = fate_of(event.decision.action);
  const Fate is = fate_of(decision->action);
  if (was == is) {
    if (decision->rule != event.decision.rule) ++reasons;
    return;
  }
  ++changes;
  const base::Domain* author = event.facts.from_domain();
  Tally& tally =
      groups_[{was, is, author != nullptr ? author->text() : "-", source_of(event.connection)}];
  ++tally.events;
  ++tally.rules[decision->rule];
  if (tally.samples.size() < samples_max_) tally.samples.push_back(event.id);
}

std::vector<std::pair<Replay::Group, Replay::Tally>> Replay::groups() const {
  std::vector<std::pair<Group, Tally>> sorted(groups_.begin(), groups_.end());
  std::ranges::stable_sort(sorted, std::greater(),
                           [](const auto& pair) { return pair.second.events; });
  return sorted;
}

int replay(const ReplayOptions& options, base::WallTime now, Output output) {
  store::EventQuery query;
  if (!options.since.empty()) {
    const auto since = time_of("--since", options.since, now, 200);
    if (!since) return tell(since.error(), output);
    query.since = *since;
  }
  const auto candidate = load_config(options.candidate);
  if (!candidate) return tell(candidate.error(), output);
  const auto source = open_source(options.source, *candidate);
  if (!source) return tell(source.error(), output);
  if (!options.source.store) output.error << (*source)->behind(candidate->spool.directory);
  Replay replay(candidate->policy, options.samples_max);
  base::Result<Unread> unread;
  {
    Progress bar(output.error, "replay", is_terminal(STDERR_FILENO));
    const std::uint64_t total = (*source)->size(query);
    unread = (*source)->for_each(query, [&](std::string_view, const event::Event& event) {
      replay.add(event);
      bar.update((*source)->progress(), total);
      return true;
    });
  }
  if (!unread) return tell({unread.error().what}, output);
  output.error << complaint(*unread);
  if (options.json) {
    print_json(replay, *unread, output.out);
  } else {
    print_text(replay, output.out);
  }
  return finished(output, replay.changes > 0 ? differences_found : EX_OK);
}

void add_replay(const Words& postern) {
  auto& options = postern.keep<ReplayOptions>();
  const Words replay = postern.command(
      "replay", "What a candidate configuration would have done; status 1 if anything else",
      [&](Output output) { return cli::replay(options, clock_now(), output); });
  replay.option("-c,--config", options.candidate, "The candidate", value::file).required();
  replay.option("--since", options.since, std::string("Not before: ") + when_help, value::time);
  replay
      .option("--limit-samples", options.samples_max, "Event ids shown of each group",
              value::number)
      .not_negative()
      .shows_default();
  replay.flag("--json", options.json, "Print one JSON object");
  add_source_options(replay, options.source);
}

}  // namespace cli
