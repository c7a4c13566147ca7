#include "report/feedback/incidents.hpp"

#include <fstream>

#include <sysexits.h>

#include "cli/config_command.hpp"
#include "cli/report.hpp"
#include "cli/report_text.hpp"
#include "cli/when.hpp"
#include "verify/base/text.hpp"

namespace cli {

namespace {

bool write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  return static_cast<bool>(out.flush());
}

int write_bundle(const std::filesystem::path& directory,
                 const std::vector<report::Campaign>& campaigns, Output output) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!write_file(directory / "incidents.json", to_json(campaigns) + '\n') ||
      !write_file(directory / "incidents.csv", to_csv(campaigns))) {
    output.error << directory.string() << ": cannot be written to\n";
    return EX_CANTCREAT;
  }
  output.out << (directory / "incidents.json").string() << '\n'
             << (directory / "incidents.csv").string() << '\n';
  return output.out.flush() ? EX_OK : EX_IOERR;
}

}  // namespace

int report_incidents(const ReportOptions& options, base::WallTime now, Output output) {
  report::EventQuery query;
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
  const auto source = open_source(options.source, *config);
  if (!source) {
    output.error << source.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  report::Incidents incidents(config->policy.protection);
  const auto unread = (*source)->for_each(query, [&](std::string_view, const report::Event& event) {
    incidents.add(event);
    return true;
  });
  if (!unread) {
    output.error << unread.error().what << '\n';
    return EX_UNAVAILABLE;
  }
  output.error << complaint(*unread);
  const std::vector<report::Campaign> campaigns = incidents.take();
  if (options.directory) return write_bundle(*options.directory, campaigns, output);
  output.out << (options.csv ? to_csv(campaigns) : to_json(campaigns) + '\n');
  return output.out.flush() ? EX_OK : EX_IOERR;
}

}  // namespace cli
