#pragma once

#include <string>
#include <vector>

#include "event/event.hpp"
#include "event/rederive.hpp"

namespace cli {

// The whole story of one message. First what a postmaster can forward to the sender: who sent what,
// what aligned, what was decided, what the sender should do, and what the DNS said. Then, under
// "For this site only", what tells of recipients and rules, and whether the stored answers still
// lead to the same verdict. Lines of at most 100 columns, printable. Pure.
[[nodiscard]] std::string story_of(const event::Event& event, const event::Rederivation& again);

// What a stored question was asked for.
enum class Purpose : std::uint8_t { spf, dkim_key, dmarc, reverse };
[[nodiscard]] Purpose purpose_of(const dns::Question& question, const event::Event& event);

// "nothing-authenticated" and the like in words; others as they are.
[[nodiscard]] std::string evidence_in_words(const std::string& evidence);

}  // namespace cli
