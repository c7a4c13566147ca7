#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Macro-strings, RFC 7208 §7: text in an SPF record in which "%{i}" and the like stand for
// something of the message. Pure.
namespace spf {

// Where the macro-string stands, which decides what is allowed in it.
enum class MacroUse : std::uint8_t {
  domain,       // domain-spec and unknown modifiers: no spaces, no %{c}, %{r}, %{t}.
  explanation,  // explain-string: all of them (RFC 7208 §7.2).
};

// One piece of a macro-string: literal text, or a macro to be replaced.
struct MacroPiece {
  std::string_view literal;     // What it stands for when `letter` is 0.
  char letter = 0;              // Lower case.
  bool escape = false;          // The letter was upper case: URL-escape the value.
  bool reverse = false;         // "r".
  std::size_t labels = 0;       // How many right-most parts to keep; 0: all.
  std::string_view delimiters;  // What separates the parts; empty: ".".
};

// Removes the first piece from `rest` and returns it; nothing when the syntax is wrong. Views point
// into `rest`. REQUIRES: `rest` is not empty.
[[nodiscard]] std::optional<MacroPiece> take_piece(std::string_view& rest, MacroUse use);

// True when all of `text` has the syntax of a macro-string for this use. Empty text does.
[[nodiscard]] bool is_macro_string(std::string_view text, MacroUse use);

// The value of a macro letter (lower case); nothing when it cannot be used in a name.
using MacroValues = std::function<std::optional<std::string>(char letter)>;

// The domain name that `spec` stands for, without the trailing dot; past 253 octets labels are cut
// from the left (RFC 7208 §7.3). Nothing when a value cannot be used or the syntax is wrong. Memory
// is bounded whatever the values are.
[[nodiscard]] std::optional<std::string> expand_domain(std::string_view spec,
                                                       const MacroValues& values);

// The text of an explanation (§6.2), cut after `octets_max`. Nothing as above.
[[nodiscard]] std::optional<std::string> expand_explanation(std::string_view text,
                                                            const MacroValues& values,
                                                            std::size_t octets_max);

}  // namespace spf
