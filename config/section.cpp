#include "config/section.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "base/text.hpp"

namespace config {

namespace {

constexpr std::size_t complaints_shown_max = 100;  // A log is no place for 100,000 of them.
constexpr std::size_t warnings_max = 100;
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
  const std::size_t shown = std::min(sorted.size(), complaints_shown_max);
  std::string out;
  for (const auto& [line, what] : std::span(sorted).first(shown)) {
    if (!out.empty()) out += '\n';
    out.append(file_).append(":").append(std::to_string(line)).append(": ").append(what);
  }
  if (shown < sorted.size()) {
    out.append("\n").append(file_).append(": and ");
    out.append(std::to_string(sorted.size() - shown)).append(" more");
  }
  return out;
}

std::vector<std::string> Complaints::warnings() const {
  std::vector<std::string> told = warnings_;
  if (told.size() > warnings_max) {
    told.resize(warnings_max);
    told.push_back("and " + std::to_string(warnings_.size() - warnings_max) + " more warnings");
  }
  return told;
}

Section::Section(const Table& file, std::string_view name, Complaints& complaints)
    : name_(name), bracketed_(true), complaints_(complaints) {
  const auto found = file.find(name);
  if (found != file.end()) open(found->second, "[" + name_ + "]");
}

void Section::open(const Value& value, const std::string& shown) {
  line_ = value.line;
  table_ = std::get_if<Table>(&value.content);
  if (table_ != nullptr) return;
  complaints_.add(line_, shown + ": expected a table, found " + std::string(value.type()));
}

std::vector<Section> Section::entries_of(const Value& value, const std::string& name,
                                         Complaints& complaints) {
  std::vector<Section> sections;
  const auto* list = std::get_if<List>(&value.content);
  if (list == nullptr) {
    complaints.add(value.line, name + ": expected an array of tables, [[" + name + "]], found " +
                                   std::string(value.type()));
    return sections;
  }
  const auto claims = std::make_shared<Claims>();
  sections.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    Section section(name + '[' + std::to_string(i + 1) + ']', complaints);
    section.claims_ = claims;
    section.open(list->at(i), section.name_);
    if (section.table_ != nullptr) sections.push_back(std::move(section));
  }
  return sections;
}

std::vector<Section> Section::entries(const Table& file, std::string_view name,
                                      Complaints& complaints) {
  const auto found = file.find(name);
  if (found == file.end()) return {};
  return entries_of(found->second, std::string(name), complaints);
}

std::vector<Section> Section::entries(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return {};
  return entries_of(*value, name_ + "." + std::string(key), complaints_);
}

Section Section::table(std::string_view key) {
  Section section(name_ + "." + std::string(key), complaints_);
  const Value* value = find(key);
  if (value != nullptr) section.open(*value, section.name_);
  return section;
}

bool Section::has(std::string_view key) const {
  return table_ != nullptr && table_->find(key) != table_->end();
}

bool Section::has(std::string_view table, std::string_view key) const {
  if (table_ == nullptr) return false;
  const auto found = table_->find(table);
  if (found == table_->end()) return false;
  const auto* inner = std::get_if<Table>(&found->second.content);
  return inner != nullptr && inner->find(key) != inner->end();
}

int Section::claim(const std::string& value, int line) {
  assert(claims_);
  const auto [found, first] = claims_->try_emplace(value, line);
  return first ? 0 : found->second;
}

const Value* Section::find(std::string_view key) {
  known_.emplace_back(key);
  if (table_ == nullptr) return nullptr;
  const auto found = table_->find(key);
  return found == table_->end() ? nullptr : &found->second;
}

void Section::wrong_type(std::string_view key, const Value& value, std::string_view expected) {
  complain(key, value.line,
           "expected " + std::string(expected) + ", found " + std::string(value.type()));
}

void Section::complain(std::string_view key, std::string_view what) {
  int line = line_;
  if (table_ != nullptr) {
    if (const auto found = table_->find(key); found != table_->end()) line = found->second.line;
  }
  complain(key, line, what);
}

void Section::complain(std::string_view key, int line, std::string_view what) {
  complaints_.add(line, name_ + "." + std::string(key) + ": " + std::string(what));
}

void Section::warn(std::string_view key, std::string_view what) {
  complaints_.warn(name_ + "." + std::string(key) + ": " + std::string(what));
}

std::optional<bool> Section::find_truth(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* truth = std::get_if<bool>(&value->content)) return *truth;
  wrong_type(key, *value, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Section::find_integer(std::string_view key, Range range) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&value->content);
  if (number == nullptr) {
    wrong_type(key, *value, "an integer");
    return std::nullopt;
  }
  if (*number >= range.min && *number <= range.max) return *number;
  complain(key, std::to_string(*number) + " is out of range: " + std::to_string(range.min) +
                    " to " + std::to_string(range.max));
  return std::nullopt;
}

std::optional<FoundText> Section::find_text(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value->content)) {
    return FoundText{*text, value->line};
  }
  wrong_type(key, *value, "a string");
  return std::nullopt;
}

std::optional<std::vector<FoundText>> Section::find_texts(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* list = std::get_if<List>(&value->content);
  if (list == nullptr) {
    wrong_type(key, *value, "an array of strings");
    return std::nullopt;
  }
  std::vector<FoundText> texts;
  texts.reserve(list->size());
  for (const Value& each : *list) {
    if (const auto* text = std::get_if<std::string>(&each.content)) {
      texts.push_back({*text, each.line});
    } else {
      wrong_type(key, each, "strings in the array");
    }
  }
  return texts;
}

std::optional<std::size_t> Section::find_word(std::string_view key,
                                              std::span<const std::string_view> words) {
  const std::optional<FoundText> given = find_text(key);
  if (!given) return std::nullopt;
  const auto found = std::ranges::find(words, given->text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const std::string_view each : words) {
    if (!all.empty()) all += ", ";
    all += in_quotes(each);
  }
  complain(key, in_quotes(given->text) + " is none of " + all);
  return std::nullopt;
}

void Section::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, value] : *table_) {
    if (std::ranges::find(known_, key) != known_.end()) continue;
    std::string what = "unknown key " + in_quotes(key) + " in ";
    what += bracketed_ ? "[" + name_ + "]" : name_;
    if (const auto near = nearest(key, known_)) what += "; did you mean " + in_quotes(*near) + "?";
    complaints_.add(value.line, std::move(what));
  }
}

}  // namespace config
