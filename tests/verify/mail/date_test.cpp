#include "verify/mail/date.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

// Seconds since 1970, or -1.
long long seconds(const std::optional<base::WallTime>& time) {
  return time ? std::chrono::duration_cast<base::Seconds>(time->time_since_epoch()).count() : -1;
}

constexpr long long noon = 1'777'636'800;  // 1 May 2026, 12:00 UTC.

}  // namespace

TEST_CASE("dates are read as mail writes them", "[mail][RFC 5322 §3.3]") {
  for (const std::string text :
       {"Fri, 1 May 2026 12:00:00 +0000", " 1 May 2026 12:00 GMT", "Fri,01 May 26 12:00:00 -0000",
        "fri, 1 MAY 2026\r\n 14:00:00 +0200 (CEST)", "Fri (it is), 1 May 2026 06:30:00 -0530 (\\))",
        "1 May 126 12:00:00 Z", "Thu, 30 Apr 2026 23:59:60 -1200"}) {
    INFO(text);
    CHECK(seconds(mail::parse_date(text)) == noon);
  }
  CHECK(seconds(mail::parse_date("29 Feb 2024 00:00:00 +0000")) == 1'709'164'800);
}

TEST_CASE("what is no date, or may be several, is none", "[mail][RFC 5322 §3.3]") {
  for (const std::string text : {"",
                                 "Fri",
                                 "Fri 1 May 2026 12:00:00 +0000",
                                 "1 May 2026 12:00:00",
                                 "1 May 2026 12:00:00 EST",
                                 "31 Feb 2026 12:00:00 +0000",
                                 "0 May 2026 12:00:00 +0000",
                                 "1 May 2026 24:00:00 +0000",
                                 "1 May 2026 12:60:00 +0000",
                                 "1 May 2026 1:00:00 +0000",
                                 "1 May 2026 12:00:61 +0000",
                                 "1 May 2026 12:00:00 +000",
                                 "1 May 2026 12:00:00 +0060",
                                 "1 May 2026 12:00:00 +0000 x",
                                 "1 May 2026 12:00:00 +0000 (",
                                 "1 May 2026 12:00:00 +0000 )",
                                 "1 May 0026 12:00:00 +0000",
                                 "1 May 20260 12:00:00 +0000",
                                 "1 May 9999 12:00:00 +0000",
                                 "1 Mai 2026 12:00:00 +0000",
                                 "-1 May 2026 12:00:00 +0000",
                                 "1 May 990 04:00:60 -0530",
                                 "1 May 2026 12:00:00 0000",
                                 "1 May 2026 12:00:00 +00a0"}) {
    INFO(text);
    CHECK_FALSE(mail::parse_date(text));
  }
  CHECK_FALSE(mail::parse_date("1 May 2026 12:00:00 +0000" + std::string(500, ' ')));
}

TEST_CASE("a Received field ends with its date", "[mail][RFC 5321 §4.4]") {
  const std::string date = "; Fri, 1 May 2026 12:00:00 +0000";
  const std::string from =
      " from a.example (b.example [192.0.2.1])\r\n\tby relay.example (Postfix)";
  CHECK(seconds(mail::received_date(from + date)) == noon);
  CHECK(seconds(mail::received_date(from + date + " (UTC)")) == noon);
  CHECK(seconds(mail::received_date(" from \"a;b\" (x;y) by relay.example" + date)) == noon);
}

TEST_CASE("no date is taken from a stranger's words in a Received field", "[mail][RFC 5321 §4.4]") {
  const std::string date = "; Fri, 1 May 2026 12:00:00 +0000";
  const std::string from = " from a.example (b.example [192.0.2.1]) by relay.example";
  for (const std::string& value :
       {from, from + date + date, " from a.example" + date + " (b.example [192.0.2.1]) by r" + date,
        from + date + " (envelope-from x" + date + " (@a.example)", from + " (open" + date,
        from + " closed)" + date, from + " \"open" + date, from + "; nonsense",
        from + date + std::string(10'000, ' ')}) {
    INFO(value);
    CHECK_FALSE(mail::received_date(value));
  }
}
