#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"

// What of a message a failure report would be about (RFC 9991): which failure, and of which
// incident. Pure.
namespace store {

// What a report is about: its Auth-Failure (RFC 9991 §4, RFC 6591 §3.3).
enum class Failure : std::uint8_t { dmarc, dkim, spf };

// What fo= asks for (RFC 9989 §4.7), the DMARC failure first; nothing when this message is no
// reason to report. A check that ended in temperror has not failed. `fo` as in dmarc::Record.
[[nodiscard]] std::optional<Failure> wanted_failure(std::string_view fo,
                                                    const verify::Facts& facts);
// What the record that was found for this message asks for; nothing without one.
[[nodiscard]] std::optional<Failure> wanted_failure(const event::Event& event);

// Messages with the same incident are told in one report, with their number (RFC 9991 §8.1).
[[nodiscard]] std::string incident_of(const event::Event& event, Failure failure);

// True for a check that was made and did not pass. RFC 6591 §3.3 speaks of signatures that were
// evaluated; one that was not looked at is `policy`.
[[nodiscard]] bool has_failed(const dkim::Result& result);
[[nodiscard]] bool has_failed(const spf::Result& result);

// The first signature that failed; null without one.
[[nodiscard]] const dkim::Result* failed_signature(const verify::Facts& facts);

// Whose mail it claims to be: the domain of the one author, or empty.
[[nodiscard]] std::string author_of(const verify::Facts& facts);

}  // namespace store
