#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace json {

// Writes one JSON object as text, in the order of the calls. Whatever the strings hold, the result
// is valid JSON in plain ASCII on one line: what is outside printable ASCII becomes \uXXXX, octets
// that are not UTF-8 become U+FFFD. A string is cut, and ends in "...", where its escaped form
// would pass `octets_max`, so that the length of the whole can be bounded by adding up.
class Writer {
 public:
  explicit Writer(std::size_t octets_expected);

  // Keys are ours: short, plain, never escaped. An empty key is for elements of an array.
  void begin_object(std::string_view key = {});
  void end_object();
  void begin_array(std::string_view key);
  void end_array();

  void text(std::string_view key, std::string_view value, std::size_t octets_max);
  void text_or_null(std::string_view key, std::optional<std::string_view> value,
                    std::size_t octets_max);
  // Any integer that fits a std::int64_t.
  void number(std::string_view key, std::integral auto value) {
    signed_number(key, static_cast<std::int64_t>(value));
  }
  void boolean(std::string_view key, bool value);

  [[nodiscard]] std::size_t octets() const noexcept { return used_; }
  [[nodiscard]] std::string take();

 private:
  void signed_number(std::string_view key, std::int64_t value);
  void start_value(std::string_view key);
  void append(char c);
  void append(std::string_view text);
  [[nodiscard]] char* room_for(std::size_t octets);
  void append_escaped(std::string_view value, std::size_t octets_max);

  std::string out_;  // Its first `used_` octets; sized ahead, as most steps add a few only.
  std::size_t used_ = 0;
  bool comma_needed_ = false;
};

}  // namespace json
