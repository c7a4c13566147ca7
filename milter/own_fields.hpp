#pragma once

#include <string>
#include <vector>

#include "policy/decision.hpp"
#include "policy/rules.hpp"

// Values of the header fields that we write beside Authentication-Results; folded as "\n\t".
namespace milter {

// "yes" for a message that is quarantined by a field, and "example.net=reject" for each tenant that
// wanted more than the message got: "yes, example.net=reject". Empty: no field.
[[nodiscard]] std::string quarantine_value(const policy::Decision& decision,
                                           const policy::Rules& rules);

// "lookalike:example.org, reply_to_elsewhere:example.net"; empty without signals.
[[nodiscard]] std::string signals_value(const std::vector<std::string>& signals);

}  // namespace milter
