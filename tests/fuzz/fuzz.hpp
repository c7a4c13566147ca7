#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "verify/mail/headers.hpp"

// libFuzzer's entry point: each x_fuzz.cpp defines it, and everyday builds replay x/ through it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// What fuzz targets share. A target states a property of one pure function and ends the program
// when it does not hold.
namespace fuzz {

// Ends the program, naming the place, when the property does not hold.
void require(bool holds, std::source_location where = std::source_location::current());

[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view()
                   : std::string_view(reinterpret_cast<const char*>(data), size);
}

using Words = std::initializer_list<std::string_view>;

// Each octet picks one of `words`, the tokens of a grammar: random octets become nearly right text,
// which gets past the first check of a parser. Ends after 8 KB.
[[nodiscard]] std::string fold(std::string_view octets, Words words);

// The input as a row of decisions. At its end everything is zero or empty.
class Input {
 public:
  explicit Input(std::string_view octets) : rest_(octets) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::uint8_t octet();
  [[nodiscard]] std::size_t below(std::size_t limit);  // REQUIRES: 0 < limit <= 65536.
  [[nodiscard]] std::string_view text();  // As long as its first octet says, or shorter.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// Lines "name:value" as a header section; a line that begins with a blank goes on with the one
// before. Ends at an empty line, with what follows as the body; line ends become CRLF.
struct Message {
  mail::Headers headers;
  std::string body;
};
[[nodiscard]] Message message_of(std::string_view text);

// `text` as a quoted-string (RFC 5322 §3.2.4).
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace fuzz
