#include "cli/explain.hpp"

#include <utility>
#include <vector>

#include <sysexits.h>

#include "cli/config_command.hpp"
#include "cli/story.hpp"
#include "report/json_writer.hpp"
#include "report/reader/advice.hpp"
#include "report/reader/rederive.hpp"
#include "verify/base/text.hpp"

namespace cli {

namespace {

constexpr std::size_t text_max = 1000;

struct Found {
  report::Event event;
  std::string line;
  std::uint64_t events = 0;  // With that id; `event` is the newest.
  Unread unread;
};

base::Result<std::optional<Found>> find(EventSource& source, const std::string& id) {
  report::EventQuery query;
  query.id = id;
  std::optional<Found> found;
  const auto unread =
      source.for_each(query, [&](std::string_view line, const report::Event& event) {
        const std::uint64_t before = found ? found->events : 0;
        if (!found || event.time >= found->event.time) {
          found = Found{event, std::string(line), 0, {}};
        }
        found->events = before + 1;
        return true;
      });
  if (!unread) return std::unexpected(unread.error());
  if (found) found->unread = *unread;
  return found;
}

// The store, and then the spool, which may hold what was not collected yet.
base::Result<std::optional<Found>> find_anywhere(const ExplainOptions& options,
                                                 const config::Config& config) {
  const auto source = open_source(options.source, config);
  if (!source) return std::unexpected(source.error());
  base::Result<std::optional<Found>> found = find(**source, options.id);
  const bool anywhere = !options.source.spool && !options.source.store;
  if (!anywhere || (found && *found)) return found;
  auto in_spool = find(*open_spool(config.spool.directory), options.id);
  // Without a spool on this machine, what the store says counts.
  return in_spool ? in_spool : found;
}

void write_differences(report::JsonWriter& json, std::string_view key,
                       const std::vector<report::Difference>& differences) {
  json.begin_array(key);
  for (const report::Difference& difference : differences) {
    json.begin_object();
    json.text("what", difference.what, text_max);
    json.text("stored", difference.stored, text_max);
    json.text("derived", difference.derived, text_max);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string to_json(std::string_view line, const report::Event& event,
                    const config::Config& config) {
  const report::Rederivation again = report::rederive(event, config.verify, config.policy);
  report::JsonWriter json(1024);
  json.begin_object("explain");
  json.boolean("same", again.differences.empty() && again.decision.empty());
  write_differences(json, "checks", again.differences);
  write_differences(json, "decision", again.decision);
  json.number("missing", static_cast<std::int64_t>(again.missing.size()));
  json.begin_array("advice");
  for (const std::string& sentence : report::advise(event))
    json.text({}, sentence, text_max);
  json.end_array();
  json.end_object();
  line.remove_suffix(line.size() - line.rfind('}'));
  return std::string(line).append(",").append(json.take()).append("}");
}

int explain(const ExplainOptions& options, Output output) {
  const base::Result<config::Config> config = load_config(options.config);
  if (!config) {
    output.error << config.error().what << '\n';
    return EX_CONFIG;
  }
  const auto found = find_anywhere(options, *config);
  if (!found) {
    output.error << found.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  if (!*found) {
    output.error << base::printable(options.id, 60) << ": no such event is remembered\n";
    return EX_NOINPUT;
  }
  const auto& [event, line, events, unread] = **found;
  output.error << complaint(unread);
  if (events > 1) {
    output.error << base::printable(options.id, 60) << ": the newest of " << events << " events\n";
  }
  if (options.json) {
    output.out << to_json(line, event, *config) << '\n';
  } else {
    output.out << tell(event, report::rederive(event, config->verify, config->policy));
  }
  return output.out.flush() ? EX_OK : EX_IOERR;
}

}  // namespace cli
