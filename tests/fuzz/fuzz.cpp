#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>

namespace fuzz {

namespace {

constexpr std::size_t folded_octets_max = 8192;

}  // namespace

void require(bool holds, std::source_location where) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: %s: the property does not hold\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name());
  std::abort();
}

std::string fold(std::string_view octets, Words words) {
  std::string text;
  for (const char c : octets) {
    text += words.begin()[static_cast<unsigned char>(c) % words.size()];
    if (text.size() >= folded_octets_max) break;
  }
  return text;
}

std::uint8_t Input::octet() {
  if (rest_.empty()) return 0;
  const auto octet = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return octet;
}

std::size_t Input::below(std::size_t limit) {
  assert(limit > 0 && limit <= 65'536);
  if (limit <= 256) return octet() % limit;
  const std::size_t high = octet();
  return (high * 256 + octet()) % limit;
}

std::string_view Input::text() {
  const std::size_t length = octet();
  const std::string_view text = rest_.substr(0, length);
  rest_.remove_prefix(text.size());
  return text;
}

Message message_of(std::string_view text) {
  constexpr std::size_t octets_max = 256 * 1024;
  Message message;
  std::vector<mail::HeaderField> fields;
  bool in_body = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (in_body) {
      message.body.append(line).append("\r\n");
    } else if (line.empty()) {
      in_body = true;
    } else if ((line.front() == ' ' || line.front() == '\t') && !fields.empty()) {
      fields.back().value.append("\r\n").append(line);
    } else {
      const std::size_t colon = std::min(line.find(':'), line.size());
      fields.push_back({std::string(line.substr(0, colon)),
                        std::string(line.substr(std::min(colon + 1, line.size())))});
    }
  }
  for (mail::HeaderField& field : fields)
    if (!message.headers.add(std::move(field), octets_max)) break;
  return message;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace fuzz
