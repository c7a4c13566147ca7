#pragma once

#include <string>
#include <vector>

#include "policy/decision.hpp"
#include "policy/rules.hpp"

// Values of the header fields that we write beside Authentication-Results, without the space in
// front, folded as "\n\t" at 78 columns, printable ASCII. What would pass 2,000 octets ends in
// "...". Pure.
namespace milter {

// "yes" for a message that is quarantined by a field, and "example.net=reject" for each tenant that
// wanted more than the message got: "yes, example.net=reject". Empty: no field.
[[nodiscard]] std::string quarantine_value(const policy::Decision& decision,
                                           const policy::Rules& rules);

// The signals, separated by commas: "lookalike:example.org, reply_to_elsewhere:example.net". Empty
// without signals: no field.
[[nodiscard]] std::string signals_value(const std::vector<std::string>& signals);

}  // namespace milter
