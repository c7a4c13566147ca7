#include "config/config.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/section.hpp"
#include "config/value.hpp"

namespace config {

namespace {

constexpr std::size_t file_octets_max = 64 << 20;  // Room for 100,000 tenants.
constexpr int depth_max = 16;  // No key is deeper than five; recursion stays bounded.

std::string_view other_type(toml::node_type type) {
  switch (type) {
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a date and time";
    default:
      return "something else";
  }
}

Value to_value(const toml::node& node, int depth) {
  Value value;
  value.line = static_cast<int>(node.source().begin.line);
  if (const auto* text = node.as_string()) {
    value.content = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.content = number->get();
  } else if (const auto* truth = node.as_boolean()) {
    value.content = truth->get();
  } else if (depth >= depth_max) {
    value.content = Value::Other{"something nested too deeply"};
  } else if (const auto* array = node.as_array()) {
    List list;
    for (const toml::node& each : *array)
      list.push_back(to_value(each, depth + 1));
    value.content = std::move(list);
  } else if (const auto* table = node.as_table()) {
    Table entries;
    for (const auto& [key, each] : *table) {
      entries.emplace(std::string(key.str()), to_value(each, depth + 1));
    }
    value.content = std::move(entries);
  } else {
    value.content = Value::Other{other_type(node.type())};
  }
  return value;
}

std::string reason(int error) { return std::generic_category().message(error); }

// Not a stream: those do not say why.
base::Result<std::string> contents(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) return base::fail(path.string() + ": " + reason(errno));
  std::string text;
  std::array<char, 1 << 16> piece;
  while (const std::size_t octets = std::fread(piece.data(), 1, piece.size(), file.get())) {
    text.append(piece.data(), octets);
    if (text.size() > file_octets_max) return base::fail(path.string() + ": is larger than 64 MiB");
  }
  if (std::ferror(file.get()) != 0) return base::fail(path.string() + ": " + reason(errno));
  return text;
}

// Octets of the string that starts `text`, quotes included; an unclosed one ends at its line or at
// the end of the file (TOML 1.0, String). See fault_for_parser() for what else ends it.
std::size_t string_octets(std::string_view text) {
  const char quote = text.front();
  const bool multi_line = text.starts_with(std::string(3, quote));
  for (std::size_t i = multi_line ? 3 : 1; i < text.size(); ++i) {
    // Behind a line that ends in a backslash toml++ asks of each character whether it is a space.
    if (multi_line && quote == '"' && static_cast<unsigned char>(text[i]) >= 0x80) return i;
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (multi_line && text.substr(i).starts_with(std::string(3, quote))) {
      i += 3;
      // Up to two quotes may stand before the closing ones.
      for (int more = 0; more < 2 && text.substr(i).starts_with(quote); ++more)
        ++i;
      return i;
    } else if (!multi_line && (text[i] == quote || text[i] == '\n')) {
      return i + (text[i] == quote ? 1 : 0);
    }
  }
  return text.size();
}

// Where a string can start, as toml++ sees it: it looks ahead over quotes that stand within a word,
// as in 1."a" or 1["a". Right up to the first fault of a file, which is where toml++ stops.
class WordTracker {
 public:
  [[nodiscard]] bool in_word() const { return in_word_; }
  [[nodiscard]] int dots() const { return dots_; }  // Of one key, or more.

  // The next character outside strings and comments; a string counts as its first quote.
  void pass(char c) {
    if (c == '.') {
      ++dots_;
    } else if (c == '\n' || c == ',' || c == '{' || c == '=') {
      dots_ = 0;
    }
    if (c == '=') {
      in_word_ = assigned_ || depth_ != 0;  // Else what stood before was a key.
      assigned_ = true;
    } else if (base::is_space(c) || c == ',' || c == ']' || c == '}') {
      in_word_ = false;
      if (c == '\n') assigned_ = false;
      if (c == ']') --depth_;
    } else if (c == '[' && !in_word_) {
      ++depth_;
    } else if (c != '{') {
      in_word_ = true;
    }
  }

 private:
  bool in_word_ = false;
  bool assigned_ = false;  // A "=" stood in this line.
  int depth_ = 0;          // Of brackets.
  int dots_ = 0;
};

struct Fault {
  int line = 0;  // 0: there is none.
  std::string_view what;
};

// What toml++ 3.3 must not see. Octets beyond ASCII outside strings and comments, where TOML 1.0
// has no use for any, or in a """string""", where it has: asked whether "\u00FC" or many others are
// spaces, it runs into code that it declares unreachable (impl/unicode_autogenerated.h). And keys
// of so many parts that it takes all the stack there is to remove the tables it made of them.
Fault fault_for_parser(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // A byte order mark is allowed.
  WordTracker words;
  int line = 1;
  while (!text.empty()) {
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      return {line, "a character beyond ASCII stands outside comments and strings of one line"};
    }
    std::size_t octets = 1;
    if (c == '#') {
      octets = std::min(text.find('\n'), text.size());
    } else {
      if ((c == '"' || c == '\'') && !words.in_word()) octets = string_octets(text);
      words.pass(c);
    }
    if (words.dots() > depth_max) return {line, "a key of too many parts"};
    octets = std::min(octets, text.size());
    line += static_cast<int>(std::ranges::count(text.substr(0, octets), '\n'));
    text.remove_prefix(octets);
  }
  return {};
}

}  // namespace

base::Result<Config> parse(std::string_view text, std::string_view name) {
  Complaints complaints(name);
  if (const Fault fault = fault_for_parser(text); fault.line != 0) {
    complaints.add(fault.line, std::string(fault.what));
    return base::fail(complaints.text());
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    complaints.add(static_cast<int>(error.source().begin.line),
                   base::printable(error.description()));
    return base::fail(complaints.text());
  }
  Value file = to_value(parsed.table(), 0);
  Config config = read(std::get<Table>(file.content), complaints);
  if (!complaints.empty()) return base::fail(complaints.text());
  return config;
}

base::Result<Config> load(const std::filesystem::path& file) {
  const base::Result<std::string> text = contents(file);
  if (!text) return std::unexpected(text.error());
  return parse(*text, file.string());
}

}  // namespace config
