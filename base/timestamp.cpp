#include "base/timestamp.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <chrono>

#include "base/text.hpp"

namespace base {

namespace {

using std::chrono::floor;
using std::chrono::milliseconds;

// "0" to "9999" with leading zeros: dates need no locale and no stream.
void append_padded(std::string& out, unsigned value, unsigned width) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto length = static_cast<unsigned>(end - digits.data());
  if (length < width) out.append(width - length, '0');
  out.append(digits.data(), end);
}

// The number in the next `digits` characters of `text`, which goes on behind it.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto number = base::parse_number(text.substr(0, digits));
  text.remove_prefix(digits);
  if (!number) return std::nullopt;
  return static_cast<unsigned>(*number);
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || base::to_lower(text.front()) != base::to_lower(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// "12:34" or, before a fraction and a zone, the seconds behind it.
std::optional<std::chrono::minutes> take_clock(std::string_view& text) {
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(*hours * 60 + *minutes);
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || *year < 1700 || *year > 2200 || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// ".007" and more digits, of which three count.
std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return milliseconds(0);
  const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  if (length == 0) return std::nullopt;
  std::string digits(text.substr(0, std::min<std::size_t>(length, 3)));
  digits.resize(3, '0');
  text.remove_prefix(length);
  return milliseconds(*base::parse_number(digits));
}

// How far the zone is ahead of UTC.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return std::chrono::minutes(0);
  const bool ahead = take(text, '+');
  if (!ahead && !take(text, '-')) return std::nullopt;
  const auto offset = take_clock(text);
  if (!offset) return std::nullopt;
  return ahead ? *offset : -*offset;
}

}  // namespace

std::string timestamp(base::WallTime time) {
  const auto point = floor<milliseconds>(time);
  const auto days = floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(days);
  assert(date.year() >= std::chrono::year(0) && date.year() <= std::chrono::year(9999));
  const std::chrono::hh_mm_ss clock(point - days);
  const auto count = [](auto duration) { return static_cast<unsigned>(duration.count()); };
  std::string out;
  out.reserve(24);
  append_padded(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  append_padded(out += 'T', count(clock.hours()), 2);
  append_padded(out += ':', count(clock.minutes()), 2);
  append_padded(out += ':', count(clock.seconds()), 2);
  append_padded(out += '.', count(clock.subseconds()), 3);
  return out += 'Z';
}

std::optional<base::WallTime> parse_timestamp(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return *date;
  // RFC 3339 §5.6: a space may stand for the T, for people.
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto clock = take_clock(text);
  if (!clock || !take(text, ':')) return std::nullopt;
  const auto seconds = take_number(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;  // 60: a leap second.
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  return *date + *clock + std::chrono::seconds(*seconds) + *fraction - *zone;
}

}  // namespace base
