#pragma once

#include <string>
#include <vector>

#include "report/incidents.hpp"
#include "report/outbox_status.hpp"

// Reports and incidents as `postern report` shows them. Pure.
namespace cli {

// Lines for people: the report, and each delivery indented.
[[nodiscard]] std::string to_text(const report::ListedReport& report);
[[nodiscard]] std::string to_text(const report::OutboxStatus& status);

// One JSON object, without a line end.
[[nodiscard]] std::string to_json(const report::ListedReport& report);
[[nodiscard]] std::string to_json(const report::OutboxStatus& status);

// All campaigns as one JSON object, and as a table with a line for each source (RFC 4180), one for
// the "others" past the limit.
[[nodiscard]] std::string to_json(const std::vector<report::Campaign>& campaigns);
[[nodiscard]] std::string to_csv(const std::vector<report::Campaign>& campaigns);

}  // namespace cli
