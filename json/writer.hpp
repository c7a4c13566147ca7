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
// would pass `octets_max`, so that the length of the whole can be bounded by adding up. Used by one
// thread at a time.
class Writer {
 public:
  // `octets_expected` is how much room to take ahead; more is taken when it is needed.
  explicit Writer(std::size_t octets_expected);

  // Keys are ours: short, plain, never escaped, and not checked for occurring twice. An empty key
  // is for the outermost object and for elements of an array. The caller closes what it opened, in
  // order.
  void begin_object(std::string_view key = {});
  // Closes the object opened last; the outermost one, too.
  void end_object();
  // An array of objects or of values, whose keys are empty.
  void begin_array(std::string_view key);
  void end_array();

  // A string. `octets_max` bounds what stands between the quotes, but for the "..." of a cut.
  void text(std::string_view key, std::string_view value, std::size_t octets_max);
  // The same, or null where there is no value.
  void text_or_null(std::string_view key, std::optional<std::string_view> value,
                    std::size_t octets_max);
  // Any integer that fits a std::int64_t; larger ones would wrap.
  void number(std::string_view key, std::integral auto value) {
    signed_number(key, static_cast<std::int64_t>(value));
  }
  // `true` or `false`, unquoted.
  void boolean(std::string_view key, bool value);

  // How long the text is so far: callers with a bound ask before they add more.
  [[nodiscard]] std::size_t octets() const noexcept { return used_; }
  // The whole text, without line end. Once: the writer is empty and of no use afterwards.
  [[nodiscard]] std::string take();

 private:
  // number() without the template.
  void signed_number(std::string_view key, std::int64_t value);
  // Writes the comma that separates values, where one is due, and the key.
  void start_value(std::string_view key);
  // Add text that is JSON already.
  void append(char c);
  void append(std::string_view text);
  // Where the next `octets` octets may be written; valid until the next call.
  [[nodiscard]] char* room_for(std::size_t octets);
  // The content of a string; see above for how it is escaped and cut.
  void append_escaped(std::string_view value, std::size_t octets_max);

  std::string out_;            // Its first `used_` octets are the text; the rest is room.
  std::size_t used_ = 0;       // Octets.
  bool comma_needed_ = false;  // A value stands before the place where the next one goes.
};

}  // namespace json
