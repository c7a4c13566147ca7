#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Names and numbers as DNS messages hold them (RFC 1035 §3.1, §4.1.4). Pure.
namespace dns {

using Bytes = std::span<const std::byte>;  // A whole message, or a part of it.

// Numbers of one, two and four octets, big-endian, at the offset `at`. REQUIRES of all three: the
// octets are there.
[[nodiscard]] inline unsigned octet(Bytes bytes, std::size_t at) {
  assert(at < bytes.size());
  return std::to_integer<unsigned>(bytes[at]);
}
[[nodiscard]] inline unsigned u16(Bytes bytes, std::size_t at) {
  return octet(bytes, at) << 8 | octet(bytes, at + 1);
}
[[nodiscard]] inline std::uint32_t u32(Bytes bytes, std::size_t at) {
  return u16(bytes, at) << 16 | u16(bytes, at + 2);
}

// A name as lower-case length-prefixed labels without the root's: "\7example\3com". Names are
// compared in this form, so a dot inside a label is never taken for the end of one. Empty: the
// root.
struct WireName {
  std::string labels;   // At most 254 octets.
  std::size_t end = 0;  // Offset of what follows the name in the message.
};

// Reads the name at the offset `at`, compressed or not; nothing when it is malformed, over 255
// octets, or has a pointer that leads anywhere but back (RFC 1035 §4.1.4).
[[nodiscard]] std::optional<WireName> read_name(Bytes message, std::size_t at);

// The labels of a name given as text, in which only a dot is special. Nothing when the name cannot
// exist: an empty label, a label over 63 octets, or over 253 in all (RFC 1035 §2.3.4).
[[nodiscard]] std::optional<std::string> to_labels(std::string_view text);

// The text of a host's labels; nothing when one holds a dot, a backslash, a space, a control or an
// octet beyond ASCII: no host is called so, and as text it could pass for another name.
// REQUIRES: labels made by one of the above.
[[nodiscard]] std::optional<std::string> to_text(std::string_view labels);

}  // namespace dns
