#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "verify/mail/headers.hpp"

namespace cli {

// A message as an MTA hands it to a milter.
struct Message {
  mail::Headers headers;
  bool headers_complete = true;  // False when fields past the limit were left out.
  std::string body;              // Lines end in CRLF.
};

// Reads a message file: LF or CRLF line ends, an mbox "From " line in front or not. Total: as with
// an MTA, the first line that cannot be a header field begins the body.
[[nodiscard]] Message read_message(std::string_view text, std::size_t header_octets_max);

}  // namespace cli
