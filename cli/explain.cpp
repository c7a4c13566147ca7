#include "cli/explain.hpp"

#include <set>
#include <vector>

#include <sysexits.h>

#include "base/text.hpp"
#include "cli/story.hpp"
#include "event/advice.hpp"
#include "event/rederive.hpp"
#include "json/writer.hpp"

namespace cli {

namespace {

constexpr std::size_t sentence_max = 1000;

constexpr std::size_t others_max = 5;

struct FoundEvent {
  event::Event event;  // The newest with that id.
  std::string line;
  std::set<std::string> ids;  // Of all of them; empty: nothing was found.
  Unread unread;
  std::string places;  // Where was looked.
};

// An id as it is copied out of a log or a reply: "4XyZ:", "00mw…)".
std::string bare(std::string_view id) {
  constexpr std::string_view around = " \t\r\n:;,.()<>[]\"'";
  const std::size_t begin = id.find_first_not_of(around);
  if (begin == std::string_view::npos) return std::string(id);
  return std::string(id.substr(begin, id.find_last_not_of(around) + 1 - begin));
}

// Adds what `source` knows of `id`.
Result<void> search(EventSource& source, const std::string& id, FoundEvent& found) {
  store::EventQuery query;
  query.id = id;
  const auto unread = source.for_each(query, [&](std::string_view line, const event::Event& event) {
    if (found.ids.empty() || event.time >= found.event.time) {
      found.event = event;
      found.line = line;
    }
    found.ids.insert(event.id);
    return true;
  });
  if (!unread) return failure(unread.error().what);
  found.unread.malformed += unread->malformed;
  found.unread.newer += unread->newer;
  found.places += (found.places.empty() ? "" : " nor in ") + source.name();
  return {};
}

// In the store, and in the spool, which may hold what was not collected yet: another message with
// the same queue id, too.
Result<FoundEvent> find(const ExplainOptions& options, const config::Config& config) {
  const std::string id = bare(options.id);
  const auto source = open_source(options.source, config);
  if (!source) return std::unexpected(source.error());
  FoundEvent found;
  if (const auto done = search(**source, id, found); !done) return std::unexpected(done.error());
  const bool anywhere = !options.source.spool && !options.source.store;
  const auto spool = open_spool(config.spool.directory);
  if (!anywhere || found.ids.contains(id) || spool->name() == found.places) return found;
  static_cast<void>(search(*spool, id, found));  // This machine may have none.
  return found;
}

std::string others_text(const FoundEvent& found) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& id : found.ids) {
    if (id == found.event.id) continue;
    if (shown++ == others_max) return text + ", ...";
    text.append(shown == 1 ? " " : ", ").append(base::printable(id, 60));
  }
  return text;
}

void write_differences(json::Writer& json, std::string_view key,
                       const std::vector<event::Difference>& differences) {
  json.begin_array(key);
  for (const event::Difference& difference : differences) {
    json.begin_object();
    json.text("what", difference.what, sentence_max);
    json.text("stored", difference.stored, sentence_max);
    json.text("derived", difference.derived, sentence_max);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string to_json(std::string_view line, const event::Event& event,
                    const event::Rederivation& again) {
  json::Writer json(1024);
  json.begin_object("explain");
  json.boolean("same", again.differences.empty() && again.decision.empty());
  write_differences(json, "checks", again.differences);
  write_differences(json, "decision", again.decision);
  json.number("missing", again.missing.size());
  json.begin_array("advice");
  for (const std::string& sentence : event::advise(event))
    json.text({}, sentence, sentence_max);
  json.end_array();
  json.end_object();
  line.remove_suffix(line.size() - line.rfind('}'));
  return std::string(line).append(",").append(json.take()).append("}");
}

int explain(const ExplainOptions& options, Output output) {
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  const auto found = find(options, *config);
  if (!found) return tell(found.error(), output);
  const std::string id = base::printable(options.id, 60);
  if (found->ids.empty()) {
    return tell({id + ": no such event in " + found->places + "; events are kept for " +
                     std::to_string(config->store.retention_days) + " days",
                 EX_NOINPUT},
                output);
  }
  output.error << complaint(found->unread);
  if (found->ids.size() > 1) {
    output.error << id << ": the newest of " << found->ids.size()
                 << " events; the others:" << others_text(*found) << '\n';
  }
  const auto again = event::rederive(found->event, config->verify, config->policy);
  if (options.json) {
    output.out << to_json(found->line, found->event, again) << '\n';
  } else {
    output.out << story_of(found->event, again);
  }
  return finished(output);
}

void add_explain(const Words& postern) {
  auto& options = postern.keep<ExplainOptions>();
  const Words explain =
      postern.command("explain", "Tell the story of one message: what was found, decided and why",
                      [&](Output output) { return cli::explain(options, output); });
  explain.option("ID", options.id, "Event id or queue id", "ID")
      .required()
      .check([](const std::string& id) { return std::string(id.empty() ? "ID is empty" : ""); });
  explain.flag("--json", options.json, "Print the event with the key \"explain\"");
  add_source_options(explain, options.source);
  add_config_option(explain, options.config);
}

}  // namespace cli
