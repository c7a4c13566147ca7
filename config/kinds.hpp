#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/words.hpp"
#include "config/section.hpp"
#include "config/toml_text.hpp"

// Kinds of values. A kind knows both ways between a value and the file, so that one line in
// config/schema.cpp is enough to read a key, and to show it:
//
//   void read(Section& section, std::string_view key, Value& value) const;
//   std::string write(const Value& value) const;
//
// read() leaves the value alone where the key is absent or wrong; what is wrong is complained
// about. write() gives TOML that read() takes for the same value; "" when nothing is to be shown.
namespace config {

// What a value must be beyond its kind: complains or warns about the value of `key`. May put it
// into its normal form. Is asked whether the key is there or not, as a tenant's value may be the
// site's.
template <class Value>
using Check = void (*)(Section& section, std::string_view key, Value& value);

// key = "text"
// Any string: what it may hold is for `check` to say, which is asked last.
struct Text {
  Check<std::string> check = nullptr;

  void read(Section& section, std::string_view key, std::string& value) const;
  [[nodiscard]] std::string write(const std::string& value) const;
};

// key = "0123456789abcdef"
// What nobody is shown: config::hidden_key stands for it, of which read() warns, unless it is
// empty.
struct Secret {
  Check<std::string> check = nullptr;

  void read(Section& section, std::string_view key, std::string& value) const;
  [[nodiscard]] std::string write(const std::string& value) const;
};

// Complains when the path does not begin with "/".
void check_absolute(Section& section, std::string_view key, std::filesystem::path& path);

// key = "/var/spool/postern"
// The path of a file or a directory. Does not look whether there is one: a file is read before
// anything is opened, and on other machines, too.
struct Path {
  Check<std::filesystem::path> check = check_absolute;

  void read(Section& section, std::string_view key, std::filesystem::path& value) const;
  [[nodiscard]] std::string write(const std::filesystem::path& value) const;
};

// key = ["127.0.0.1", "::1"]
// An array of strings, in their order. Of a wrong item there is a complaint, and the others are
// read.
struct Texts {
  Check<std::vector<std::string>> check = nullptr;

  void read(Section& section, std::string_view key, std::vector<std::string>& value) const;
  [[nodiscard]] std::string write(const std::vector<std::string>& value) const;
};

// key = true
// Nothing else stands for it: no 1, no "yes".
struct Truth {
  void read(Section& section, std::string_view key, bool& value) const;
  [[nodiscard]] std::string write(bool value) const;
};

// key = "example.org"
// A value of ours that a string stands for; nothing where there is no string, or it is wrong: then
// it is not shown. `Item` knows how to read the string, see config/names.hpp:
//
//   std::optional<Value> parse(Section& section, std::string_view key, const FoundText&) const;
//
// It complains when it returns nothing. The value has a text() that parse() takes for the same.
template <class Item>
struct Maybe {
  Item item;

  template <class Value>
  void read(Section& section, std::string_view key, std::optional<Value>& value) const {
    if (const auto text = section.find_text(key)) value = item.parse(section, key, *text);
  }
  template <class Value>
  [[nodiscard]] std::string write(const std::optional<Value>& value) const {
    return value ? toml_string(value->text()) : "";
  }
};

// key = ["example.org", "example.net"]
// An array of such values, in their order and without those that are wrong. An array that stands
// there takes the place of the default: it does not add to it.
template <class Item>
struct Each {
  Item item;

  template <class Value>
  void read(Section& section, std::string_view key, std::vector<Value>& values) const {
    const auto texts = section.find_texts(key);
    if (!texts) return;
    values.clear();
    for (const FoundText& text : *texts) {
      if (auto value = item.parse(section, key, text)) values.push_back(*std::move(value));
    }
  }
  template <class Value>
  [[nodiscard]] std::string write(const std::vector<Value>& values) const {
    return toml_array(values, &Value::text);
  }
};

// key = 20000
// An integer, which may be kept in any integer type, or in a duration of std::chrono: that is
// counted in its own unit, which the name of the key should end in ("deadline_ms"). Outside of its
// range it is complained about, never cut to it. REQUIRES: the type holds both ends.
struct Number {
  std::int64_t min;  // Both are within.
  std::int64_t max;

  template <class Value>
  void read(Section& section, std::string_view key, Value& value) const {
    if (const auto found = section.find_integer(key, {min, max})) {
      value = static_cast<Value>(*found);
    }
  }
  template <class Value>
  [[nodiscard]] std::string write(const Value& value) const {
    if constexpr (requires { value.count(); }) {
      return std::to_string(value.count());
    } else {
      return std::to_string(value);
    }
  }
};

// key = 600
// The same in whole seconds, of a duration that is finer: what is below a second is not shown.
struct Seconds {
  std::int64_t min;  // In seconds, both within.
  std::int64_t max;

  template <class Duration>
  void read(Section& section, std::string_view key, Duration& value) const {
    auto seconds = std::chrono::floor<std::chrono::seconds>(value);
    Number{min, max}.read(section, key, seconds);
    value = seconds;
  }
  template <class Duration>
  [[nodiscard]] std::string write(const Duration& value) const {
    return Number{min, max}.write(std::chrono::floor<std::chrono::seconds>(value));
  }
};

// key = "strict"
// Any word of an enum, which says its words beside itself, see base/words.hpp. Complaints name all
// of them in that order.
struct Word {
  template <class Enum>
  void read(Section& section, std::string_view key, Enum& value) const {
    static constexpr auto words = base::checked_words<Enum>();
    if (const auto index = section.find_word(key, words)) value = static_cast<Enum>(*index);
  }
  template <class Enum>
  [[nodiscard]] std::string write(Enum value) const {
    return toml_string(base::word(value));
  }
};

// key = "tag"
// One of some words of an enum, where not all make sense: OneOf{Action::tag, Action::accept}.
// Complaints name them in this order.
template <class Enum, std::size_t count>
struct OneOf {
  std::array<Enum, count> values;

  void read(Section& section, std::string_view key, Enum& value) const {
    std::array<std::string_view, count> words;
    for (std::size_t i = 0; i < count; ++i)
      words[i] = base::word(values[i]);
    if (const auto index = section.find_word(key, words)) value = values[*index];
  }
  [[nodiscard]] std::string write(Enum value) const { return Word{}.write(value); }
};
// So that neither the enum nor how many there are has to be written.
template <class Enum, class... More>
OneOf(Enum, More...) -> OneOf<Enum, 1 + sizeof...(More)>;

}  // namespace config
