// What goes to logs and replies: one line of valid UTF-8, no quotes to close, a bounded length.

#include <algorithm>

#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

constexpr std::string_view hex = "0123456789ABCDEF";

// `shown` without its escapes.
std::string restored(std::string_view shown) {
  std::string text;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] != '\\') {
      text += shown[i];
      continue;
    }
    fuzz::require(i + 3 < shown.size() && shown[i + 1] == 'x');
    const std::size_t high = hex.find(shown[i + 2]);
    const std::size_t low = hex.find(shown[i + 3]);
    fuzz::require(high < 16 && low < 16);
    text += static_cast<char>(high * 16 + low);
    i += 3;
  }
  return text;
}

void check(std::string_view text, std::size_t octets_max) {
  const std::string shown = base::printable(text, octets_max);
  fuzz::require(shown.size() <= 4 * octets_max + 3);
  fuzz::require(std::ranges::none_of(
      shown, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F' || c == '"'; }));
  if (text.size() <= octets_max) {
    fuzz::require(restored(shown) == text);
  } else {
    fuzz::require(shown.ends_with("..."));
    const std::string front = restored(shown.substr(0, shown.size() - 3));
    fuzz::require(text.starts_with(front) && front.size() <= octets_max);
    fuzz::require(front.size() + 4 > octets_max);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const std::string& one :
       {std::string(text),
        fuzz::fold(text, {"a", "\\", "\"", "\xC2\x85", "\xC3\xBC", "\xE2\x80\xAE", "\xE2\x80",
                          "\xED\xA0\x80", "\xF0\x9F\x98\x80", "\xF4\x90", "\xC0\xAF", "\n"})}) {
    check(one, 200);
    check(one, size % 17);
    check(one, one.size());
  }
  return 0;
}
