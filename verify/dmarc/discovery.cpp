#include "verify/dmarc/discovery.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace dmarc {

namespace {

constexpr std::size_t queries_max = 8;  // RFC 9989 §4.10.
constexpr std::string_view prefix = "_dmarc.";
constexpr std::size_t name_octets_max = 253;  // RFC 1035 §2.3.4, without the root's label.

// All that organization() reads of a remembered record.
struct Marker {
  const base::Domain* name = nullptr;
  std::optional<bool> public_suffix;
};

std::vector<Marker> markers_of(const Walk& walk) {
  std::vector<Marker> markers;
  for (const auto& [name, record] : walk.records)
    markers.push_back({&name, record.public_suffix});
  return markers;
}

// RFC 9989 §4.10.2, over remembered records, longest name first.
base::Domain organization_of(const base::Domain& start, const std::vector<Marker>& markers) {
  for (const Marker& marker : markers) {
    if (!marker.public_suffix) continue;
    if (!*marker.public_suffix) return *marker.name;
    // The walk ends at psd=y wherever it is; at the start it is the only record remembered.
    if (*marker.name == start) return start;
    // One label more than the public suffix, counted in the start: the shortcut for long names
    // may have skipped that very name.
    return start.suffix(marker.name->label_count() + 1);
  }
  return markers.empty() ? start : *markers.back().name;
}

bool is_unreachable(const Walk& walk, const base::Domain& name) {
  return std::ranges::find(walk.unreachable, name) != walk.unreachable.end();
}

// The organizational domain if a record with this psd= lay at an unreachable name of the walk.
base::Domain organization_if(const Walk& walk, const Marker& assumed) {
  std::vector<Marker> markers = markers_of(walk);
  if (is_unreachable(walk, *assumed.name)) {
    const std::size_t labels = assumed.name->label_count();
    const auto shorter = std::ranges::find_if(
        markers, [&](const Marker& marker) { return marker.name->label_count() < labels; });
    markers.insert(shorter, assumed);
  }
  return organization_of(*walk.start, markers);
}

constexpr std::optional<bool> every_psd[] = {std::nullopt, false, true};

}  // namespace

std::vector<base::Domain> walk_names(const base::Domain& name) {
  std::vector<base::Domain> names;
  const auto add = [&](base::Domain next) {
    if (next.text().size() + prefix.size() <= name_octets_max) names.push_back(std::move(next));
  };
  const std::size_t labels = name.label_count();
  add(name);
  // RFC 9989 §4.10: past eight labels the walk jumps from the name itself to the seven right-most.
  for (std::size_t left = std::min(labels, queries_max) - 1; left > 0; --left) {
    add(name.suffix(left));
  }
  return names;
}

dns::Question record_question(const base::Domain& name) {
  return {std::string(prefix) + name.text(), dns::Type::txt};
}

// RFC 9989 §3.2.13: any type will do, only NXDOMAIN counts. A is the one every resolver answers.
dns::Question existence_question(const base::Domain& name) { return {name.text(), dns::Type::a}; }

Walk walk(const base::Domain& name, std::span<const dns::Answer> answers) {
  Walk made;
  made.start = name;
  const std::vector<base::Domain> names = walk_names(name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const dns::Outcome outcome = i < answers.size() ? answers[i].outcome : dns::Outcome::timeout;
    if (dns::is_temporary(outcome) || outcome == dns::Outcome::not_asked) {
      made.unreachable.push_back(names[i]);
      continue;
    }
    if (outcome != dns::Outcome::found) continue;
    // RFC 9989 §4.10: what is no DMARC record is dropped; of several DMARC records all are, and
    // the walk goes on.
    std::vector<Record> records;
    for (const dns::Record& candidate : answers[i].records) {
      const auto* text = std::get_if<std::string>(&candidate);
      if (text == nullptr) continue;
      if (base::Result<Record, RecordError> record = parse_record(*text)) {
        records.push_back(std::move(*record));
        if (records.size() > 1) break;
      }
    }
    if (records.size() != 1) continue;
    const bool ends = records.front().public_suffix.has_value();
    made.records.emplace_back(names[i], std::move(records.front()));
    if (ends) break;
  }
  return made;
}

base::Domain organization(const Walk& walk) {
  assert(walk.start);
  return organization_of(*walk.start, markers_of(walk));
}

bool organization_is_uncertain(const Walk& walk) {
  const base::Domain found = organization(walk);
  return std::ranges::any_of(walk.unreachable, [&](const base::Domain& name) {
    return std::ranges::any_of(every_psd, [&](std::optional<bool> psd) {
      return organization_if(walk, {&name, psd}) != found;
    });
  });
}

// Trying each unreachable name alone is enough. Two unknown records can only act apart when each
// decides one walk that the other is not on; then the organizational domains differ already when
// one of them is assumed, as a name on one walk alone is no suffix of the other's start.
SameOrganization same_organization(const Walk& a, const Walk& b) {
  const bool same = organization(a) == organization(b);
  for (const std::vector<base::Domain>* unreachable : {&a.unreachable, &b.unreachable}) {
    for (const base::Domain& name : *unreachable) {
      for (const std::optional<bool> psd : every_psd) {
        const Marker assumed{&name, psd};
        if ((organization_if(a, assumed) == organization_if(b, assumed)) != same) {
          return SameOrganization::unknown;
        }
      }
    }
  }
  return same ? SameOrganization::yes : SameOrganization::no;
}

}  // namespace dmarc
