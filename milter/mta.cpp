#include "milter/mta.hpp"

#include <optional>

#include "base/text.hpp"

namespace milter {

namespace {

std::optional<unsigned> hexadecimal(char digit) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const std::size_t value = digits.find(digit);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace

bool is_sendmail(std::string_view version) {
  return !version.empty() && base::is_digit(version.front());
}

std::string decode_xtext(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    const bool coded = text.front() == '+' && text.size() > 2;
    const std::optional<unsigned> high = coded ? hexadecimal(text[1]) : std::nullopt;
    const std::optional<unsigned> low = coded ? hexadecimal(text[2]) : std::nullopt;
    if (high && low) {
      decoded += static_cast<char>(*high * 16 + *low);
      text.remove_prefix(3);
    } else {
      decoded += text.front();
      text.remove_prefix(1);
    }
  }
  return decoded;
}

}  // namespace milter
