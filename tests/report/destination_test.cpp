#include "report/destination.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using report::UriFault;

TEST_CASE("a mailto URI gives the mailbox it stands for", "[report][RFC 6068 §2]") {
  struct Row {
    const char* uri;
    const char* mailbox;
  };
  const auto row = GENERATE(values<Row>({
      {"mailto:dmarc@example.com", "dmarc@example.com"},
      {"MailTo:dmarc@EXAMPLE.com", "dmarc@example.com"},  // The scheme and domains know no case,
      {"mailto:DMARC@example.com", "DMARC@example.com"},  // local parts do.
      {"mailto:dmarc@example.com!10m", "dmarc@example.com"},  // RFC 7489's size limit.
      {"mailto:dmarc@example.com!", "dmarc@example.com"},
      {"mailto:a+b_c/d=e@example.com", "a+b_c/d=e@example.com"},
      {"mailto:a%21b@example.com", "a!b@example.com"},  // "!" of the address itself.
      {"mailto:%64marc%40example.com", "dmarc@example.com"},
      {"mailto:gorby%25kremvax@example.com", "gorby%kremvax@example.com"},  // Its own example.
      {"mailto:unlikely%3Faddress@example.com", "unlikely?address@example.com"},
      {"mailto:d@b\xC3\xBC"
       "cher.example",
       "d@xn--bcher-kva.example"},
      {"mailto:d@b%C3%BCcher.example", "d@xn--bcher-kva.example"},
      {"mailto:d@xn--bcher-kva.example", "d@xn--bcher-kva.example"},
  }));
  INFO(row.uri);
  const auto mailbox = report::parse_report_uri(row.uri);
  REQUIRE(mailbox);
  CHECK(mailbox->text() == row.mailbox);
}

TEST_CASE("a URI that is no plain mailbox is refused, and why is known", "[report][RFC 6068 §2]") {
  struct Row {
    std::string uri;
    UriFault fault;
  };
  const auto row = GENERATE(values<Row>({
      {"", UriFault::not_mailto},
      {"dmarc@example.com", UriFault::not_mailto},
      {"https://example.com/dmarc", UriFault::not_mailto},
      {"javascript:alert(1)@example.com", UriFault::not_mailto},
      {"mailto", UriFault::not_mailto},
      {" mailto:dmarc@example.com", UriFault::not_mailto},
      {"mailto:", UriFault::no_address},
      {"mailto:example.com", UriFault::no_address},
      {"mailto:@example.com", UriFault::no_address},
      {"mailto:!10m", UriFault::no_address},
      {"mailto:dmarc@example.com\r\nBcc: victim@example.net", UriFault::control_character},
      {"mailto:dmarc@example.com%0d%0aBcc:%20victim@example.net", UriFault::control_character},
      {"mailto:dmarc%0a@example.com", UriFault::control_character},
      {"mailto:dmarc%0D@example.com", UriFault::control_character},
      {"mailto:dmarc%00@example.com", UriFault::control_character},
      {"mailto:dmarc%7F@example.com", UriFault::control_character},
      {std::string("mailto:d\0@example.com", 21), UriFault::control_character},
      {"mailto:dmarc%4@example.com", UriFault::malformed_escape},
      {"mailto:dmarc%zz@example.com", UriFault::malformed_escape},
      {"mailto:dmarc@example.com%", UriFault::malformed_escape},
      {"mailto:dmarc@example.com%4", UriFault::malformed_escape},
      {"mailto:dmarc@example.com?subject=x", UriFault::header_fields},
      {"mailto:?to=dmarc@example.com", UriFault::header_fields},
      {"mailto:a@example.com,b@example.com", UriFault::several_addresses},
      {"mailto:a%2Cb@example.com", UriFault::unusable_local_part},
      {"mailto:a%20b@example.com", UriFault::unusable_local_part},
      {"mailto:a@example.com>@example.net", UriFault::unusable_local_part},
      {"mailto:%22not%40me%22@example.com", UriFault::unusable_local_part},
      {"mailto:a..b@example.com", UriFault::unusable_local_part},
      {"mailto:.a@example.com", UriFault::unusable_local_part},
      {"mailto:a.@example.com", UriFault::unusable_local_part},
      {"mailto:%C3%BC@example.com", UriFault::unusable_local_part},
      {"mailto:" + std::string(65, 'a') + "@example.com", UriFault::unusable_local_part},
      {"mailto:a@localhost", UriFault::unusable_domain},
      {"mailto:a@[192.0.2.1]", UriFault::unusable_domain},
      {"mailto:a@example..com", UriFault::unusable_domain},
      {"mailto:a@", UriFault::unusable_domain},
      {"mailto:a@example.com%3E", UriFault::unusable_domain},
      {"mailto:a@" + std::string(260, 'a') + ".example", UriFault::unusable_domain},
      {"mailto:a@" + std::string(2000, 'a') + ".example", UriFault::too_long},
  }));
  INFO(row.uri);
  const auto mailbox = report::parse_report_uri(row.uri);
  REQUIRE_FALSE(mailbox);
  CHECK(report::name(mailbox.error()) == report::name(row.fault));
}

TEST_CASE("destinations keep their order, and each is used once", "[report][RFC 9990 §3.5]") {
  const std::vector<std::string> uris{"mailto:b@example.com", "https://example.com/",
                                      "mailto:a@example.com", "mailto:b@EXAMPLE.com!5m"};
  const report::Destinations chosen = report::choose_destinations(uris);
  REQUIRE(chosen.used.size() == 2);
  CHECK(chosen.used[0].text() == "b@example.com");
  CHECK(chosen.used[1].text() == "a@example.com");
  REQUIRE(chosen.refused.size() == 1);
  CHECK(chosen.refused[0].uri == "https://example.com/");
  CHECK(chosen.refused[0].fault == UriFault::not_mailto);
  CHECK(chosen.left_out == 0);
}

TEST_CASE("ten thousand URIs are counted, and no more than the limit are used", "[report]") {
  std::vector<std::string> uris;
  for (int i = 0; i < 5000; ++i) {
    uris.push_back("mailto:u" + std::to_string(i) + "@example.com");
    uris.push_back("ftp://example.com/\n" + std::to_string(i));
  }
  const report::Destinations chosen = report::choose_destinations(uris, 3);
  REQUIRE(chosen.used.size() == 3);
  CHECK(chosen.used[2].text() == "u2@example.com");
  CHECK(chosen.left_out == 4997);
  CHECK(chosen.refused_count == 5000);
  REQUIRE(chosen.refused.size() == 20);
  CHECK(chosen.refused[0].uri == "ftp://example.com/\\x0A0");
}

TEST_CASE("a mailbox of ours is read by the same rules", "[report]") {
  CHECK(report::Mailbox::parse("dmarc-reports@example.org")->text() == "dmarc-reports@example.org");
  CHECK_FALSE(report::Mailbox::parse("<dmarc@example.org>"));
  CHECK_FALSE(report::Mailbox::parse("dmarc@example.org\r\nX: y"));
  CHECK_FALSE(report::Mailbox::parse("dmarc"));
  CHECK_FALSE(report::Mailbox::parse(""));
}
