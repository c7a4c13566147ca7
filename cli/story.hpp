#pragma once

#include <string>
#include <vector>

#include "report/event.hpp"
#include "report/reader/rederive.hpp"

namespace cli {

// The whole story of one message, for a postmaster to forward to the sender: who sent what, what
// the DNS said, what aligned, what was decided and why, whether the stored answers still lead
// there, and what the sender should do. Lines of at most 100 columns, printable. Pure.
[[nodiscard]] std::string tell(const report::Event& event, const report::Rederivation& again);

// What a stored question was asked for.
enum class Purpose : std::uint8_t { spf, dkim_key, dmarc, reverse };
[[nodiscard]] Purpose purpose_of(const dns::Question& question, const report::Event& event);

// "nothing-authenticated" and the like in words; others as they are.
[[nodiscard]] std::string evidence_in_words(const std::string& evidence);

}  // namespace cli
