#pragma once

#include <cstddef>
#include <string_view>

#include "event/event.hpp"
#include "json/writer.hpp"

// Writes the part of an event's line that tells what the checks found; for event.cpp, and the
// limits for its readers.
namespace event {

// The limits of a line add up to less than line_octets_max: it stays readable in one piece for
// every reader, whatever a sender wrote (event_test.cpp fills every field to prove it).
inline constexpr std::size_t line_octets_max = 65'536;
inline constexpr std::size_t name_max = 260;     // A domain name, with room for "@" or "[]".
inline constexpr std::size_t address_max = 400;  // RFC 5321 §4.5.3.1: 256 of path; escapes beyond.
inline constexpr std::size_t phrase_max = 500;   // Reasons, explanations, replies.
inline constexpr std::size_t word_max = 80;      // Names of algorithms and rules.

// The keys "spf" to "dmarc" of the line, in that order, into the object that is open.
void write_checks(json::Writer& json, const Event& event, const LineOptions& options);

// The key "dns": the answers, as many as fit so that the end of the line still does.
void write_dns(json::Writer& json, const verify::Facts& facts);

// The part of an address from its last "@" on; empty when there is none. A view into `address`.
[[nodiscard]] std::string_view without_local_part(std::string_view address);

}  // namespace event
