#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "report/destination.hpp"

// The mail messages that carry reports (RFC 5322, RFC 2045).
namespace report {

// All media types that reports need; each says how its body is encoded.
enum class PartType : std::uint8_t {
  text,             // text/plain, as lines of ASCII
  gzip,             // application/gzip, in base64
  feedback_report,  // message/feedback-report, as lines (RFC 5965 §2)
  headers,          // text/rfc822-headers, as lines (RFC 6522 §3)
};

struct Part {
  PartType type = PartType::text;
  std::string body;
  std::string file_name{};  // Not empty: an attachment.
};

struct MailMessage {
  enum class Shape : std::uint8_t { mixed, feedback_report };  // RFC 2046 §5.1.3; RFC 6522 §3

  Mailbox from;
  Mailbox to;
  std::string subject;
  std::string id;  // Of the report: Message-ID is <id@from's domain>.
  base::WallTime date;
  Shape shape = Shape::mixed;
  std::vector<Part> parts;
};

// The message as octets: CRLF at the end of every line, lines of at most 998 octets, pure ASCII.
// Whatever the strings hold, it has exactly these header fields and these parts: what cannot stand
// where it was put (line ends, controls, quotes, octets beyond ASCII) becomes "?", and what is too
// long for a header field is cut. Marked as RFC 3834 §5 asks, so that nobody answers it.
[[nodiscard]] std::string to_octets(const MailMessage& message);

// "Fri, 01 May 2026 12:34:56 +0000" (RFC 5322 §3.3), always UTC.
[[nodiscard]] std::string mail_date(base::WallTime time);

}  // namespace report
