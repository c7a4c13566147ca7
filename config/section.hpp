#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/value.hpp"

namespace config {

// What is wrong with a file, to be told all at once, in the order of its lines; and what is odd.
class Complaints {
 public:
  // `file` is what the file is called in front of each complaint.
  explicit Complaints(std::string_view file) : file_(file) {}

  // Lines count from 1. REQUIRES: `what` is printable, whatever of the file it repeats.
  void add(int line, std::string what);
  // Warnings do not count.
  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  // "FILE:LINE: what", one a line, no final line end; the first 100, and how many more.
  [[nodiscard]] std::string text() const;

  // A warning makes no file unusable. In the order in which they came, as text() has complaints.
  void warn(std::string what) { warnings_.push_back(std::move(what)); }
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  std::string file_;
  std::vector<std::pair<int, std::string>> found_;
  std::vector<std::string> warnings_;
};

struct Range {  // Both are within.
  std::int64_t min;
  std::int64_t max;
};

// A string of the file and the line it stands on, so that of an array each item can be complained
// about where it stands.
struct FoundText {
  std::string text;
  int line = 0;
};

// One table being read: a [section], or an entry of an array of tables, which is called "name[1]",
// "name[2]" … . What it finds at a key is nothing when the key is absent or wrong; what is wrong
// goes to the complaints. Every key asked for is a known key: finish() complains about the others
// and names the nearest known one. Does not outlive the file's table.
class Section {
 public:
  // The table [name]; all its keys are absent when there is none.
  Section(const Table& file, std::string_view name, Complaints& complaints);

  // The entries of [[name]], or of the same written as an inline array; none for what is no table.
  [[nodiscard]] static std::vector<Section> entries(const Table& file, std::string_view name,
                                                    Complaints& complaints);
  // The same for an array within this table, and for one table.
  [[nodiscard]] std::vector<Section> entries(std::string_view key);
  [[nodiscard]] Section table(std::string_view key);

  // By the type that TOML knows. Each makes `key` a known one.
  [[nodiscard]] std::optional<bool> find_truth(std::string_view key);
  // Out of range is wrong.
  [[nodiscard]] std::optional<std::int64_t> find_integer(std::string_view key, Range range);
  [[nodiscard]] std::optional<FoundText> find_text(std::string_view key);
  // Of an array what is a string; the rest of it is complained about.
  [[nodiscard]] std::optional<std::vector<FoundText>> find_texts(std::string_view key);
  // Which of `words` stands there.
  [[nodiscard]] std::optional<std::size_t> find_word(std::string_view key,
                                                     std::span<const std::string_view> words);

  // Complains about the value of a key; about the section when the key is absent.
  void complain(std::string_view key, std::string_view what);
  void complain(std::string_view key, int line, std::string_view what);
  // "section.key: what"
  void warn(std::string_view key, std::string_view what);

  // For what no two entries of an array may have: the line of the entry that claimed it already; 0
  // when this is the first. REQUIRES: this is an entry.
  [[nodiscard]] int claim(const std::string& value, int line);

  // To be called once, when all keys there are have been asked for.
  void finish();
  // Whether the key stands there, right or wrong; and the same of a table within this one.
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view table, std::string_view key) const;
  // Where the table begins.
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  using Claims = std::unordered_map<std::string, int>;  // Value -> line.

  Section(std::string name, Complaints& complaints)
      : name_(std::move(name)), complaints_(complaints) {}
  [[nodiscard]] static std::vector<Section> entries_of(const Value& value, const std::string& name,
                                                       Complaints& complaints);
  // `shown`: what the table is called when it turns out to be none.
  void open(const Value& value, const std::string& shown);
  [[nodiscard]] const Value* find(std::string_view key);
  void wrong_type(std::string_view key, const Value& value, std::string_view expected);

  std::string name_;              // "policy", "tenant[2]", "override[1].match"
  bool bracketed_ = false;        // Shown as "[name]".
  const Table* table_ = nullptr;  // Null when the section is absent.
  int line_ = 0;                  // Of the table.
  Complaints& complaints_;
  std::vector<std::string> known_;  // What was asked for so far.
  std::shared_ptr<Claims> claims_;  // Of all entries of the array; null when this is none.
};

// The word of `known` with the fewest edits from `word`; nothing when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> known);

}  // namespace config
