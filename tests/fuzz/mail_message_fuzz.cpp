// Messages that carry reports hold text that strangers wrote: whatever it is, the message has the
// header fields and the parts it should have, and no line that a relay would break.

#include <string>

#include "report/mail_message.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; ++at)
    ++found;
  return found;
}

// Fields in a header section: lines that are no continuation.
std::size_t fields_in(std::string_view header) {
  return count(header, "\r\n") - count(header, "\r\n ") + 1;
}

void check(fuzz::Input input) {
  const auto mailbox = report::Mailbox::parse("reports@example.org").value();
  report::MailMessage message{.from = mailbox,
                              .to = mailbox,
                              .subject = std::string(input.text()),
                              .id = std::string(input.text()),
                              .date = {},
                              .parts = {}};
  for (std::size_t parts = 1 + input.below(3); parts > 0; --parts) {
    const auto type = static_cast<report::PartType>(input.below(4));
    const std::string file_name(input.text());
    message.parts.push_back({type, std::string(input.text()), file_name});
  }
  const std::string octets = report::to_octets(message);

  for (std::string_view rest = octets; !rest.empty();) {
    const std::size_t end = rest.find("\r\n");
    fuzz::require(end <= 998);
    for (const char c : rest.substr(0, end))
      fuzz::require((c >= ' ' && c <= '~') || c == '\t');
    rest.remove_prefix(end + 2);
  }
  const std::string header = octets.substr(0, octets.find("\r\n\r\n"));
  fuzz::require(fields_in(header) == 8);
  // The last one: a subject may say the same.
  const std::size_t begin = header.rfind("boundary=\"") + 10;
  const std::string boundary = octets.substr(begin, octets.find('"', begin) - begin);
  fuzz::require(boundary.size() <= 70);
  fuzz::require(count(octets, "\r\n--" + boundary) == message.parts.size() + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(fuzz::Input(text));
  const std::string folded =
      fuzz::fold(text, {"\r", "\n", "\r\n", "x", ":", "--=_", "_0_", "\"", "\\", " ", "\t", "\xFF",
                        "\r\n\r\n", "--", std::string_view("\0", 1), "\x10"});
  check(fuzz::Input(folded));
  return 0;
}
