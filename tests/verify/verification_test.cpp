#include "verify/verification.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"
#include "tests/support/signer.hpp"

namespace {

using support::FakeResolver;

mail::Headers headers_of(std::initializer_list<mail::HeaderField> fields) {
  mail::Headers headers;
  for (const mail::HeaderField& field : fields)
    REQUIRE(headers.add(field, 1 << 20));
  return headers;
}

// Everything that one message's checks need, over a DNS that is only data.
struct Lab {
  FakeResolver dns;
  base::WorkerPool workers{2, 100};
  dkim::KeyCache keys;
  verify::ClockWitness clock;
  base::WallTime now{};
  verify::Options options;
  verify::Connection connection{.client = base::IpAddress::parse("192.0.2.1"),
                                .client_name = "mail.example.com",
                                .helo = "mail.example.com",
                                .receiver = "mx.example.org",
                                .authenticated = false};
  std::string mail_from = "a@example.com";

  verify::Verification begin() {
    return {connection, mail_from, options, {dns, workers, keys, &clock}, now};
  }
  verify::Facts judge(mail::Headers headers, bool complete = true) {
    verify::Verification verification = begin();
    verification.end_of_headers(std::move(headers), complete);
    verification.body("Hello.\r\n");
    return verification.finish();
  }
};

const mail::HeaderField from{"From", " A <a@example.com>"};

}  // namespace

TEST_CASE("SPF alone can carry DMARC", "[verify][RFC 9989 §4.4.2]") {
  Lab lab;
  lab.dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  const verify::Facts facts = lab.judge(headers_of({from}));
  CHECK(facts.dmarc.status == dmarc::Status::pass);
  CHECK(facts.dmarc.spf_aligned);
  REQUIRE(facts.spf.size() == 2);
  CHECK(facts.spf[0].identity == spf::Identity::helo);
  CHECK(facts.mail_from_spf()->status == spf::Status::pass);
}

TEST_CASE("the null sender is checked once, as postmaster of HELO", "[verify][RFC 7208 §2.4]") {
  Lab lab;
  lab.mail_from = "";
  lab.dns.add_txt("mail.example.com", "v=spf1 ip4:192.0.2.1 -all");
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  const verify::Facts facts = lab.judge(headers_of({from}));
  CHECK(facts.spf.size() == 1);
  CHECK(facts.dmarc.status == dmarc::Status::pass);
}

TEST_CASE("a subdomain's SPF aligns by a walk of its own", "[verify][RFC 9989 §4.10.2]") {
  Lab lab;
  lab.mail_from = "a@bounce.example.com";
  lab.dns.add_txt("bounce.example.com", "v=spf1 ip4:192.0.2.1 -all");
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  CHECK(lab.judge(headers_of({from})).dmarc.status == dmarc::Status::pass);
  lab.dns.add_txt("_dmarc.bounce.example.com", "v=DMARC1; p=none; psd=n");
  CHECK(lab.judge(headers_of({from})).dmarc.status == dmarc::Status::fail);
}

TEST_CASE("DNS that does not answer is never a failure", "[verify][RFC 9989 §4.10.1]") {
  Lab lab;
  lab.options.deadline = std::chrono::milliseconds(50);
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  lab.dns.timeout("example.com", dns::Type::txt);
  const verify::Facts facts = lab.judge(headers_of({from}));
  CHECK(facts.mail_from_spf()->status == spf::Status::temperror);
  CHECK(facts.dmarc.status == dmarc::Status::temperror);
}

TEST_CASE("finish ends by the deadline whatever the DNS does", "[verify]") {
  Lab lab;
  lab.options.deadline = std::chrono::milliseconds(50);
  lab.dns.hold();
  const verify::Facts facts =
      lab.judge(headers_of({{"DKIM-Signature",
                             " v=1; a=rsa-sha256; d=example.com; s=s; h=from; b=AAAA; "
                             "bh=yZQq1c8wjBl0fZ4Wc/oraMCAG1mZJv5v/hlvyFy+t6A="},
                            from}));
  CHECK(facts.dmarc.status == dmarc::Status::temperror);
  REQUIRE(facts.dkim.size() == 1);
  CHECK(facts.dkim[0].status == dkim::Status::temperror);
  CHECK(facts.iprev->status == iprev::Status::temperror);
  lab.dns.release();
}

TEST_CASE("two From fields leave no author and ask nothing for one", "[verify][RFC 9989 §11.5]") {
  Lab lab;
  const verify::Facts facts = lab.judge(headers_of({from, from}));
  CHECK(facts.from_fault == mail::FromFault::repeated);
  CHECK(facts.from_domain() == nullptr);
  CHECK(facts.dmarc.status == dmarc::Status::none);
  CHECK(lab.dns.count("_dmarc.example.com", dns::Type::txt) == 0);
}

TEST_CASE("a header section that was cut is not checked", "[verify]") {
  Lab lab;
  lab.dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  const verify::Facts facts = lab.judge(headers_of({from}), false);
  CHECK(facts.message.header_truncated);
  CHECK(facts.dmarc.status == dmarc::Status::permerror);
  CHECK(facts.dkim.empty());
}

TEST_CASE("no message asks more than its shares allow", "[verify][limits]") {
  Lab lab;
  lab.mail_from = "a@a.b.c.d.e.f.g.h.example.com";
  lab.connection.helo = "x.a.b.c.d.e.f.g.example.com";
  std::string includes = "v=spf1";
  for (int i = 0; i < 10; ++i) {
    const std::string name = "i" + std::to_string(i) + ".example.com";
    includes += " mx:" + name;
    for (int j = 0; j < 10; ++j)
      lab.dns.add_mx(name, 10, "m" + std::to_string(j) + "." + name);
  }
  lab.dns.add_txt("a.b.c.d.e.f.g.h.example.com", includes);
  lab.dns.add_txt("x.a.b.c.d.e.f.g.example.com", includes);
  mail::Headers headers;
  for (int i = 0; i < 60; ++i) {
    const std::string n = std::to_string(i);
    REQUIRE(headers.add({"DKIM-Signature", " v=1; a=rsa-sha256; d=s" + n +
                                               ".1.2.3.4.5.6.7.8.example.com; s=k; h=from; "
                                               "b=AAAA; bh=AAAA"},
                        1 << 20));
  }
  REQUIRE(headers.add({"From", " <a@z.y.x.w.v.u.t.s.r.example.com>"}, 1 << 20));
  const verify::Facts facts = lab.judge(std::move(headers));
  const std::size_t questions_max = lab.options.questions.sum(lab.options.dkim, lab.options.iprev);
  CHECK(questions_max == 92);
  CHECK(lab.dns.count() <= questions_max);
  CHECK(facts.dns.size() <= questions_max);
}

TEST_CASE("a message that is dropped in the middle leaves nothing behind", "[verify]") {
  Lab lab;
  lab.dns.hold();
  {
    verify::Verification verification = lab.begin();
    verification.end_of_headers(headers_of({from}), true);
  }
  lab.dns.release();
}

TEST_CASE("equal messages give equal facts", "[verify]") {
  Lab lab;
  lab.dns.add_txt("example.com", "v=spf1 a mx include:_spf.example.net -all");
  lab.dns.add_txt("_spf.example.net", "v=spf1 ip4:192.0.2.1 -all");
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  const verify::Facts first = lab.judge(headers_of({from}));
  const verify::Facts second = lab.judge(headers_of({from}));
  CHECK(first.spf == second.spf);
  CHECK(first.dmarc == second.dmarc);
  const auto question = [](const dns::Lookup& lookup) { return lookup.question; };
  CHECK(std::ranges::equal(first.dns, second.dns, {}, question, question));
  CHECK(std::ranges::is_sorted(first.dns, {}, &dns::Lookup::question));
}

TEST_CASE("pct=0 counts as testing where the site says so", "[verify][RFC 7489 §6.3]") {
  Lab lab;
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject; pct=0");
  CHECK(lab.judge(headers_of({from})).dmarc.policy == dmarc::Policy::reject);
  lab.options.pct_zero_is_testing = true;
  const dmarc::Result result = lab.judge(headers_of({from})).dmarc;
  CHECK(result.policy == dmarc::Policy::quarantine);
  CHECK(result.published == dmarc::Policy::reject);
}

TEST_CASE("an unknown origin behind a relay is no failure of SPF", "[verify]") {
  Lab lab;
  lab.connection.relay = std::exchange(lab.connection.client, std::nullopt);
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  const verify::Facts facts = lab.judge(headers_of({from}));
  REQUIRE(facts.spf.size() == 1);
  CHECK(facts.spf[0].status == spf::Status::temperror);
  CHECK(facts.dmarc.status == dmarc::Status::temperror);
  CHECK_FALSE(facts.iprev);
  lab.mail_from = "a@elsewhere.example";  // It could not have aligned.
  CHECK(lab.judge(headers_of({from})).dmarc.status == dmarc::Status::fail);
}

TEST_CASE("behind a relay a private address is no client for SPF", "[verify]") {
  Lab lab;
  lab.connection.relay = base::IpAddress::parse("198.51.100.7");
  lab.connection.relay_problem = "relay 198.51.100.7 took it from the private address 10.20.0.11";
  lab.dns.add_txt("example.com", "v=spf1 ip4:10.20.0.11 -all");
  lab.dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
  for (const char* client : {"10.20.0.11", "192.168.1.1", "fd00::1", "100.64.0.1", "169.254.1.1"}) {
    lab.connection.client = base::IpAddress::parse(client);
    const verify::Facts facts = lab.judge(headers_of({from}));
    REQUIRE(facts.spf.size() == 1);
    CHECK(facts.spf[0].status == spf::Status::temperror);
    CHECK(facts.spf[0].problem == lab.connection.relay_problem);
    CHECK_FALSE(facts.iprev);
  }
}

TEST_CASE("a pass by an include tells how broad the include is", "[verify]") {
  Lab lab;
  lab.dns.add_txt("example.com", "v=spf1 include:_spf.example.net -all");
  lab.dns.add_txt("_spf.example.net", "v=spf1 ip4:192.0.2.0/24 -all");
  CHECK(lab.judge(headers_of({from})).spf_breadth == 256);
  lab.dns.clear("example.com");
  lab.dns.add_txt("example.com", "v=spf1 ip4:192.0.2.0/24 -all");
  CHECK(lab.judge(headers_of({from})).spf_breadth == 0);
}

namespace {

const base::WallTime signed_time{base::Seconds(1'790'000'000)};

// A message of `domain` with a signature of it that has these times.
mail::Headers signed_by(Lab& lab, const std::string& domain, const std::string& times) {
  const support::SigningKey& key = support::SigningKey::rsa();
  lab.dns.add_txt("s1._domainkey." + domain, key.record());
  support::Fields fields = {{"From", " A <a@" + domain + ">"}, {"Subject", " x"}};
  fields.insert(fields.begin(),
                support::sign(fields, "Hello.\r\n", key,
                              "v=1; a=rsa-sha256; c=relaxed/relaxed; s=s1; h=from:subject; d=" +
                                  domain + "; " + times));
  return support::to_headers(fields);
}

}  // namespace

TEST_CASE("x= is judged by when a relay of ours received the message", "[verify][RFC 6376 §3.5]") {
  Lab lab;
  lab.now = signed_time;
  lab.connection.relay = base::IpAddress::parse("198.51.100.7");
  const auto status = [&](std::optional<std::chrono::hours> ago) {
    lab.connection.received_at.reset();
    if (ago) lab.connection.received_at = lab.now - *ago;
    return lab.judge(signed_by(lab, "example.com", "x=1789990000")).dkim.at(0).status;
  };
  using std::chrono::hours;
  CHECK(status(std::nullopt) == dkim::Status::fail);
  CHECK(status(hours(1)) == dkim::Status::fail);
  CHECK(status(hours(3)) == dkim::Status::pass);
  CHECK(status(hours(7 * 24)) == dkim::Status::pass);
  // No queue keeps mail for longer, and no message was received in the future: its clock is wrong.
  CHECK(status(hours(7 * 24 + 1)) == dkim::Status::fail);
  CHECK(status(hours(-1)) == dkim::Status::fail);
}

TEST_CASE("expired signatures of several signers put our clock in doubt, not those of one",
          "[verify][RFC 6376 §3.5]") {
  Lab lab;
  lab.now = signed_time;
  const auto judge_from = [&](const std::string& client, const std::string& domain) {
    lab.connection.client = base::IpAddress::parse(client);
    return lab.judge(signed_by(lab, domain, "t=1789900000; x=1789990000")).dkim.at(0).reason;
  };
  for (int i = 0; i < 9; ++i)
    CHECK(judge_from("192.0.2.1", "a.example") == dkim::Reason::expired);
  CHECK(judge_from("198.51.100.1", "b.example") == dkim::Reason::expired);
  CHECK(judge_from("203.0.113.1", "c.example") == dkim::Reason::expired);
  CHECK(judge_from("192.0.2.1", "d.example") == dkim::Reason::clock_in_doubt);
}

TEST_CASE("mail of a relay says nothing of our clock", "[verify]") {
  Lab lab;
  lab.now = signed_time;
  lab.connection.relay = base::IpAddress::parse("198.51.100.7");
  (void)lab.judge(signed_by(lab, "a.example", "x=1789990000"));
  CHECK(lab.clock.state(std::chrono::steady_clock::now()).ahead == 0);
}

TEST_CASE("fields that are there too often are named", "[verify][RFC 6376 §8.15]") {
  Lab lab;
  const verify::Facts facts = lab.judge(headers_of(
      {from, {"To", " a@e.net"}, {"Subject", " a"}, {"subject", " b"}, {"To", " b@e.net"}}));
  CHECK(facts.message.repeated_fields == std::vector<std::string>{"to", "subject"});
}
