#include "policy/own_fields.hpp"

#include <utility>

#include "base/text.hpp"
#include "verify/auth_results_parser.hpp"

namespace policy {

NamedField split_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {base::trim(line), {}};
  return {base::trim(line.substr(0, colon)), base::trim(line.substr(colon + 1))};
}

bool too_many(const OwnFieldCount& count) {
  return count.fields > own_fields_max || (count.fields > 0 && count.above > fields_above_max);
}

OwnFields::OwnFields(const Rules& rules, std::string authserv_id)
    : authserv_id_(std::move(authserv_id)),
      results_{.name = "Authentication-Results"},
      quarantine_{.name = split_field(rules.quarantine_header).name},
      signals_{.name = rules.signals_header} {}

void OwnFields::see(std::string_view name, std::string_view value) {
  name = base::trim(name);
  const auto is = [&](const Kind& kind) {
    return !kind.name.empty() && base::equal_ignoring_case(name, kind.name);
  };
  if (is(results_)) {
    ++results_.occurrences;
    if (verify::must_be_removed(value, authserv_id_)) found(results_);
  } else if (is(quarantine_)) {
    ++quarantine_.occurrences;
    found(quarantine_);
  } else if (is(signals_)) {
    ++signals_.occurrences;
    found(signals_);
  }
  ++seen_;
}

void OwnFields::found(Kind& kind) {
  ++count_.fields;
  count_.above = seen_;
  if (count_.fields <= own_fields_max) kind.ours.push_back(kind.occurrences);
}

std::vector<OwnFields::Place> OwnFields::places() const {
  std::vector<Place> places;
  if (too_many(count_)) return places;
  // From the last to the first: removing one renumbers those below it.
  for (const Kind* kind : {&results_, &quarantine_, &signals_}) {
    for (auto ours = kind->ours.rbegin(); ours != kind->ours.rend(); ++ours)
      places.push_back({std::string(kind->name), *ours});
  }
  return places;
}

}  // namespace policy
