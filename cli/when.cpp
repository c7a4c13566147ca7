#include "cli/when.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/timestamp.hpp"

namespace cli {

std::optional<base::WallTime> parse_when(std::string_view text, base::WallTime now) {
  const auto midnight = std::chrono::floor<std::chrono::days>(now);
  if (text == "today") return midnight;
  if (text == "yesterday") return midnight - std::chrono::days(1);
  constexpr std::pair<char, base::Seconds> units[] = {{'s', std::chrono::seconds(1)},
                                                      {'m', std::chrono::minutes(1)},
                                                      {'h', std::chrono::hours(1)},
                                                      {'d', std::chrono::days(1)},
                                                      {'w', std::chrono::weeks(1)}};
  for (const auto& [letter, unit] : units) {
    if (!text.ends_with(letter)) continue;
    const auto count = base::parse_number(text.substr(0, text.size() - 1));
    if (!count || *count > 10'000) break;  // Weeks: 190 years.
    return now - static_cast<int>(*count) * unit;
  }
  return base::parse_timestamp(text);
}

}  // namespace cli
