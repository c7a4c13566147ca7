#include "report/incidents.hpp"

#include <sysexits.h>

#include "base/safe_file.hpp"
#include "base/text.hpp"
#include "cli/config_command.hpp"
#include "cli/report.hpp"
#include "cli/report_text.hpp"
#include "cli/when.hpp"

namespace cli {

namespace {

// Where the campaigns go: opened before the events are read, for which root becomes the service.
struct Bundle {
  base::Descriptor json;
  base::Descriptor csv;
};

base::Result<Bundle> open_bundle(const std::filesystem::path& directory) {
  if (const auto made = base::make_directories(directory); !made) {
    return std::unexpected(made.error());
  }
  auto json = base::open_output(directory / "incidents.json");
  if (!json) return std::unexpected(json.error());
  auto csv = base::open_output(directory / "incidents.csv");
  if (!csv) return std::unexpected(csv.error());
  return Bundle{*std::move(json), *std::move(csv)};
}

int write_bundle(const Bundle& bundle, const std::filesystem::path& directory,
                 const std::vector<report::Campaign>& campaigns, Output output) {
  if (!base::write_all(bundle.json, to_json(campaigns) + '\n') ||
      !base::write_all(bundle.csv, to_csv(campaigns))) {
    output.error << directory.string() << ": cannot be written to\n";
    return EX_CANTCREAT;
  }
  output.out << (directory / "incidents.json").string() << '\n'
             << (directory / "incidents.csv").string() << '\n';
  return output.out.flush() ? EX_OK : EX_IOERR;
}

}  // namespace

int report_incidents(const ReportOptions& options, base::WallTime now, Output output) {
  store::EventQuery query;
  query.since = parse_when(options.since, now);
  if (!query.since) {
    output.error << "--since: \"" << base::printable(options.since, 60) << "\" is not " << when_help
                 << '\n';
    return EX_USAGE;
  }
  const auto config = load_config(options.config);
  if (!config) {
    output.error << config.error().what << '\n';
    return EX_CONFIG;
  }
  if (config->policy.protection.list().empty()) {
    output.error << "no domain is protected: there is no [[protected]] in the configuration\n";
    return EX_CONFIG;
  }
  std::optional<Bundle> bundle;
  if (options.directory) {
    auto opened = open_bundle(*options.directory);
    if (!opened) {
      output.error << opened.error().what << '\n';
      return EX_CANTCREAT;
    }
    bundle = *std::move(opened);
  }
  const auto source = open_source(options.source, *config);
  if (!source) {
    output.error << source.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  report::Incidents incidents(config->policy.protection);
  const auto unread = (*source)->for_each(query, [&](std::string_view, const event::Event& event) {
    incidents.add(event);
    return true;
  });
  if (!unread) {
    output.error << unread.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  output.error << complaint(*unread);
  const std::vector<report::Campaign> campaigns = incidents.take();
  if (bundle) return write_bundle(*bundle, *options.directory, campaigns, output);
  output.out << (options.csv ? to_csv(campaigns) : to_json(campaigns) + '\n');
  return output.out.flush() ? EX_OK : EX_IOERR;
}

}  // namespace cli
