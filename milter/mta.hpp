#pragma once

#include <string>
#include <string_view>

// How MTAs differ in what they tell a milter. Pure.
namespace milter {

// Whether the macro {v} is Sendmail's: that gives its version alone ("8.17.1.9"), Postfix its name
// before it ("Postfix 3.7.11"). False for an empty one.
[[nodiscard]] bool is_sendmail(std::string_view version);

// The text behind xtext of RFC 3461 §4, as Sendmail writes {auth_authen}: "scan+2Bner" is
// "scan+ner". A "+" that begins no pair of upper case hexadecimal digits stands for itself.
[[nodiscard]] std::string decode_xtext(std::string_view text);

}  // namespace milter
