#pragma once

#include <string>
#include <string_view>

// How MTAs differ in what they tell a milter.
namespace milter {

// What {v} says: Sendmail gives its version alone ("8.17.1.9"), Postfix its name before it ("Postfix
// 3.7.11"). False for an MTA that gives none.
[[nodiscard]] bool is_sendmail(std::string_view version);

// RFC 3461 §4: "scan+2Bner" -> "scan+ner". A "+" that begins no pair of upper case hexadecimal digits
// stands for itself.
[[nodiscard]] std::string decode_xtext(std::string_view text);

}  // namespace milter
