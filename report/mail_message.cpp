#include "report/mail_message.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.hpp"
#include "verify/crypto/base64.hpp"

namespace report {

namespace {

constexpr std::size_t line_octets_max = 998;    // RFC 5322 §2.1.1, without CRLF.
constexpr std::size_t line_octets_good = 78;    // The same: SHOULD.
constexpr std::size_t base64_line_octets = 76;  // RFC 2045 §6.8.
constexpr std::size_t value_octets_max = 900;   // Of a header field: even one word fits a line.

struct Media {
  std::string_view type;
  std::string_view encoding;
};

Media media_of(PartType type) {
  switch (type) {
    case PartType::text:
      return {"text/plain; charset=us-ascii", "7bit"};
    case PartType::gzip:
      return {"application/gzip", "base64"};
    case PartType::feedback_report:
      return {"message/feedback-report", "7bit"};
    case PartType::headers:
      return {"text/rfc822-headers", "7bit"};
  }
  return {"text/plain; charset=us-ascii", "7bit"};
}

char printable_or_mark(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

// What stands in a header field of ours, whoever wrote it.
std::string header_text(std::string_view text) {
  std::string clean(text.substr(0, value_octets_max));
  std::ranges::transform(clean, clean.begin(), printable_or_mark);
  return clean;
}

// As RFC 2045 §5.1 wants a parameter: between quotes, with nothing to escape inside.
std::string quoted_string(std::string_view text) {
  std::string clean = header_text(text);
  std::ranges::replace_if(
      clean, [](char c) { return c == '"' || c == '\\'; }, '?');
  return '"' + clean + '"';
}

// A Message-ID is a dot-atom (RFC 5322 §3.6.4): letters, digits and inner dots are enough for ours.
std::string token(std::string_view text) {
  std::string clean = header_text(text);
  std::ranges::replace_if(
      clean, [](char c) { return !base::is_alpha(c) && !base::is_digit(c) && c != '.'; }, '-');
  return clean;
}

// "Name: value", folded at blanks where a line would be longer than it should (RFC 5322 §2.2.3).
void append_field(std::string& out, std::string_view name, std::string_view value) {
  std::string line(name);
  line += ':';
  bool first = true;  // A line may not consist of the name alone.
  while (!value.empty()) {
    const std::string_view word = value.substr(0, value.find(' ', 1));
    const std::string_view text = base::trim(word);
    value.remove_prefix(word.size());
    if (text.empty()) continue;
    if (line.size() + 1 + text.size() > line_octets_good && !first) {
      out.append(line).append("\r\n");
      line.clear();
    }
    line.append(" ").append(text);
    first = false;
  }
  out.append(line).append("\r\n");
}

std::string base64_lines(std::string_view octets) {
  const std::string text = crypto::to_base64(crypto::bytes_of(octets));
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += base64_line_octets) {
    lines.append(text, at, base64_line_octets).append("\r\n");
  }
  return lines;
}

// Lines of ASCII that any relay passes on unchanged ("7bit", RFC 2045 §2.7). Any line end becomes
// CRLF, a line that is too long becomes several.
std::string ascii_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    do {
      for (const char c : line.substr(0, line_octets_max))
        lines += c == '\t' ? c : printable_or_mark(c);
      lines += "\r\n";
      line.remove_prefix(std::min(line.size(), line_octets_max));
    } while (!line.empty());
  }
  return lines;
}

std::string encoded(const Part& part) {
  return part.type == PartType::gzip ? base64_lines(part.body) : ascii_lines(part.body);
}

// RFC 2046 §5.1.1: a text that stands in no part. "_" is no base64 character, so only lines that
// others wrote can hold it; each of them costs one more number.
std::string boundary_for(const std::vector<std::string>& bodies, std::string_view id) {
  for (std::size_t number = 0;; ++number) {
    const std::string candidate =
        "=_" + token(id).substr(0, 40) + "_" + std::to_string(number) + "_";
    const bool taken = std::ranges::any_of(
        bodies, [&](const std::string& body) { return body.contains(candidate); });
    if (!taken) return candidate;
  }
}

void append_part(std::string& out, const Part& part, std::string_view body) {
  const Media media = media_of(part.type);
  append_field(out, "Content-Type", media.type);
  append_field(out, "Content-Transfer-Encoding", media.encoding);
  if (!part.file_name.empty()) {
    append_field(out, "Content-Disposition",
                 "attachment; filename=" + quoted_string(part.file_name));
  }
  out.append("\r\n").append(body).append("\r\n");
}

std::string two_digits(unsigned value) {
  return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

}  // namespace

std::string mail_date(base::WallTime time) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  std::string out = days[std::chrono::weekday(day).c_encoding()];
  out += ", " + two_digits(static_cast<unsigned>(date.day())) + ' ';
  out += months[static_cast<unsigned>(date.month()) - 1];
  out += ' ' + std::to_string(static_cast<int>(date.year())) + ' ';
  out += two_digits(static_cast<unsigned>(clock.hours().count())) + ':';
  out += two_digits(static_cast<unsigned>(clock.minutes().count())) + ':';
  out += two_digits(static_cast<unsigned>(clock.seconds().count()));
  return out + " +0000";
}

std::string to_octets(const MailMessage& message) {
  std::vector<std::string> bodies;
  for (const Part& part : message.parts)
    bodies.push_back(encoded(part));
  const std::string boundary = boundary_for(bodies, message.id);
  const std::string_view shape = message.shape == MailMessage::Shape::mixed
                                     ? "multipart/mixed; boundary="
                                     : "multipart/report; report-type=feedback-report; boundary=";

  std::string out;
  append_field(out, "Date", mail_date(message.date));
  append_field(out, "From", '<' + message.from.text() + '>');
  append_field(out, "To", '<' + message.to.text() + '>');
  append_field(out, "Subject", header_text(message.subject));
  append_field(out, "Message-ID", '<' + token(message.id) + '@' + message.from.domain.text() + '>');
  append_field(out, "Auto-Submitted", "auto-generated");
  append_field(out, "MIME-Version", "1.0");
  append_field(out, "Content-Type", std::string(shape) + quoted_string(boundary));
  out += "\r\n";
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    out.append("--").append(boundary).append("\r\n");
    append_part(out, message.parts[i], bodies[i]);
  }
  return out.append("--").append(boundary).append("--\r\n");
}

}  // namespace report
