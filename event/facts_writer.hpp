#pragma once

#include <cstddef>
#include <string_view>

#include "event/event.hpp"
#include "json/writer.hpp"

// The part of an event's line that tells what the checks found; inside report/ only.
namespace event {

// The limits of a line add up to less than line_octets_max: it stays readable in one piece for
// every reader, whatever a sender wrote (event_test.cpp fills every field to prove it).
inline constexpr std::size_t line_octets_max = 65'536;
inline constexpr std::size_t name_max = 260;     // A domain name, with room for "@" or "[]".
inline constexpr std::size_t address_max = 400;  // RFC 5321 §4.5.3.1: 256 of path; escapes beyond.
inline constexpr std::size_t phrase_max = 500;   // Reasons, explanations, replies.
inline constexpr std::size_t word_max = 80;

// "spf" to "dmarc".
void write_checks(json::Writer& json, const Event& event, const LineOptions& options);

// "dns": as much as fits; the end of the line follows.
void write_dns(json::Writer& json, const verify::Facts& facts);

// The part of an address after the last "@", with it: what is left when local parts are off.
[[nodiscard]] std::string_view without_local_part(std::string_view address);

}  // namespace event
