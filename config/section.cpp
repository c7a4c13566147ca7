#include "config/section.hpp"

#include <algorithm>
#include <numeric>

#include "verify/base/text.hpp"

namespace config {

namespace {

constexpr std::size_t word_octets_max = 64;  // Of what is compared: the work is its square.

std::string in_quotes(std::string_view text) { return "\"" + base::printable(text, 80) + "\""; }

// Levenshtein's distance.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known) {
  if (word.size() > word_octets_max) return std::nullopt;
  const std::string lower = base::to_lower(word);
  std::optional<std::string> best;
  std::size_t fewest = std::max<std::size_t>(2, word.size() * 2 / 5) + 1;
  for (const std::string& each : known) {
    const std::size_t distance = edits(lower, each);
    if (distance < fewest) {
      fewest = distance;
      best = each;
    } else if (!best && word.size() >= 3 && each.starts_with(lower)) {
      best = each;  // "timeout" for "timeout_ms"
    }
  }
  return best;
}

void Complaints::add(int line, std::string what) { found_.emplace_back(line, std::move(what)); }

std::string Complaints::text() const {
  std::vector<std::pair<int, std::string>> sorted = found_;
  std::ranges::stable_sort(sorted, {}, &std::pair<int, std::string>::first);
  std::string out;
  for (const auto& [line, what] : sorted) {
    if (!out.empty()) out += '\n';
    out.append(file_).append(":").append(std::to_string(line)).append(": ").append(what);
  }
  return out;
}

Section::Section(const Table& file, std::string_view name, Complaints& complaints)
    : name_(name), complaints_(complaints) {
  const auto found = file.find(name);
  if (found == file.end()) return;
  line_ = found->second.line;
  table_ = std::get_if<Table>(&found->second.content);
  if (table_ != nullptr) return;
  complaints_.add(line_,
                  "[" + name_ + "]: expected a table, found " + std::string(found->second.type()));
}

const Value* Section::find(std::string_view key) {
  known_.emplace_back(key);
  if (table_ == nullptr) return nullptr;
  const auto found = table_->find(key);
  return found == table_->end() ? nullptr : &found->second;
}

void Section::wrong_type(std::string_view key, const Value& value, std::string_view expected) {
  complaints_.add(value.line, name_ + "." + std::string(key) + ": expected " +
                                  std::string(expected) + ", found " + std::string(value.type()));
}

void Section::complain(std::string_view key, std::string what) {
  int line = line_;
  if (table_ != nullptr) {
    if (const auto found = table_->find(key); found != table_->end()) line = found->second.line;
  }
  complaints_.add(line, name_ + "." + std::string(key) + ": " + std::move(what));
}

std::string Section::text(std::string_view key, std::string fallback) {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  if (const auto* text = std::get_if<std::string>(&value->content)) return *text;
  wrong_type(key, *value, "a string");
  return fallback;
}

bool Section::boolean(std::string_view key, bool fallback) {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  if (const auto* truth = std::get_if<bool>(&value->content)) return *truth;
  wrong_type(key, *value, "true or false");
  return fallback;
}

std::int64_t Section::integer(std::string_view key, std::int64_t fallback, Range range) {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  const auto* number = std::get_if<std::int64_t>(&value->content);
  if (number == nullptr) {
    wrong_type(key, *value, "an integer");
    return fallback;
  }
  if (*number >= range.min && *number <= range.max) return *number;
  complain(key, std::to_string(*number) + " is out of range: " + std::to_string(range.min) +
                    " to " + std::to_string(range.max));
  return fallback;
}

std::vector<std::string> Section::texts(std::string_view key, std::vector<std::string> fallback) {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  const auto* list = std::get_if<List>(&value->content);
  if (list == nullptr) {
    wrong_type(key, *value, "an array of strings");
    return fallback;
  }
  std::vector<std::string> texts;
  for (const Value& each : *list) {
    if (const auto* text = std::get_if<std::string>(&each.content)) {
      texts.push_back(*text);
    } else {
      wrong_type(key, each, "strings in the array");
    }
  }
  return texts;
}

std::optional<std::size_t> Section::word(std::string_view key,
                                         std::span<const std::string_view> words) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&value->content);
  if (text == nullptr) {
    wrong_type(key, *value, "a string");
    return std::nullopt;
  }
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const std::string_view each : words) {
    if (!all.empty()) all += ", ";
    all += in_quotes(each);
  }
  complain(key, in_quotes(*text) + " is none of " + all);
  return std::nullopt;
}

void Section::unavailable(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return;
  const auto* list = std::get_if<List>(&value->content);
  if (list != nullptr && list->empty()) return;
  complain(key, "is not available in this version");
}

void Section::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, value] : *table_) {
    if (std::ranges::find(known_, key) != known_.end()) continue;
    std::string what = "unknown key " + in_quotes(key) + " in [" + name_ + "]";
    if (const auto near = nearest(key, known_)) what += "; did you mean " + in_quotes(*near) + "?";
    complaints_.add(value.line, std::move(what));
  }
}

}  // namespace config
