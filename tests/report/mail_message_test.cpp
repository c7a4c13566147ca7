#include "report/mail_message.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using report::MailMessage;
using report::PartType;

report::Mailbox mailbox(std::string_view text) { return report::Mailbox::parse(text).value(); }

MailMessage sample() {
  return {.from = mailbox("dmarc-reports@mx.example.org"),
          .to = mailbox("rua@example.com"),
          .subject = "Report Domain: example.com Submitter: mx.example.org Report-ID: 0123abcd",
          .id = "0123abcd",
          .date = base::WallTime(std::chrono::seconds(1'777'638'896)),
          .shape = MailMessage::Shape::mixed,
          .parts = {{.type = PartType::text, .body = "One line.\nAnother\r\n"},
                    {.type = PartType::gzip,
                     .body = std::string(60, '\x1F'),
                     .file_name = "mx.example.org!example.com!1!2!0123abcd.xml.gz"}}};
}

// The header section of a message or part, unfolded: one field a line.
std::vector<std::string> fields_of(std::string_view octets) {
  std::vector<std::string> fields;
  octets = octets.substr(0, octets.find("\r\n\r\n"));
  while (!octets.empty()) {
    const std::size_t end = octets.find("\r\n");
    const std::string line(octets.substr(0, end));
    octets.remove_prefix(end == std::string_view::npos ? octets.size() : end + 2);
    if (line.starts_with(' ')) {
      REQUIRE_FALSE(fields.empty());
      fields.back() += line;
    } else {
      fields.push_back(line);
    }
  }
  return fields;
}

void check_lines(std::string_view octets) {
  while (!octets.empty()) {
    const std::size_t end = octets.find("\r\n");
    REQUIRE(end != std::string_view::npos);
    CHECK(end <= 998);
    for (const char c : octets.substr(0, end))
      REQUIRE(((c >= ' ' && c <= '~') || c == '\t'));
    octets.remove_prefix(end + 2);
  }
}

}  // namespace

TEST_CASE("a report's message is what the RFCs say, to the octet", "[report][RFC 9990 §3.5]") {
  CHECK(report::to_octets(sample()) ==
        "Date: Fri, 01 May 2026 12:34:56 +0000\r\n"
        "From: <dmarc-reports@mx.example.org>\r\n"
        "To: <rua@example.com>\r\n"
        "Subject: Report Domain: example.com Submitter: mx.example.org Report-ID:\r\n"
        " 0123abcd\r\n"
        "Message-ID: <0123abcd@mx.example.org>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"=_0123abcd_0_\"\r\n"
        "\r\n"
        "--=_0123abcd_0_\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "One line.\r\n"
        "Another\r\n"
        "\r\n"
        "--=_0123abcd_0_\r\n"
        "Content-Type: application/gzip\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment;\r\n"
        " filename=\"mx.example.org!example.com!1!2!0123abcd.xml.gz\"\r\n"
        "\r\n"
        "Hx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8f\r\n"
        "Hx8f\r\n"
        "\r\n"
        "--=_0123abcd_0_--\r\n");
}

TEST_CASE("a failure report's message says so in its type", "[report][RFC 6591 §3.1]") {
  MailMessage message = sample();
  message.shape = MailMessage::Shape::feedback_report;
  message.parts = {{.type = PartType::text, .body = "x"},
                   {.type = PartType::feedback_report, .body = "Version: 1\n"},
                   {.type = PartType::headers, .body = "From: a@example.com\n"}};
  const std::string octets = report::to_octets(message);
  CHECK(
      octets.contains("\r\nContent-Type: multipart/report; report-type=feedback-report;\r\n "
                      "boundary="));
  CHECK(
      octets.contains("\r\nContent-Type: message/feedback-report\r\n"
                      "Content-Transfer-Encoding: 7bit\r\n\r\nVersion: 1\r\n"));
  CHECK(octets.contains("\r\nContent-Type: text/rfc822-headers\r\n"));
  check_lines(octets);
}

TEST_CASE("no text can add a header field or a part", "[report]") {
  const std::string hostile =
      GENERATE(std::string("x\r\nBcc: victim@example.net"), std::string("x\nBcc: v@example.net"),
               std::string("x\rBcc: v@example.net"), std::string("x\r\n\r\nbody"),
               std::string("x\"; name=\"y\\"), std::string("x\0y", 3), std::string("\xC3\xBC\x85"),
               std::string(5000, 'x'), std::string(5000, ' '), std::string("> x <"));
  MailMessage message = sample();
  message.subject = message.id = message.parts[1].file_name = hostile;
  const std::string octets = report::to_octets(message);
  check_lines(octets);

  const std::vector<std::string> fields = fields_of(octets);
  REQUIRE(fields.size() == 8);
  CHECK(fields[3].starts_with("Subject:"));
  CHECK(fields[4].starts_with("Message-ID: <"));
  CHECK(fields[4].ends_with("@mx.example.org>"));
  CHECK(fields[5] == "Auto-Submitted: auto-generated");
  const std::size_t attachment = octets.find("Content-Type: application/gzip");
  REQUIRE(attachment != std::string::npos);
  const std::vector<std::string> part = fields_of(std::string_view(octets).substr(attachment));
  REQUIRE(part.size() == 3);
  CHECK(part[2].starts_with("Content-Disposition: attachment; filename=\""));
  CHECK(part[2].ends_with("\""));
  CHECK(std::count(part[2].begin(), part[2].end(), '"') == 2);
}

TEST_CASE("no body can end its part", "[report][RFC 2046 §5.1.1]") {
  MailMessage message = sample();
  message.parts[0].body = "--=_0123abcd_0_\n\n--=_0123abcd_1_--\nforged";
  const std::string octets = report::to_octets(message);
  CHECK(octets.contains("boundary=\"=_0123abcd_2_\""));
  CHECK(octets.contains("\r\n--=_0123abcd_0_\r\n\r\n--=_0123abcd_1_--\r\nforged\r\n"));
}

TEST_CASE("lines that others wrote stay within the limits of mail", "[report][RFC 5322 §2.1.1]") {
  MailMessage message = sample();
  message.parts[0].body = std::string(2500, 'x') + "\n\n.\nt\ta\x80\x01\r\r\nlast";
  const std::string octets = report::to_octets(message);
  check_lines(octets);
  CHECK(octets.contains("\r\n" + std::string(998, 'x') + "\r\n" + std::string(998, 'x') + "\r\n" +
                        std::string(504, 'x') + "\r\n\r\n.\r\nt\ta???\r\nlast\r\n"));
}

TEST_CASE("the longest names there are fit", "[report][RFC 9990 §3.5]") {
  std::string name = std::string(60, 'a');
  name = name + "." + name + "." + name + "." + name + ".example";
  REQUIRE(base::Domain::parse(name));
  MailMessage message = sample();
  message.subject = "Report Domain: " + name + " Submitter: " + name + " Report-ID: x";
  message.parts[1].file_name =
      name + "!" + name + "!1777593600!1777679999!" + std::string(32, 'f') + ".xml.gz";
  const std::string octets = report::to_octets(message);
  check_lines(octets);
  CHECK(fields_of(octets)[3] == "Subject: " + message.subject);
  CHECK(octets.contains("\r\n filename=\"" + message.parts[1].file_name + "\"\r\n"));
}

TEST_CASE("dates are written in UTC and English", "[report][RFC 5322 §3.3]") {
  const auto at = [](std::int64_t seconds) {
    return report::mail_date(base::WallTime(std::chrono::seconds(seconds)));
  };
  CHECK(at(0) == "Thu, 01 Jan 1970 00:00:00 +0000");
  CHECK(at(951'782'399) == "Mon, 28 Feb 2000 23:59:59 +0000");
  CHECK(at(951'782'400) == "Tue, 29 Feb 2000 00:00:00 +0000");
}
