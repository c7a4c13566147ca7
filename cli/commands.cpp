#include "cli/commands.hpp"

#include "cli/check.hpp"
#include "cli/collect.hpp"
#include "cli/config_command.hpp"
#include "cli/events.hpp"
#include "cli/explain.hpp"
#include "cli/postfix.hpp"
#include "cli/replay.hpp"
#include "cli/report.hpp"
#include "cli/status.hpp"

namespace cli {

CommandLine commands(const std::string& version) {
  CommandLine line("postern", "Postern verifies SPF, DKIM, ARC and DMARC of incoming mail",
                   version);
  for (const auto add : {add_check, add_events, add_explain, add_replay, add_collect, add_report,
                         add_status, add_postfix, add_config})
    add(line.words());
  return line;
}

}  // namespace cli
