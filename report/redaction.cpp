#include "report/redaction.hpp"

#include <algorithm>
#include <array>

#include "report/digest.hpp"
#include "verify/base/text.hpp"
#include "verify/mail/tag_list.hpp"

namespace report {

namespace {

constexpr std::size_t fields_max = 50;
constexpr std::size_t value_octets_max = 900;  // A line of mail has at most 998.
constexpr std::size_t look_back_max = 256;     // From an "@"; RFC 5321 §4.5.3.1.1 has 64.
constexpr std::size_t digits_shown = 16;

// What a local part may hold without quotes (RFC 5322 §3.2.3), and octets of other alphabets.
bool is_local(char c) {
  return base::is_alpha(c) || base::is_digit(c) || (static_cast<unsigned char>(c) & 0x80) != 0 ||
         std::string_view(".!#$%&'*+-/=?^_`{|}~").contains(c);
}

// Where the quoted string begins that goes on to the end of `text`; a quote behind a backslash is
// part of it (RFC 5322 §3.2.4).
std::size_t opening_quote(std::string_view text) {
  for (std::size_t quote = text.rfind('"'); quote != std::string_view::npos;
       quote = text.substr(0, quote).rfind('"')) {
    const std::size_t before = text.substr(0, quote).find_last_not_of('\\') + 1;
    if ((quote - before) % 2 == 0) return quote;
  }
  return 0;
}

// How much of the end of `text` is the local part of what ends there; comments and blanks may stand
// between it and the "@" (RFC 5322 §4.4). Looks back only so far, which bounds the work.
std::size_t local_part_octets(std::string_view text) {
  text.remove_prefix(text.size() - std::min(text.size(), look_back_max));
  std::size_t end = text.size();
  while (end > 0 && (base::is_blank(text[end - 1]) || text[end - 1] == ')')) {
    if (text[--end] != ')') continue;
    const std::size_t open = text.substr(0, end).rfind('(');
    end = open == std::string_view::npos ? 0 : open;
  }
  std::size_t begin = end;
  if (end > 0 && text[end - 1] == '"') {
    begin = opening_quote(text.substr(0, end - 1));
  } else {
    while (begin > 0 && is_local(text[begin - 1]))
      --begin;
    // RFC 6376 §3.5: the name of a tag is no part of the identity.
    if (text.substr(begin, end - begin).starts_with("i=")) begin += 2;
  }
  return text.size() - begin;
}

// RFC 2047 §2: an encoded word is one token, and may hide an address from redacted().
std::string without_encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("=?"), text.size());
    out += text.substr(0, begin);
    text.remove_prefix(begin);
    if (text.empty()) break;
    out += '?';
    text.remove_prefix(std::min(text.find_first_of(" <>,"), text.size()));
  }
  return out;
}

// The value on one line of ASCII.
std::string one_line(std::string_view value) {
  std::string line;
  for (const char c : base::trim(value)) {
    if (c == '\r' || c == '\n') continue;
    line += c == '\t' ? ' ' : c >= ' ' && c <= '~' ? c : '?';
  }
  return line;
}

bool may_be_shown(const mail::HeaderField& field) {
  static constexpr std::array<std::string_view, 7> names = {
      "From", "Sender", "Reply-To", "Date", "Message-ID", "List-Id", "DKIM-Signature"};
  const auto known = std::ranges::find_if(
      names, [&](std::string_view name) { return base::equal_ignoring_case(name, field.name); });
  if (known == names.end()) return false;
  if (*known != "DKIM-Signature") return true;
  // RFC 6376 §3.5: z= is a copy of other fields, in a form that hides addresses from redacted().
  const auto tags = mail::TagList::parse(field.value);
  return tags && !tags->find("z");
}

}  // namespace

std::string redacted(std::string_view text, std::string_view key, std::size_t octets_max) {
  std::string out;
  for (const char c : text) {
    // What is so far from the end is final: half an address without its "@" is never shown.
    if (out.size() >= octets_max + look_back_max) break;
    if (c == '@') {
      const std::size_t begin = out.size() - local_part_octets(out);
      if (begin != out.size()) {
        const std::string local_part = base::to_lower(std::string_view(out).substr(begin));
        out.resize(begin);
        out += keyed_digest(key, local_part).substr(0, digits_shown);
      }
    }
    out += c;
  }
  if (out.size() > octets_max) out.resize(octets_max);
  return out;
}

std::string redacted_headers(const mail::Headers& headers, std::string_view key) {
  std::string out;
  std::size_t shown = 0;
  for (const mail::HeaderField& field : headers.fields()) {
    if (!may_be_shown(field)) continue;
    if (++shown > fields_max) break;
    out += field.name + ": " +
           redacted(without_encoded_words(one_line(field.value)), key, value_octets_max);
    out += '\n';
  }
  return out;
}

}  // namespace report
