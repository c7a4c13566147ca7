#include "milter/own_fields.hpp"

#include <string_view>

#include "policy/own_fields.hpp"

namespace milter {

namespace {

constexpr std::size_t columns_max = 78;    // RFC 5322 §2.1.1
constexpr std::size_t own_octets_max = 2'000;  // Of a whole field.
constexpr std::size_t part_octets_max = 300;

// One list item with nothing in it that could end a line, or look as if it did.
std::string item(std::string_view text) {
  std::string safe(text.substr(0, part_octets_max));
  for (char& c : safe) {
    if (c <= ' ' || c > '~' || c == ',') c = '?';
  }
  return safe;
}

// "a, b", as much as a field may hold.
std::string join(const std::vector<std::string>& items, std::size_t first_column) {
  std::string value;
  std::size_t column = first_column;
  for (const std::string& one : items) {
    if (value.size() + one.size() > own_octets_max) return value + ", ...";
    if (!value.empty()) {
      const bool fits = column + 2 + one.size() <= columns_max;
      value += fits ? ", " : ",\n\t";
      column = fits ? column + 2 : 8;
    }
    value += one;
    column += one.size();
  }
  return value;
}

constexpr std::size_t name_columns = 24;  // "X-Postern-Quarantine: ", about.

}  // namespace

std::string quarantine_value(const policy::Decision& decision, const policy::Rules& rules) {
  std::vector<std::string> items;
  const bool quarantined = decision.action == policy::Action::quarantine &&
                           rules.quarantine == policy::Quarantine::header;
  if (quarantined) items.emplace_back(policy::split_field(rules.quarantine_header).value);
  for (const policy::Stricter& one : decision.stricter) {
    items.push_back(item(one.recipients_domain + '=' + std::string(policy::name(one.action))));
  }
  return join(items, name_columns);
}

std::string signals_value(const std::vector<std::string>& signals) {
  std::vector<std::string> items;
  for (const std::string& signal : signals)
    items.push_back(item(signal));
  return join(items, name_columns);
}

}  // namespace milter
