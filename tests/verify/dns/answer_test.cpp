#include "verify/dns/answer.hpp"

#include <utility>

#include <catch2/catch.hpp>

using dns::Outcome;

TEST_CASE("records are shown as zone files show them", "[dns]") {
  CHECK(dns::text(std::string("v=spf1 -all")) == "v=spf1 -all");
  CHECK(dns::text(base::IpAddress::parse("192.0.2.1").value()) == "192.0.2.1");
  CHECK(dns::text(base::IpAddress::parse("2001:db8::1").value()) == "2001:db8::1");
  CHECK(dns::text(dns::MailExchange{10, "mail.example"}) == "10 mail.example");
  CHECK(dns::text(dns::MailExchange{0, ""}) == "0 .");
}

TEST_CASE("types and outcomes have names", "[dns]") {
  CHECK(dns::name(dns::Type::txt) == "TXT");
  CHECK(dns::name(dns::Type::a) == "A");
  CHECK(dns::name(dns::Type::aaaa) == "AAAA");
  CHECK(dns::name(dns::Type::mx) == "MX");
  CHECK(dns::name(dns::Type::ptr) == "PTR");
  CHECK(dns::name(Outcome::found) == "found");
  CHECK(dns::name(Outcome::no_data) == "no_data");
  CHECK(dns::name(Outcome::no_name) == "no_name");
  CHECK(dns::name(Outcome::failure) == "failure");
  CHECK(dns::name(Outcome::timeout) == "timeout");
  CHECK(dns::name(Outcome::not_asked) == "not_asked");
}

TEST_CASE("a question that a limit of ours kept back is no trouble of the DNS", "[dns]") {
  CHECK(dns::is_temporary(Outcome::failure));
  CHECK(dns::is_temporary(Outcome::timeout));
  CHECK_FALSE(dns::is_temporary(Outcome::found));
  CHECK_FALSE(dns::is_temporary(Outcome::no_data));
  CHECK_FALSE(dns::is_temporary(Outcome::no_name));
  CHECK_FALSE(dns::is_temporary(Outcome::not_asked));
}

TEST_CASE("a record is read back from its text", "[dns]") {
  const std::pair<dns::Type, dns::Record> rows[] = {
      {dns::Type::txt, std::string("v=spf1 -all")},
      {dns::Type::ptr, std::string("mail.example")},
      {dns::Type::a, *base::IpAddress::parse("192.0.2.1")},
      {dns::Type::aaaa, *base::IpAddress::parse("2001:db8::1")},
      {dns::Type::mx, dns::MailExchange{10, "mail.example"}},
      {dns::Type::mx, dns::MailExchange{0, ""}},
  };
  for (const auto& [type, record] : rows) {
    CHECK(dns::parse_record(type, dns::text(record)) == record);
  }
  CHECK_FALSE(dns::parse_record(dns::Type::a, "mail.example"));
  CHECK_FALSE(dns::parse_record(dns::Type::aaaa, ""));
  for (const char* text : {"", "10", "x mail.example", "65536 mail.example", " mail.example"}) {
    CHECK_FALSE(dns::parse_record(dns::Type::mx, text));
  }
}
