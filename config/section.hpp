#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/value.hpp"

namespace config {

// What is wrong with a file, to be told all at once, in the order of its lines.
class Complaints {
 public:
  explicit Complaints(std::string_view file) : file_(file) {}

  void add(int line, std::string what);
  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  [[nodiscard]] std::string text() const;  // "FILE:LINE: what", one a line, no final line end.

 private:
  std::string file_;
  std::vector<std::pair<int, std::string>> found_;
};

struct Range {
  std::int64_t min;
  std::int64_t max;
};

// A word of the file and what it stands for.
template <class Enum>
struct Choice {
  std::string_view word;
  Enum value;
};

// One [section] being read. Each getter returns the value of a key, or `fallback` when the key is
// absent or wrong; what is wrong goes to the complaints. Every key asked for is a known key:
// finish() complains about the others and names the nearest known one.
class Section {
 public:
  Section(const Table& file, std::string_view name, Complaints& complaints);

  [[nodiscard]] std::string text(std::string_view key, std::string fallback);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, Range range);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key,
                                               std::vector<std::string> fallback);

  template <class Enum, std::size_t count>
  [[nodiscard]] Enum choice(std::string_view key, Enum fallback,
                            const Choice<Enum> (&choices)[count]) {
    std::vector<std::string_view> words;
    for (const Choice<Enum>& each : choices)
      words.push_back(each.word);
    const std::optional<std::size_t> index = word(key, words);
    return index ? choices[*index].value : fallback;
  }

  // A key of a later version: an error unless it is absent or an empty array.
  void unavailable(std::string_view key);

  // Complains about the value of a key; about the section when the key is absent.
  void complain(std::string_view key, std::string what);

  void finish();
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<std::string>& known() const noexcept { return known_; }

 private:
  [[nodiscard]] const Value* find(std::string_view key);
  [[nodiscard]] std::optional<std::size_t> word(std::string_view key,
                                                std::span<const std::string_view> words);
  void wrong_type(std::string_view key, const Value& value, std::string_view expected);

  std::string name_;
  const Table* table_ = nullptr;  // Null when the section is absent.
  int line_ = 0;
  Complaints& complaints_;
  std::vector<std::string> known_;
};

// The word of `known` with the fewest edits from `word`; nothing when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> known);

}  // namespace config
