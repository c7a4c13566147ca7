#include "verify/dmarc/judge.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/dmarc_world.hpp"

namespace {

using dmarc::Method;
using dmarc::Policy;
using dmarc::Result;
using dmarc::Status;
using support::domain;
using support::FakeResolver;
using support::tree_walk;

using support::Claim;
using support::evidence;
using support::judged;
using support::publish;
using support::Published;

const Claim dkim_org{Method::dkim, "example.com", false};

}  // namespace

TEST_CASE("alignment", "[dmarc][RFC 9989 §4.4]") {
  struct Row {
    const char* what;
    const char* record;  // At example.com.
    const char* author;
    Claim claim;
    bool aligned;
  };
  const char* relaxed = "v=DMARC1; p=reject";
  const char* strict = "v=DMARC1; p=reject; adkim=s; aspf=s";
  // clang-format off
  const auto row = GENERATE_COPY(values<Row>({
      {"identical, relaxed", relaxed, "example.com", {Method::dkim, "example.com"}, true},
      {"identical, strict", strict, "example.com", {Method::dkim, "example.com"}, true},
      {"identical, strict, by SPF", strict, "example.com", {Method::spf, "example.com"}, true},
      {"case does not count", strict, "Example.COM", {Method::dkim, "EXAMPLE.com"}, true},
      {"identical subdomain, strict", strict, "a.example.com", {Method::spf, "a.example.com"},
       true},
      {"child, relaxed", relaxed, "example.com", {Method::dkim, "mail.example.com"}, true},
      {"child, strict", strict, "example.com", {Method::dkim, "mail.example.com"}, false},
      {"child, strict, by SPF", strict, "example.com", {Method::spf, "mail.example.com"}, false},
      {"parent, relaxed", relaxed, "news.example.com", {Method::spf, "example.com"}, true},
      {"parent, strict", strict, "news.example.com", {Method::spf, "example.com"}, false},
      {"siblings, relaxed", relaxed, "a.example.com", {Method::spf, "b.example.com"}, true},
      {"stranger", relaxed, "example.com", {Method::dkim, "example.org"}, false},
      {"the name as a prefix", relaxed, "example.com", {Method::dkim, "example.com.evil.org"},
       false},
      {"the name as a suffix", relaxed, "example.com", {Method::dkim, "evilexample.com"}, false},
      {"the top-level domain", relaxed, "example.com", {Method::dkim, "com"}, false},
      {"adkim=s leaves SPF relaxed", "v=DMARC1; p=reject; adkim=s", "example.com",
       {Method::spf, "mail.example.com"}, true},
      {"aspf=s leaves DKIM relaxed", "v=DMARC1; p=reject; aspf=s", "example.com",
       {Method::dkim, "mail.example.com"}, true},
      {"adkim=s binds DKIM", "v=DMARC1; p=reject; adkim=s", "example.com",
       {Method::dkim, "mail.example.com"}, false},
      {"aspf=s binds SPF", "v=DMARC1; p=reject; aspf=s", "example.com",
       {Method::spf, "mail.example.com"}, false},
  }));
  // clang-format on
  INFO(row.what);
  FakeResolver dns;
  publish(dns, {{"example.com", row.record}});
  const Result result = judged(dns, row.author, {row.claim});
  CHECK(result.status == (row.aligned ? Status::pass : Status::fail));
  CHECK(result.dkim_aligned == (row.aligned && row.claim.method == Method::dkim));
  CHECK(result.spf_aligned == (row.aligned && row.claim.method == Method::spf));
  CHECK(result.published == Policy::reject);
  CHECK(result.policy_domain == domain("example.com"));
  CHECK(result.record.has_value());
}

TEST_CASE("each identifier is aligned by its own walk", "[dmarc][RFC 9989 §4.4.1]") {
  FakeResolver dns;
  publish(dns, {{"example.com", "v=DMARC1; p=reject"}, {"b.example.com", "v=DMARC1; psd=n"}});
  CHECK(judged(dns, "a.example.com", {{Method::spf, "b.example.com"}}).status == Status::fail);
  CHECK(judged(dns, "a.example.com", {{Method::spf, "c.example.com"}}).status == Status::pass);
}

TEST_CASE("an identifier without a walk aligns by being the author domain", "[dmarc]") {
  FakeResolver dns;
  publish(dns, {{"example.com", "v=DMARC1; p=reject"}});
  dmarc::Evidence made = evidence(dns, "example.com", {dkim_org});
  made.identifiers.front().walk = {};
  CHECK(judge(made).status == Status::pass);
  made.identifiers.front().domain = domain("mail.example.com");
  CHECK(judge(made).status == Status::fail);
}

TEST_CASE("bank.example: below a psd=y giant aligns and mega does not", "[dmarc][RFC 9989 B.4.3]") {
  FakeResolver dns;
  publish(dns, {{"bank.example", "v=DMARC1; p=reject; psd=y"},
                {"giant.bank.example", "v=DMARC1; p=quarantine"}});
  const Result own = judged(dns, "giant.bank.example", {{Method::dkim, "mail.giant.bank.example"}});
  CHECK(own.status == Status::pass);
  CHECK(own.published == Policy::quarantine);
  const Result other = judged(dns, "giant.bank.example", {{Method::spf, "mail.mega.bank.example"}});
  CHECK(other.status == Status::fail);
  // mega has no record: that of the suffix applies, and the suffix itself does not align.
  const Result mega = judged(dns, "mega.bank.example", {{Method::spf, "bank.example"}});
  CHECK(mega.status == Status::fail);
  CHECK(mega.organization == domain("mega.bank.example"));
  CHECK(mega.policy_domain == domain("bank.example"));
}

TEST_CASE("psd=y at the author domain: its own p applies", "[dmarc][RFC 9989 §4.10.2]") {
  FakeResolver dns;
  publish(dns, {{"bank.example", "v=DMARC1; p=reject; sp=none; psd=y"}});
  const Result result = judged(dns, "bank.example", {{Method::spf, "mail.bank.example"}});
  CHECK(result.status == Status::fail);
  CHECK(result.published == Policy::reject);
  CHECK(result.policy_tag == "p");
  CHECK(result.organization == domain("bank.example"));
}

TEST_CASE("which record and which tag speak for the author domain", "[dmarc][RFC 9989 §4.10.1]") {
  struct Row {
    const char* what;
    std::vector<Published> records;
    const char* author;  // Names under "ghost" do not exist.
    Status status;
    Policy policy;
    const char* tag;
    const char* from;
  };
  // clang-format off
  const auto row = GENERATE(values<Row>({
      {"the author's own record: p", {{"example.com", "v=DMARC1; p=reject; sp=none; np=none"}},
       "example.com", Status::fail, Policy::reject, "p", "example.com"},
      {"a subdomain that exists: sp",
       {{"example.com", "v=DMARC1; p=reject; sp=quarantine; np=none"}}, "a.example.com",
       Status::fail, Policy::quarantine, "sp", "example.com"},
      {"a subdomain that exists, no sp: p", {{"example.com", "v=DMARC1; p=reject; np=none"}},
       "a.example.com", Status::fail, Policy::reject, "p", "example.com"},
      {"a subdomain that does not exist: np",
       {{"example.com", "v=DMARC1; p=none; sp=none; np=reject"}}, "ghost.example.com",
       Status::fail, Policy::reject, "np", "example.com"},
      {"does not exist, no np: sp", {{"example.com", "v=DMARC1; p=none; sp=reject"}},
       "ghost.example.com", Status::fail, Policy::reject, "sp", "example.com"},
      {"does not exist, neither: p", {{"example.com", "v=DMARC1; p=reject"}}, "ghost.example.com",
       Status::fail, Policy::reject, "p", "example.com"},
      {"a non-existent author's own record: p all the same",
       {{"ghost.example.com", "v=DMARC1; p=quarantine; np=none"}}, "ghost.example.com",
       Status::fail, Policy::quarantine, "p", "ghost.example.com"},
      {"records between author and organization give no policy",
       {{"b.c.example.com", "v=DMARC1; p=none"}, {"example.com", "v=DMARC1; p=reject"}},
       "a.b.c.example.com", Status::fail, Policy::reject, "p", "example.com"},
      {"the public suffix, when the organization has no record: sp",
       {{"psd.example", "v=DMARC1; p=none; sp=quarantine; np=reject; psd=y"}}, "a.psd.example",
       Status::fail, Policy::quarantine, "sp", "psd.example"},
      {"the public suffix never, when the organization has one",
       {{"psd.example", "v=DMARC1; p=reject; psd=y"}, {"a.psd.example", "v=DMARC1; p=none"}},
       "b.a.psd.example", Status::fail, Policy::none, "p", "a.psd.example"},
      {"several records at the author are none: the walk goes on",
       {{"a.example.com", "v=DMARC1; p=none"}, {"a.example.com", "v=DMARC1; p=quarantine"},
       {"example.com",
       "v=DMARC1; p=reject; sp=quarantine"}}, "a.example.com", Status::fail, Policy::quarantine, "sp", "example.com"},
      {"no p but somebody wants reports: none",
       {{"example.com", "v=DMARC1; rua=mailto:r@x.example"}}, "example.com", Status::fail,
       Policy::none, "p", "example.com"},
      {"garbage p with rua: none", {{"example.com", "v=DMARC1; p=rejct; rua=mailto:r@x.example"}},
       "example.com", Status::fail, Policy::none, "p", "example.com"},
      {"garbage np with rua: none, though sp is good",
       {{"example.com", "v=DMARC1; p=reject; sp=reject; np=x; rua=mailto:r@x.example"}},
       "a.example.com", Status::fail, Policy::none, "p", "example.com"},
      {"no p, no rua: no DMARC", {{"example.com", "v=DMARC1; sp=reject"}}, "example.com",
       Status::none, Policy::none, "", ""},
      {"a bare psd=y record is no policy", {{"gov.uk", "v=DMARC1; psd=y"}}, "x.gov.uk",
       Status::none, Policy::none, "", ""},
      {"garbage p, no rua: permerror", {{"example.com", "v=DMARC1; p=rejct"}}, "example.com",
       Status::permerror, Policy::none, "", ""},
      {"garbage sp, no valid rua: permerror",
       {{"example.com", "v=DMARC1; p=reject; sp=x; rua=r@x"}}, "example.com", Status::permerror,
       Policy::none, "", ""},
      {"pct is history: the policy is not halved", {{"example.com", "v=DMARC1; p=reject; pct=0"}},
       "example.com", Status::fail, Policy::reject, "p", "example.com"},
      {"no record anywhere", {}, "example.com", Status::none, Policy::none, "", ""},
  }));
  // clang-format on
  INFO(row.what);
  FakeResolver dns;
  publish(dns, row.records);
  for (const char* name : {"a.example.com", "a.b.c.example.com", "a.psd.example"}) {
    dns.add_a(name, "192.0.2.1");
  }
  dns.nxdomain("ghost.example.com");
  const Result result = judged(dns, row.author, {});
  CHECK(result.status == row.status);
  CHECK(result.policy == row.policy);
  CHECK(result.published == row.policy);
  CHECK(result.policy_tag == row.tag);
  CHECK((result.policy_domain ? result.policy_domain->text() : "") == row.from);
  CHECK(result.reason.empty() == (row.status == Status::fail));
}

TEST_CASE("NOERROR without data is existence", "[dmarc][RFC 9989 §3.2.13]") {
  FakeResolver dns;
  publish(dns, {{"example.com", "v=DMARC1; p=none; np=reject"}});
  dns.add_empty("a.example.com");
  CHECK(judged(dns, "a.example.com", {}).policy == Policy::none);
}

TEST_CASE("existence is asked for only where np= is inherited", "[dmarc][RFC 9989 §4.10.1]") {
  FakeResolver dns;
  publish(dns, {{"np.example", "v=DMARC1; p=none; np=reject"}, {"p.example", "v=DMARC1; p=none"}});
  CHECK(dmarc::needs_existence(tree_walk(dns, "a.np.example")));
  CHECK_FALSE(dmarc::needs_existence(tree_walk(dns, "np.example")));
  CHECK_FALSE(dmarc::needs_existence(tree_walk(dns, "a.p.example")));
  CHECK_FALSE(dmarc::needs_existence(tree_walk(dns, "a.example")));
}

TEST_CASE("without a record nothing is aligned", "[dmarc][RFC 9989 §4.10.1]") {
  FakeResolver dns;
  const Result result = judged(dns, "example.com", {dkim_org});
  CHECK(result.status == Status::none);
  CHECK_FALSE(result.dkim_aligned);
  CHECK(result.organization == domain("example.com"));
}

TEST_CASE("t=y lowers the policy one step", "[dmarc][RFC 9989 §4.7]") {
  struct Row {
    const char* record;
    Policy published;
    Policy applied;
  };
  // clang-format off
  const auto row = GENERATE(values<Row>({
      {"v=DMARC1; p=reject; t=y", Policy::reject, Policy::quarantine},
      {"v=DMARC1; p=quarantine; t=y", Policy::quarantine, Policy::none},
      {"v=DMARC1; p=none; t=y", Policy::none, Policy::none},
      {"v=DMARC1; p=reject; t=n", Policy::reject, Policy::reject},
  }));
  // clang-format on
  INFO(row.record);
  FakeResolver dns;
  publish(dns, {{"example.com", row.record}});
  for (const bool passes : {false, true}) {
    std::vector<Claim> claims;
    if (passes) claims.push_back(dkim_org);
    const Result result = judged(dns, "example.com", claims);
    CHECK(result.status == (passes ? Status::pass : Status::fail));
    CHECK(result.published == row.published);
    CHECK(result.policy == row.applied);
  }
}

TEST_CASE("temporary failures are neither pass nor fail", "[dmarc][RFC 9989 §4.10.1]") {
  struct Row {
    const char* what;
    std::vector<Published> records;
    const char* author;
    std::vector<Claim> claims;
    std::vector<std::string> unreachable;
    Status status;
  };
  const std::vector<Published> strict{{"example.com", "v=DMARC1; p=reject; adkim=s; aspf=s"}};
  const std::vector<Published> simple{{"example.com", "v=DMARC1; p=reject"}};
  const Claim spf_temporary{Method::spf, "mail.example.com", true};
  // clang-format off
  const auto row = GENERATE_COPY(values<Row>({
      {"the author's record", simple, "a.example.com", {}, {"_dmarc.a.example.com"},
       Status::temperror},
      {"the author's record, though something passed", simple, "example.com", {dkim_org},
       {"_dmarc.example.com"}, Status::temperror},
      {"a name above an author without a record", simple, "a.b.example.com", {},
       {"_dmarc.b.example.com"}, Status::temperror},
      {"the only other name, and no record", {}, "example.com", {}, {"_dmarc.com"},
       Status::temperror},
      {"a name above an author with a record: nothing to align", simple, "example.com", {},
       {"_dmarc.com"}, Status::fail},
      {"the same, identical identifier", simple, "example.com", {dkim_org}, {"_dmarc.com"},
       Status::pass},
      {"the same, child: together whatever com says", simple, "example.com",
       {{Method::dkim, "mail.example.com"}}, {"_dmarc.com"}, Status::pass},
      {"strict alignment never needs the parent",
       {{"mail.example.com", "v=DMARC1; p=reject; adkim=s"}}, "mail.example.com",
       {{Method::dkim, "mail.example.com"}}, {"_dmarc.example.com"}, Status::pass},
      {"the organization decides and is unknown", {{"a.example.com", "v=DMARC1; p=reject"}},
       "a.example.com", {{Method::spf, "b.example.com"}}, {"_dmarc.example.com"},
       Status::temperror},
      {"an attacker's own broken name changes nothing", simple, "example.com",
       {{Method::dkim, "mail.attacker.com"}}, {"_dmarc.attacker.com", "_dmarc.mail.attacker.com"},
       Status::fail},
      {"a temporary identifier that would align", simple, "example.com", {spf_temporary}, {},
       Status::temperror},
      {"a temporary identifier that is the author", simple, "example.com",
       {{Method::dkim, "example.com", true}}, {}, Status::temperror},
      {"a temporary stranger", simple, "example.com", {{Method::dkim, "example.org", true}}, {},
       Status::fail},
      {"a temporary child under strict alignment", strict, "example.com", {spf_temporary}, {},
       Status::fail},
      {"a temporary attacker whose names are broken too", simple, "example.com",
       {{Method::dkim, "attacker.com", true}}, {"_dmarc.attacker.com"}, Status::fail},
      {"an aligned pass outweighs any temporary error", simple, "example.com",
       {spf_temporary, dkim_org}, {}, Status::pass},
      {"an unaligned pass does not", simple, "example.com",
       {spf_temporary, {Method::dkim, "example.org"}}, {}, Status::temperror},
      {"temporary, but the domain has no DMARC", {}, "example.com", {spf_temporary}, {},
       Status::none},
      {"existence, where np differs", {{"example.com", "v=DMARC1; p=none; np=reject"}},
       "a.example.com", {}, {"a.example.com"}, Status::temperror},
      {"existence, where np says the same", {{"example.com", "v=DMARC1; p=reject; np=reject"}},
       "a.example.com", {}, {"a.example.com"}, Status::fail},
      {"existence, without np", {{"example.com", "v=DMARC1; p=none; sp=reject"}}, "a.example.com",
       {}, {"a.example.com"}, Status::fail},
      {"existence, where the author has a record",
       {{"a.example.com", "v=DMARC1; p=none; np=reject"}}, "a.example.com", {}, {"a.example.com"},
       Status::fail},
      {"existence, but the message passes", {{"example.com", "v=DMARC1; p=none; np=reject"}},
       "a.example.com", {dkim_org}, {"a.example.com"}, Status::pass},
  }));
  // clang-format on
  INFO(row.what);
  const bool hangs = GENERATE(false, true);
  FakeResolver dns;
  publish(dns, row.records);
  for (const std::string& name : row.unreachable)
    hangs ? dns.timeout(name) : dns.servfail(name);
  const Result result = judged(dns, row.author, row.claims);
  CHECK(result.status == row.status);
  CHECK(result.reason.empty() == (row.status == Status::pass || row.status == Status::fail));
  if (result.status == Status::temperror) {
    CHECK_FALSE(result.dkim_aligned);
    CHECK_FALSE(result.spf_aligned);
    if (result.record) CHECK_FALSE(result.policy_tag.empty());
  }
}

TEST_CASE("a temperror with a known record says which policy it was about", "[dmarc]") {
  FakeResolver dns;
  publish(dns, {{"example.com", "v=DMARC1; p=reject; t=y"}});
  const Result result = judged(dns, "example.com", {{Method::spf, "mail.example.com", true}});
  CHECK(result.status == Status::temperror);
  CHECK(result.published == Policy::reject);
  CHECK(result.policy == Policy::quarantine);
  CHECK(result.reason == "spf mail.example.com could still align");
}

TEST_CASE("statuses are spelled as in RFC 9989 §9.2", "[dmarc]") {
  CHECK(dmarc::name(Status::none) == "none");
  CHECK(dmarc::name(Status::pass) == "pass");
  CHECK(dmarc::name(Status::fail) == "fail");
  CHECK(dmarc::name(Status::temperror) == "temperror");
  CHECK(dmarc::name(Status::permerror) == "permerror");
}
