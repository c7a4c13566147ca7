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

constexpr std::size_t others_max = 5;

struct Found {
  report::Event event;  // The newest with that id.
  std::string line;
  std::vector<std::string> others;  // Ids.
  Unread unread;
};

struct Answer {
  std::optional<Found> found;
  std::string places;  // Where was looked.
};

// An id as it is copied out of a log or a reply: "4XyZ:", "00mw…)".
std::string bare(std::string_view id) {
  constexpr std::string_view around = " \t\r\n:;,.()<>[]\"'";
  const std::size_t begin = id.find_first_not_of(around);
  if (begin == std::string_view::npos) return std::string(id);
  return std::string(id.substr(begin, id.find_last_not_of(around) + 1 - begin));
}

base::Result<std::optional<Found>> find(EventSource& source, const std::string& id) {
  report::EventQuery query;
  query.id = id;
  std::optional<Found> found;
  const auto unread =
      source.for_each(query, [&](std::string_view line, const report::Event& event) {
        if (!found) {
          found = Found{event, std::string(line), {}, {}};
          return true;
        }
        std::string other = event.id;
        if (event.time >= found->event.time) {
          other = std::exchange(found->event, event).id;
          found->line = line;
        }
        found->others.push_back(std::move(other));
        return true;
      });
  if (!unread) return std::unexpected(unread.error());
  if (found) found->unread = *unread;
  return found;
}

// The store, and then the spool, which may hold what was not collected yet.
base::Result<Answer> find_anywhere(const ExplainOptions& options, const config::Config& config) {
  const std::string id = bare(options.id);
  const auto source = open_source(options.source, config);
  if (!source) return std::unexpected(source.error());
  auto found = find(**source, id);
  if (!found) return std::unexpected(found.error());
  const bool anywhere = !options.source.spool && !options.source.store;
  const auto spool = open_spool(config.spool.directory);
  Answer answer{*std::move(found), (*source)->name()};
  if (answer.found || !anywhere || spool->name() == answer.places) return answer;
  if (auto in_spool = find(*spool, id)) {  // This machine may have none.
    answer.found = *std::move(in_spool);
    answer.places += " nor in " + spool->name();
  }
  return answer;
}

std::string others_text(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size() && i < others_max; ++i)
    text.append(i == 0 ? " " : ", ").append(base::printable(ids[i], 60));
  return ids.size() > others_max ? text + ", ..." : text;
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
  const auto answer = find_anywhere(options, *config);
  if (!answer) {
    output.error << answer.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  const std::string id = base::printable(options.id, 60);
  if (!answer->found) {
    output.error << id << ": no such event in " << answer->places << "; events are kept for "
                 << config->store.retention_days << " days\n";
    return EX_NOINPUT;
  }
  const auto& [event, line, others, unread] = *answer->found;
  output.error << complaint(unread);
  if (!others.empty()) {
    output.error << id << ": the newest of " << others.size() + 1
                 << " events; the others:" << others_text(others) << '\n';
  }
  if (options.json) {
    output.out << to_json(line, event, *config) << '\n';
  } else {
    output.out << tell(event, report::rederive(event, config->verify, config->policy));
  }
  return output.out.flush() ? EX_OK : EX_IOERR;
}

}  // namespace cli
