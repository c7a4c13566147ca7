#include "policy/skeleton.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace policy {

namespace {

// One letter that is taken for another.
struct Confusable {
  std::string_view shown;
  char looks_like;
};

// Of UTS #39's table, those of the scripts forgers use.
// clang-format off
constexpr Confusable confusables[] = {
    // Cyrillic
    {"\u0430", 'a'}, {"\u0432", 'b'}, {"\u0435", 'e'}, {"\u0433", 'r'}, {"\u043A", 'k'},
    {"\u043C", 'm'}, {"\u043D", 'h'}, {"\u043E", 'o'}, {"\u043F", 'n'}, {"\u0440", 'p'},
    {"\u0441", 'c'}, {"\u0442", 't'}, {"\u0443", 'y'}, {"\u0445", 'x'}, {"\u044C", 'b'},
    {"\u0451", 'e'}, {"\u0455", 's'}, {"\u0456", 'i'}, {"\u0457", 'i'}, {"\u0458", 'j'},
    {"\u0475", 'v'}, {"\u04BB", 'h'}, {"\u04CF", 'l'}, {"\u0501", 'd'}, {"\u051B", 'q'},
    {"\u051D", 'w'},
    // Cyrillic capitals, for display names
    {"\u0410", 'a'}, {"\u0412", 'b'}, {"\u0415", 'e'}, {"\u041A", 'k'}, {"\u041C", 'm'},
    {"\u041D", 'h'}, {"\u041E", 'o'}, {"\u0420", 'p'}, {"\u0421", 'c'}, {"\u0422", 't'},
    {"\u0423", 'y'}, {"\u0425", 'x'}, {"\u0405", 's'}, {"\u0406", 'i'}, {"\u0408", 'j'},
    // Greek
    {"\u03B1", 'a'}, {"\u03AC", 'a'}, {"\u03B2", 'b'}, {"\u03B3", 'y'}, {"\u03B5", 'e'},
    {"\u03B7", 'n'}, {"\u03B9", 'i'}, {"\u03AF", 'i'}, {"\u03BA", 'k'}, {"\u03BD", 'v'},
    {"\u03BF", 'o'}, {"\u03CC", 'o'}, {"\u03C1", 'p'}, {"\u03C3", 'o'}, {"\u03C4", 't'},
    {"\u03C5", 'u'}, {"\u03C7", 'x'}, {"\u03C9", 'w'},
    // Greek capitals
    {"\u0391", 'a'}, {"\u0392", 'b'}, {"\u0395", 'e'}, {"\u0396", 'z'}, {"\u0397", 'h'},
    {"\u0399", 'i'}, {"\u039A", 'k'}, {"\u039C", 'm'}, {"\u039D", 'n'}, {"\u039F", 'o'},
    {"\u03A1", 'p'}, {"\u03A4", 't'}, {"\u03A5", 'y'}, {"\u03A7", 'x'},
    // Latin without an accent, or with more than one, and Armenian
    {"\u00E6", 'a'}, {"\u00F0", 'd'}, {"\u00F8", 'o'}, {"\u00FE", 'p'}, {"\u0111", 'd'},
    {"\u0127", 'h'}, {"\u0131", 'i'}, {"\u0142", 'l'}, {"\u014B", 'n'}, {"\u0167", 't'},
    {"\u0180", 'b'}, {"\u0192", 'f'}, {"\u0251", 'a'}, {"\u0261", 'g'}, {"\u0269", 'i'},
    {"\u028B", 'u'}, {"\u0570", 'h'}, {"\u0578", 'n'}, {"\u057D", 'u'}, {"\u0585", 'o'},
};
// clang-format on

// U+00E0 to U+00FF and U+0100 to U+017F: the letter without its accent. "." where there is none.
constexpr std::string_view latin1 = "aaaaaa.ceeeeiiii.nooooo..uuuuy.y";
constexpr std::string_view extended_a =
    "aaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll....nnnnnn...oooooo..rrrrrr"
    "sssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";

std::optional<char> accented(std::string_view sequence) {
  if (sequence.size() != 2) return std::nullopt;
  const unsigned code = ((static_cast<unsigned char>(sequence[0]) & 0x1FU) << 6) |
                        (static_cast<unsigned char>(sequence[1]) & 0x3FU);
  char letter = '.';
  if (code >= 0xE0 && code <= 0xFF) letter = latin1[code - 0xE0];
  if (code >= 0x100 && code - 0x100 < extended_a.size()) letter = extended_a[code - 0x100];
  return letter == '.' ? std::nullopt : std::optional(letter);
}

constexpr char plain(char c) {
  switch (const char lower = base::to_lower(c)) {
    case '0':
      return 'o';
    case '1':
    case 'i':
      return 'l';
    case '5':
      return 's';
    default:
      return lower;
  }
}

constexpr std::array<char, 128> plain_of = [] {
  std::array<char, 128> table{};
  for (std::size_t c = 0; c < table.size(); ++c)
    table[c] = plain(static_cast<char>(c));
  return table;
}();

// Adds one letter; two that look like one become that.
void append(std::string& out, char c) {
  if (!out.empty()) {
    char& last = out.back();
    const auto melts = [&](char a, char b) { return last == a && c == b; };
    const char one = melts('r', 'n') ? 'm' : melts('v', 'v') ? 'w' : melts('c', 'l') ? 'd' : '\0';
    if (one != '\0') {
      last = one;
      return;
    }
  }
  out += c;
}

std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return std::min(length, text.size());
}

}  // namespace

std::string skeleton(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto octet = static_cast<unsigned char>(text.front());
    if (octet < 0x80) {
      append(out, plain_of[octet]);
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, sequence_length(text));
    const auto known = std::ranges::find(confusables, sequence, &Confusable::shown);
    if (known != std::ranges::end(confusables)) {
      append(out, plain(known->looks_like));
    } else if (const std::optional<char> letter = accented(sequence)) {
      append(out, plain(*letter));
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

}  // namespace policy
