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
  // "FILE:LINE: what", one a line, no final line end; the first 100, and how many more.
  [[nodiscard]] std::string text() const;

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

// A string of the file and the line it stands on.
struct Text {
  std::string text;
  int line = 0;
};

// One table being read: a [section], or an entry of an array of tables, which is called "name[1]",
// "name[2]" … . Each getter returns the value of a key, or `fallback` when the key is absent or
// wrong; what is wrong goes to the complaints. Every key asked for is a known key: finish()
// complains about the others and names the nearest known one. Does not outlive the file's table.
class Section {
 public:
  Section(const Table& file, std::string_view name, Complaints& complaints);

  // The entries of [[name]], or of the same written as an inline array; none for what is no table.
  [[nodiscard]] static std::vector<Section> entries(const Table& file, std::string_view name,
                                                    Complaints& complaints);
  // The same for an array within this table, and for one table.
  [[nodiscard]] std::vector<Section> entries(std::string_view key);
  [[nodiscard]] Section table(std::string_view key);

  [[nodiscard]] std::string text(std::string_view key, std::string fallback);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, Range range);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key,
                                               std::vector<std::string> fallback);
  // With their lines; nothing when the key is absent or no string (no array).
  [[nodiscard]] std::optional<Text> find_text(std::string_view key);
  [[nodiscard]] std::optional<std::vector<Text>> find_texts(std::string_view key);

  template <class Enum, std::size_t count>
  [[nodiscard]] Enum choice(std::string_view key, Enum fallback,
                            const Choice<Enum> (&choices)[count]) {
    std::vector<std::string_view> words;
    for (const Choice<Enum>& each : choices)
      words.push_back(each.word);
    const std::optional<std::size_t> index = word(key, words);
    return index ? choices[*index].value : fallback;
  }

  // Complains about the value of a key; about the section when the key is absent.
  void complain(std::string_view key, std::string_view what);
  void complain(std::string_view key, int line, std::string_view what);

  void finish();
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] int line() const noexcept { return line_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::vector<std::string> keys() const;  // The known ones, as "name.key".

 private:
  Section(std::string name, Complaints& complaints)
      : name_(std::move(name)), complaints_(complaints) {}
  [[nodiscard]] static std::vector<Section> entries_of(const Value& value, const std::string& name,
                                                       Complaints& complaints);
  // `shown`: what the table is called when it turns out to be none.
  void open(const Value& value, const std::string& shown);
  [[nodiscard]] const Value* find(std::string_view key);
  [[nodiscard]] std::optional<std::size_t> word(std::string_view key,
                                                std::span<const std::string_view> words);
  void wrong_type(std::string_view key, const Value& value, std::string_view expected);

  std::string name_;
  bool bracketed_ = false;        // Shown as "[name]".
  const Table* table_ = nullptr;  // Null when the section is absent.
  int line_ = 0;
  Complaints& complaints_;
  std::vector<std::string> known_;
};

// The word of `known` with the fewest edits from `word`; nothing when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> known);

}  // namespace config
