#pragma once

#include <string>
#include <vector>

#include "tests/policy/letters.hpp"

// What policy::find_signals() tells, as a table like that of policy_cases.hpp.
namespace policy_table {

struct SignalRow {
  Letter letter;
  std::string signals;  // "lookalike:example.com, reply_to_elsewhere:other.example"
};

// At a site that protects example.com.
[[nodiscard]] const std::vector<SignalRow>& signal_rows();

[[nodiscard]] std::string signals_of(const Letter& letter);

}  // namespace policy_table
