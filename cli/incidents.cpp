#include "cli/incidents.hpp"

#include <vector>

#include <sysexits.h>

#include "base/safe_file.hpp"
#include "cli/report_text.hpp"
#include "cli/when.hpp"
#include "report/incidents.hpp"

namespace cli {

namespace {

// Where the campaigns go: opened before the events are read, for which root becomes the service.
struct Bundle {
  base::Descriptor json;
  base::Descriptor csv;
};

Result<Bundle> open_bundle(const std::filesystem::path& directory) {
  if (const auto made = base::make_directories(directory); !made) {
    return failure(made.error().what, EX_CANTCREAT);
  }
  auto json = base::open_output(directory / "incidents.json");
  if (!json) return failure(json.error().what, EX_CANTCREAT);
  auto csv = base::open_output(directory / "incidents.csv");
  if (!csv) return failure(csv.error().what, EX_CANTCREAT);
  return Bundle{*std::move(json), *std::move(csv)};
}

int write_bundle(const Bundle& bundle, const std::filesystem::path& directory,
                 const std::vector<report::Campaign>& campaigns, Output output) {
  if (!base::write_all(bundle.json, to_json(campaigns) + '\n') ||
      !base::write_all(bundle.csv, to_csv(campaigns))) {
    return tell({directory.string() + ": cannot be written to", EX_CANTCREAT}, output);
  }
  output.out << (directory / "incidents.json").string() << '\n'
             << (directory / "incidents.csv").string() << '\n';
  return finished(output);
}

Result<std::vector<report::Campaign>> find_campaigns(EventSource& source, base::WallTime since,
                                                     const policy::Protection& protection,
                                                     Output output) {
  report::Incidents incidents(protection);
  store::EventQuery query;
  query.since = since;
  const auto unread = source.for_each(query, [&](std::string_view, const event::Event& event) {
    incidents.add(event);
    return true;
  });
  if (!unread) return failure(unread.error().what);
  output.error << complaint(*unread);
  return incidents.take();
}

}  // namespace

int report_incidents(const IncidentsOptions& options, base::WallTime now, Output output) {
  const auto since = time_of("--since", options.since, now);
  if (!since) return tell(since.error(), output);
  const auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  if (config->policy.protection.list().empty()) {
    return tell(
        {"no domain is protected: there is no [[protected]] in the configuration", EX_CONFIG},
        output);
  }
  std::optional<Bundle> bundle;
  if (options.directory) {
    auto opened = open_bundle(*options.directory);
    if (!opened) return tell(opened.error(), output);
    bundle = *std::move(opened);
  }
  const auto source = open_source(options.source, *config);
  if (!source) return tell(source.error(), output);
  const auto campaigns = find_campaigns(**source, *since, config->policy.protection, output);
  if (!campaigns) return tell(campaigns.error(), output);
  if (bundle) return write_bundle(*bundle, *options.directory, *campaigns, output);
  output.out << (options.csv ? to_csv(*campaigns) : to_json(*campaigns) + '\n');
  return finished(output);
}

void add_incidents(const Words& report) {
  auto& options = report.keep<IncidentsOptions>();
  auto& now = report.keep<GivenTime>();
  const Words incidents = report.command(
      "incidents", "Campaigns against [[protected]] domains, for a national CERT",
      [&](Output output) {
        return report_incidents(options, wall_time(now).value_or(clock_now()), output);
      });
  add_config_option(incidents, options.config);
  add_now(incidents, now, "Take this for the time, seconds since 1970").hidden();
  incidents.option("--since", options.since, std::string("Not before: ") + when_help, value::time)
      .required();
  incidents.flag("--csv", options.csv, "A table instead of JSON");
  incidents.option("--output", options.directory,
                   "Write incidents.json and incidents.csv into this directory", value::directory);
  add_source_options(incidents, options.source);
}

}  // namespace cli
