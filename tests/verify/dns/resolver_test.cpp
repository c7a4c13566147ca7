#include "verify/dns/resolver.hpp"

#include <catch2/catch.hpp>

using dns::Answer;
using dns::Outcome;

namespace {

constexpr std::chrono::milliseconds blink{5};

base::Deadline soon() { return std::chrono::steady_clock::now() + blink; }

}  // namespace

TEST_CASE("an answer that is there is handed over even after the deadline", "[dns]") {
  const Answer answer{Outcome::found, {std::string("v=spf1")}, base::Seconds(60), true};
  const dns::Pending pending = dns::ready(answer);
  CHECK(dns::is_ready(pending));
  CHECK(dns::wait(pending, base::Deadline::min()) == answer);
  CHECK(dns::wait(pending, base::Deadline::max()) == answer);
}

TEST_CASE("an answer that does not come in time is a timeout", "[dns]") {
  std::promise<Answer> promise;
  const dns::Pending pending = promise.get_future().share();
  CHECK_FALSE(dns::is_ready(pending));
  CHECK(dns::wait(pending, soon()).outcome == Outcome::timeout);
  promise.set_value({Outcome::no_data, {}});
  CHECK(dns::wait(pending, soon()).outcome == Outcome::no_data);
}

TEST_CASE("waiting for a question never asked is a timeout at once", "[dns]") {
  CHECK(dns::is_ready({}));
  CHECK(dns::wait({}, base::Deadline::max()).outcome == Outcome::timeout);
}

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
