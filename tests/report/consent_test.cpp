#include "report/consent.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/dmarc_world.hpp"

namespace {

using report::Consent;
using report::Consented;
using report::ReportKind;
using support::domain;

constexpr const char* consent_name = "example.com._report._dmarc.reports.example";

report::Mailbox mailbox_of(std::string_view text) { return report::Mailbox::parse(text).value(); }

base::Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }

Consented verified(dns::Resolver& resolver, std::string_view to = "d@reports.example",
                   ReportKind kind = ReportKind::aggregate,
                   std::string_view policy_domain = "example.com") {
  const std::vector<report::Mailbox> asked{mailbox_of(to)};
  const auto results =
      report::verify_destinations(resolver, domain(policy_domain), asked, kind, soon());
  REQUIRE(results.size() == 1);
  CHECK(results[0].asked == asked[0]);
  return results[0];
}

std::string sent_to(const Consented& result) {
  std::string all;
  for (const report::Mailbox& to : result.send_to)
    all += (all.empty() ? "" : " ") + to.text();
  return all;
}

}  // namespace

TEST_CASE("another organization gets reports when its host consents", "[report][RFC 9990 §4]") {
  struct Row {
    std::vector<std::string> records;  // At consent_name.
    Consent consent;
    const char* to;
  };
  const auto row = GENERATE(values<Row>({
      {{"v=DMARC1"}, Consent::authorised, "d@reports.example"},
      {{"v=DMARC1;"}, Consent::authorised, "d@reports.example"},
      {{"something else", "v=DMARC1"}, Consent::authorised, "d@reports.example"},
      {{"v=DMARC1", "v=DMARC1;"}, Consent::authorised, "d@reports.example"},  // Several are fine.
      {{}, Consent::refused, ""},
      {{"v=spf1 -all"}, Consent::refused, ""},
      {{"rua=mailto:d@reports.example; v=DMARC1"}, Consent::refused, ""},  // v= is not first.
      // The host may name another mailbox of its own …
      {{"v=DMARC1; rua=mailto:big@reports.example"}, Consent::authorised, "big@reports.example"},
      {{"v=DMARC1; rua=mailto:a@reports.example,mailto:b@reports.example"},
       Consent::authorised,
       "a@reports.example b@reports.example"},
      // … but on no other host: then neither gets anything.
      {{"v=DMARC1; rua=mailto:victim@victim.example"}, Consent::refused, ""},
      {{"v=DMARC1; rua=mailto:a@reports.example,mailto:victim@victim.example"},
       Consent::refused,
       ""},
      {{"v=DMARC1", "v=DMARC1; rua=mailto:victim@victim.example"}, Consent::refused, ""},
      {{"v=DMARC1; rua=mailto:a@sub.reports.example"}, Consent::refused, ""},
      {{"v=DMARC1; rua=https://reports.example/"}, Consent::refused, ""},
      // What cannot be read still is no consent to the mailbox that was asked for.
      {{"v=DMARC1; rua=foo"}, Consent::refused, ""},
      {{"v=DMARC1; rua="}, Consent::refused, ""},
      {{"v=DMARC1; RUA = mailto:"}, Consent::refused, ""},
      {{"v=DMARC1; rua=d@reports.example"}, Consent::refused, ""},
      {{"v=DMARC1; rua=,,"}, Consent::refused, ""},
      {{"v=DMARC1", "v=DMARC1; rua=foo"}, Consent::refused, ""},
      // ruf= is about other reports.
      {{"v=DMARC1; ruf=mailto:victim@victim.example"}, Consent::authorised, "d@reports.example"},
  }));
  support::FakeResolver dns;
  for (const std::string& record : row.records)
    dns.add_txt(consent_name, record);
  INFO((row.records.empty() ? std::string("no record") : row.records.back()));
  const Consented result = verified(dns);
  CHECK(report::name(result.consent) == report::name(row.consent));
  CHECK(sent_to(result) == row.to);
  CHECK(result.why.empty() == (row.consent == Consent::authorised));
}

TEST_CASE("failure reports need the same consent, and obey ruf=", "[report][RFC 9991 §5]") {
  support::FakeResolver dns;
  CHECK(verified(dns, "d@reports.example", ReportKind::failure).consent == Consent::refused);
  dns.add_txt(consent_name, "v=DMARC1; rua=mailto:v@victim.example; ruf=mailto:f@reports.example");
  CHECK(sent_to(verified(dns, "d@reports.example", ReportKind::failure)) == "f@reports.example");
}

TEST_CASE("the policy domain itself needs no consent and no question", "[report][RFC 9990 §4]") {
  support::FakeResolver dns;
  const Consented result = verified(dns, "dmarc@example.com");
  CHECK(result.consent == Consent::same_organization);
  CHECK(sent_to(result) == "dmarc@example.com");
  CHECK(dns.count() == 0);
}

TEST_CASE("whether the organization is the same is found by two tree walks",
          "[report][RFC 9990 §4]") {
  support::FakeResolver dns;
  SECTION("a host below the policy domain's organization") {
    dns.add_txt("_dmarc.example.com", "v=DMARC1; p=none");
    CHECK(verified(dns, "d@mail.example.com").consent == Consent::same_organization);
    CHECK(verified(dns, "d@example.com", ReportKind::aggregate, "news.example.com").consent ==
          Consent::same_organization);
  }
  SECTION("a public suffix between them") {
    dns.add_txt("_dmarc.example.com", "v=DMARC1; p=none; psd=y");
    CHECK(verified(dns, "d@other.example.com", ReportKind::aggregate, "mine.example.com").consent ==
          Consent::refused);
  }
  SECTION("a host that is an organization of its own") {
    dns.add_txt("_dmarc.example.com", "v=DMARC1; p=none");
    dns.add_txt("_dmarc.mail.example.com", "v=DMARC1; p=none; psd=n");
    CHECK(verified(dns, "d@mail.example.com").consent == Consent::refused);
  }
  SECTION("no record anywhere: each name is its own organization") {
    CHECK(verified(dns, "d@mail.example.com").consent == Consent::refused);
  }
}

TEST_CASE("nothing is sent while DNS fails", "[report][RFC 9990 §4]") {
  support::FakeResolver dns;
  SECTION("the consent cannot be looked up") {
    SECTION("server failure") { dns.servfail(consent_name); }
    SECTION("no answer") { dns.timeout(consent_name); }
    CHECK(verified(dns).consent == Consent::deferred);
    CHECK(verified(dns).send_to.empty());
  }
  SECTION("the organization is unknown, and nothing else decides") {
    dns.add_txt("_dmarc.mail.example.com", "v=DMARC1; p=none");
    dns.servfail("_dmarc.example.com");
    CHECK(verified(dns, "d@mail.example.com").consent == Consent::deferred);
  }
  SECTION("the organization is unknown, but the host consents anyway") {
    dns.servfail("_dmarc.example");
    dns.add_txt(consent_name, "v=DMARC1");
    CHECK(verified(dns).consent == Consent::authorised);
  }
  SECTION("the organization is the same, whatever the consent would say") {
    dns.add_txt("_dmarc.example.com", "v=DMARC1; p=none");
    dns.servfail("example.com._report._dmarc.mail.example.com");
    CHECK(verified(dns, "d@mail.example.com").consent == Consent::same_organization);
  }
  SECTION("an answer that comes after the deadline is none") {
    dns.add_txt(consent_name, "v=DMARC1");
    dns.hold();
    const std::vector<report::Mailbox> asked{mailbox_of("d@reports.example")};
    const auto late = report::verify_destinations(dns, domain("example.com"), asked,
                                                  ReportKind::aggregate, base::Deadline::min());
    CHECK(late.at(0).consent == Consent::deferred);
  }
}

TEST_CASE("a consent whose name would be too long is none", "[report][RFC 9990 §4]") {
  const std::string label(60, 'a');
  const std::string policy_domain = label + "." + label + "." + label + ".example";
  const std::string host = std::string(45, 'b') + ".reports.example";
  CHECK_FALSE(report::consent_question(domain(policy_domain), domain(host)));
  support::FakeResolver dns;
  const Consented result = verified(dns, "d@" + host, ReportKind::aggregate, policy_domain);
  CHECK(result.consent == Consent::refused);
  CHECK(result.why == "the name of its host's consent would be too long");
}

TEST_CASE("a wildcard consents for every domain", "[report][RFC 9990 §4]") {
  // What a DNS server makes of *._report._dmarc.reports.example, one TXT record.
  class Wildcard final : public dns::Resolver {
   public:
    dns::Pending lookup(const dns::Question& question) override {
      if (!question.name.ends_with("._report._dmarc.reports.example")) {
        return dns::ready({.outcome = dns::Outcome::no_name});
      }
      return dns::ready({.outcome = dns::Outcome::found, .records = {std::string("v=DMARC1")}});
    }
  };
  Wildcard dns;
  CHECK(verified(dns).consent == Consent::authorised);
  CHECK(verified(dns, "d@reports.example", ReportKind::aggregate, "a.b.example.net").consent ==
        Consent::authorised);
  CHECK(verified(dns, "d@other.example").consent == Consent::refused);
}

TEST_CASE("all questions go out before the first answer is waited for", "[report]") {
  support::FakeResolver dns;
  dns.add_txt("_dmarc.example.com", "v=DMARC1; p=none");
  dns.add_txt(consent_name, "v=DMARC1; rua=mailto:one@reports.example");
  dns.hold();
  const std::vector<report::Mailbox> asked{
      mailbox_of("d@example.com"), mailbox_of("x@reports.example"), mailbox_of("y@reports.example"),
      mailbox_of("d@refusing.example")};
  const auto late = report::verify_destinations(dns, domain("example.com"), asked,
                                                ReportKind::aggregate, base::Deadline::min());
  CHECK(late[0].consent == Consent::same_organization);
  CHECK(late[3].consent == Consent::deferred);
  // Walks: two names for each of the four hosts but the first; a consent for each of the three.
  CHECK(dns.count() == 4 * 2 + 3);
  dns.release();

  const auto results =
      report::verify_destinations(dns, domain("example.com"), asked, ReportKind::aggregate, soon());
  const auto all = report::consented_mailboxes(results);
  REQUIRE(all.size() == 2);  // x and y were both replaced by one.
  CHECK(all[0].text() == "d@example.com");
  CHECK(all[1].text() == "one@reports.example");
}
