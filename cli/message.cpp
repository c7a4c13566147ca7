#include "cli/message.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace cli {

namespace {

// The line at the front of `text`, without its line end; `text` goes on behind it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// RFC 5322 §2.2; blanks before the colon are obsolete (§4.5.8), and MTAs let them through.
std::optional<mail::HeaderField> field_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view name = line.substr(0, colon);
  const std::string_view bare = name.substr(0, name.find_last_not_of(" \t") + 1);
  const bool sound =
      !bare.empty() && std::ranges::all_of(bare, [](char c) { return c > ' ' && c < '\x7F'; });
  if (!sound) return std::nullopt;
  return mail::HeaderField{std::string(name), std::string(line.substr(colon + 1))};
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 2);
  while (!text.empty())
    out.append(take_line(text)).append("\r\n");
  return out;
}

}  // namespace

Message read_message(std::string_view text, std::size_t header_octets_max) {
  Message message;
  if (text.starts_with("From ")) (void)take_line(text);
  std::optional<mail::HeaderField> field;
  const auto keep = [&] {
    if (!field || !message.headers_complete) return;
    // The milter protocol has C strings: what follows a NUL never comes to the daemon.
    field->value.resize(std::min(field->value.find('\0'), field->value.size()));
    message.headers_complete = message.headers.add(*std::exchange(field, {}), header_octets_max);
  };
  while (!text.empty()) {
    std::string_view rest = text;
    const std::string_view line = take_line(rest);
    const bool folded = field && !line.empty() && base::is_blank(line.front());
    if (folded) {
      field->value.append("\r\n").append(line);
      text = rest;
      continue;
    }
    std::optional<mail::HeaderField> next = field_of(line);
    if (line.empty()) text = rest;  // The empty line belongs to neither part.
    if (!next) break;
    keep();
    field = std::move(next);
    text = rest;
  }
  keep();
  message.body = with_crlf(text);
  return message;
}

}  // namespace cli
