#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string_view>

// The words of an enum, said once. Beside the enum stands
//
//   constexpr auto words_of(Status) { return std::to_array<std::string_view>({"none", "pass"}); }
//
// with a word for each enumerator, in their order, which counts from 0. The way to the word and the
// way back are made from it; a table that ends before the enum does not compile.
namespace base {

// True when `value` has a name in its enum, which no standard function tells before C++26.
template <auto value>
consteval bool is_enumerator() {
  return !std::string_view(__PRETTY_FUNCTION__).contains("= (");  // "[with auto value = (E)7]"
}

// The table of an enum, after a look that it is as long as the enum. For word() and find(), and for
// who tells people all of the words.
template <class Enum>
consteval auto checked_words() {
  constexpr auto words = words_of(Enum{});
  static_assert(!is_enumerator<static_cast<Enum>(words.size())>(), "an enumerator has no word");
  return words;
}

// The word of an enumerator; the view lives as long as the program. REQUIRES: `value` has a name in
// its enum (a release build has an empty word for others).
template <class Enum>
[[nodiscard]] constexpr std::string_view word(Enum value) noexcept {
  static constexpr auto words = checked_words<Enum>();
  const auto index = static_cast<std::size_t>(value);
  assert(index < words.size());
  return index < words.size() ? words[index] : std::string_view();
}

// The enumerator with exactly that word, upper and lower case told apart; nothing for any other
// text.
template <class Enum>
[[nodiscard]] constexpr std::optional<Enum> find(std::string_view text) noexcept {
  constexpr auto words = checked_words<Enum>();
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace base
