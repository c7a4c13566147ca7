#include "verify/mail/date.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace mail {

namespace {

constexpr std::size_t date_octets_max = 500;  // Folds and comments included.
constexpr std::size_t date_field_octets_max = 10'000;

constexpr std::string_view day_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::string_view month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_one_of(std::string_view word, auto const& names) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return base::equal_ignoring_case(word, name); });
}

// Each comment a space. Nothing when one does not end, or ends twice.
std::optional<std::string> without_comments(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(') {
      ++depth;
      out += ' ';
    } else if (c == ')') {
      if (depth-- == 0) return std::nullopt;
    } else if (depth > 0) {
      if (c == '\\') ++i;
    } else {
      out += c;
    }
  }
  return depth == 0 ? std::optional(std::move(out)) : std::nullopt;
}

// Words between white space; a comma and a colon is each a word.
std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = base::trim(text)).empty()) {
    const bool mark = text.front() == ',' || text.front() == ':';
    const std::size_t length = mark ? 1 : std::min(text.find_first_of(" \t\r\n,:"), text.size());
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

// Reads the words from left to right; after the first that does not fit, nothing is read any more.
class DateReader {
 public:
  explicit DateReader(std::vector<std::string_view> words) : words_(std::move(words)) {}

  [[nodiscard]] std::optional<base::WallTime> read() {
    if (is_one_of(peek(), day_names)) {
      (void)take();
      if (take() != ",") return std::nullopt;
    }
    const int day = number(1, 2);
    const auto month = std::ranges::find_if(month_names, [name = take()](std::string_view each) {
      return base::equal_ignoring_case(name, each);
    });
    const int year = read_year();
    const std::chrono::seconds time = read_time();
    const auto zone = read_zone(take());
    if (failed_ || month == std::end(month_names) || !zone || at_ != words_.size()) return {};
    const std::chrono::year_month_day date(
        std::chrono::year(year),
        std::chrono::month(static_cast<unsigned>(month - std::begin(month_names)) + 1),
        std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + time - *zone;
  }

 private:
  [[nodiscard]] std::string_view peek() const { return at_ < words_.size() ? words_[at_] : ""; }
  [[nodiscard]] std::string_view take() {
    const std::string_view word = peek();
    if (at_ < words_.size()) ++at_;
    return word;
  }

  int number(std::size_t digits_min, std::size_t digits_max) {
    const std::string_view word = take();
    const auto value = base::parse_number(word);
    failed_ |= !value || word.size() < digits_min || word.size() > digits_max;
    return failed_ ? 0 : static_cast<int>(*value);
  }

  // RFC 5322 §4.3: two digits are 1950 to 2049, three count from 1900.
  int read_year() {
    const std::size_t digits = peek().size();
    const int written = number(2, 4);
    const int year = digits == 4 ? written : written + (digits == 2 && written < 50 ? 2000 : 1900);
    failed_ |= year < 1900 || year > 2199;  // The clock's type ends in 2262.
    return year;
  }

  std::chrono::seconds read_time() {
    const int hour = number(2, 2);
    failed_ |= take() != ":";
    const int minute = number(2, 2);
    int second = 0;
    if (peek() == ":") {
      (void)take();
      second = number(2, 2);
    }
    failed_ |= hour > 23 || minute > 59 || second > 60;  // RFC 5322 §3.3: a leap second is 60.
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  }

  static std::optional<std::chrono::seconds> read_zone(std::string_view word) {
    static constexpr std::string_view universal[] = {"UT", "UTC", "GMT", "Z"};
    if (is_one_of(word, universal)) return std::chrono::seconds(0);
    if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return std::nullopt;
    const auto value = base::parse_number(word.substr(1));
    if (!value || *value % 100 > 59) return std::nullopt;
    const std::chrono::seconds east =
        std::chrono::hours(*value / 100) + std::chrono::minutes(*value % 100);
    return word[0] == '+' ? east : -east;
  }

  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// The only semicolon outside of comments and quoted strings; nothing when there is none, several,
// or another one behind it.
std::optional<std::size_t> date_start(std::string_view value) {
  std::optional<std::size_t> found;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && (quoted || depth > 0)) {
      ++i;
    } else if (c == '"' && depth == 0) {
      quoted = !quoted;
    } else if (quoted) {
      continue;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (depth-- == 0) return std::nullopt;
    } else if (c == ';' && depth == 0) {
      if (found) return std::nullopt;
      found = i;
    }
  }
  if (quoted || depth > 0 || !found || value.rfind(';') != *found) return std::nullopt;
  return *found + 1;
}

}  // namespace

std::optional<base::WallTime> parse_date(std::string_view text) {
  if (text.size() > date_octets_max) return std::nullopt;
  const auto bare = without_comments(text);
  return bare ? DateReader(split_words(*bare)).read() : std::nullopt;
}

std::optional<base::WallTime> received_date(std::string_view value) {
  if (value.size() > date_field_octets_max) return std::nullopt;
  const auto start = date_start(value);
  return start ? parse_date(value.substr(*start)) : std::nullopt;
}

}  // namespace mail
