#include "verify/dmarc/discovery.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/dmarc_world.hpp"

namespace {

using dmarc::SameOrganization;
using support::domain;
using support::FakeResolver;
using support::publish;
using support::Published;
using support::tree_walk;

std::vector<std::string> texts(const std::vector<base::Domain>& names) {
  std::vector<std::string> all;
  for (const base::Domain& name : names)
    all.push_back(name.text());
  return all;
}

}  // namespace

TEST_CASE("the walk goes up label by label to the top", "[dmarc][RFC 9989 §4.10]") {
  CHECK(texts(dmarc::walk_names(domain("mail.example.com"))) ==
        std::vector<std::string>{"mail.example.com", "example.com", "com"});
  CHECK(texts(dmarc::walk_names(domain("com"))) == std::vector<std::string>{"com"});
  CHECK(dmarc::walk_names(domain("a.b.c.d.e.f.example.com")).size() == 8);
  CHECK(dmarc::record_question(domain("Example.com")) ==
        dns::Question{"_dmarc.example.com", dns::Type::txt});
  CHECK(dmarc::existence_question(domain("example.com")).name == "example.com");
}

TEST_CASE("past eight labels the walk jumps to the seven right-most", "[dmarc][RFC 9989 §4.10]") {
  // The example of RFC 9989 §4.10, 13 labels: eight queries.
  CHECK(texts(dmarc::walk_names(domain("a.b.c.d.e.f.g.h.i.j.mail.example.com"))) ==
        std::vector<std::string>{"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
                                 "h.i.j.mail.example.com", "i.j.mail.example.com",
                                 "j.mail.example.com", "mail.example.com", "example.com", "com"});
  CHECK(texts(dmarc::walk_names(domain("a.b.c.d.e.f.g.example.com")))[1] ==
        "c.d.e.f.g.example.com");
}

TEST_CASE("a name with no room for _dmarc is left out", "[dmarc][RFC 1035 §2.3.4]") {
  const std::string label(62, 'a');
  const base::Domain longest = domain(label + "." + label + "." + label + "." + label + ".a");
  REQUIRE(longest.text().size() == 253);
  const std::vector<base::Domain> names = dmarc::walk_names(longest);
  REQUIRE(names.size() == 4);
  CHECK(names.front() == longest.suffix(4));
  FakeResolver dns;
  publish(dns, {{"a", "v=DMARC1; p=reject"}});
  CHECK(organization(tree_walk(dns, longest.text())) == domain("a"));
}

TEST_CASE("the organizational domain", "[dmarc][RFC 9989 §4.10.2]") {
  struct Row {
    const char* what;
    std::vector<Published> records;
    const char* start;
    const char* organization;
  };
  const auto row = GENERATE(values<Row>({
      {"simple: a record at the domain (B.4.1)",
       {{"example.com", "v=DMARC1; p=none"}},
       "example.com",
       "example.com"},
      {"simple: a record above (B.4.1)",
       {{"example.com", "v=DMARC1; p=none"}},
       "mail.example.com",
       "example.com"},
      {"deep: records between do not count, the shortest name does (B.4.2)",
       {{"a.mail.example.com", "v=DMARC1; p=none"}, {"example.com", "v=DMARC1; p=reject"}},
       "a.mail.example.com",
       "example.com"},
      {"giant.bank.example below a psd=y (B.4.3)",
       {{"giant.bank.example", "v=DMARC1; p=reject"},
        {"bank.example", "v=DMARC1; p=reject; psd=y"}},
       "mail.giant.bank.example",
       "giant.bank.example"},
      {"mega.bank.example has no record of its own (B.4.3)",
       {{"bank.example", "v=DMARC1; p=reject; psd=y"}},
       "mail.mega.bank.example",
       "mega.bank.example"},
      {"psd=y above only: one label below, not the suffix itself",
       {{"gov.uk", "v=DMARC1; p=reject; psd=y"}},
       "x.gov.uk",
       "x.gov.uk"},
      {"psd=y at the start is the organization itself",
       {{"bank.example", "v=DMARC1; p=reject; psd=y"}, {"example", "v=DMARC1; p=none"}},
       "bank.example",
       "bank.example"},
      {"psd=n ends the walk and is the organization",
       {{"mail.example.com", "v=DMARC1; p=none; psd=n"}, {"example.com", "v=DMARC1; p=none"}},
       "a.mail.example.com",
       "mail.example.com"},
      {"psd=n at the start (§11.8)",
       {{"a.example.com", "v=DMARC1; psd=n"}, {"example.com", "v=DMARC1; p=none"}},
       "a.example.com",
       "a.example.com"},
      {"psd=u is no decision",
       {{"mail.example.com", "v=DMARC1; psd=u"}, {"com", "v=DMARC1; psd=y"}},
       "mail.example.com",
       "example.com"},
      {"a record without p counts in the walk",
       {{"example.com", "v=DMARC1"}},
       "mail.example.com",
       "example.com"},
      {"nothing anywhere: the start (§5.1.8)", {}, "a.example.com", "a.example.com"},
      {"one label below psd=y even where the shortcut skipped that name",
       {{"d.e.f.g.h.i.j", "v=DMARC1; p=none; psd=y"}},
       "a.b.c.d.e.f.g.h.i.j",
       "c.d.e.f.g.h.i.j"},
      {"a record at a name the shortcut skips is never found (§5.1.8)",
       {{"c.d.e.f.g.h.i.j", "v=DMARC1; p=none"}},
       "a.b.c.d.e.f.g.h.i.j",
       "a.b.c.d.e.f.g.h.i.j"},
  }));
  INFO(row.what);
  FakeResolver dns;
  publish(dns, row.records);
  CHECK(organization(tree_walk(dns, row.start)).text() == row.organization);
}

TEST_CASE("several records at a name are dropped and the walk goes on", "[dmarc][RFC 9989 §4.10]") {
  FakeResolver dns;
  publish(dns, {{"a.example.com", "v=DMARC1; p=none; psd=n"},
                {"a.example.com", "v=DMARC1; p=reject; psd=n"},
                {"example.com", "v=DMARC1; p=reject"}});
  const dmarc::Walk walk = tree_walk(dns, "a.example.com");
  REQUIRE(walk.records.size() == 1);
  CHECK(walk.records.front().first == domain("example.com"));
}

TEST_CASE("TXT records that are no DMARC record are dropped", "[dmarc][RFC 9989 §4.10]") {
  FakeResolver dns;
  publish(dns, {{"example.com", "verification=1234"},
                {"example.com", "v=DMARC1; p=reject"},
                {"example.com", "v=dmarc1; p=none"}});
  const dmarc::Walk walk = tree_walk(dns, "example.com");
  REQUIRE(walk.records.size() == 1);
  CHECK(walk.records.front().second.policy == dmarc::Policy::reject);
}

TEST_CASE("psd= ends the walk", "[dmarc][RFC 9989 §4.10]") {
  FakeResolver dns;
  publish(dns, {{"example.com", "v=DMARC1; psd=n"}, {"com", "v=DMARC1; psd=y"}});
  dns.servfail("_dmarc.com");
  const dmarc::Walk walk = tree_walk(dns, "example.com");
  CHECK(walk.records.size() == 1);
  CHECK(walk.unreachable.empty());  // Never needed.
}

TEST_CASE("answers that are missing are names not reached", "[dmarc]") {
  const dmarc::Walk walk = dmarc::walk(domain("a.example.com"), {});
  CHECK(texts(walk.unreachable) == std::vector<std::string>{"a.example.com", "example.com", "com"});
  CHECK(organization(walk) == domain("a.example.com"));
}

TEST_CASE("an organization is uncertain when an unreachable name could change it", "[dmarc]") {
  struct Row {
    std::vector<Published> records;
    const char* start;
    const char* unreachable;
    bool uncertain;
  };
  const auto row = GENERATE(values<Row>({
      {{}, "example.com", "example.com", false},  // Whatever is there, it is the start.
      {{}, "example.com", "com", true},           // psd=n there would make it com.
      {{{"com", "v=DMARC1; psd=y"}}, "example.com", "example.com", false},
      {{{"example.com", "v=DMARC1"}}, "a.example.com", "a.example.com", true},
      {{{"com", "v=DMARC1; psd=y"}}, "a.example.com", "example.com", true},  // psd=y there.
      {{{"example.com", "v=DMARC1; psd=n"}}, "a.example.com", "com", false},
      {{{"example.com", "v=DMARC1"}}, "a.example.com", "none.example", false},
  }));
  INFO(row.start << " without " << row.unreachable);
  FakeResolver dns;
  publish(dns, row.records);
  dns.timeout("_dmarc." + std::string(row.unreachable));
  CHECK(organization_is_uncertain(tree_walk(dns, row.start)) == row.uncertain);
}

TEST_CASE("organizations are compared each by its own walk", "[dmarc][RFC 9989 §4.4.1]") {
  struct Row {
    const char* what;
    std::vector<Published> records;
    const char* a;
    const char* b;
    const char* unreachable;
    SameOrganization same;
  };
  const auto row = GENERATE(values<Row>({
      {"siblings",
       {{"example.com", "v=DMARC1"}},
       "a.example.com",
       "b.example.com",
       "x",
       SameOrganization::yes},
      {"strangers",
       {{"example.com", "v=DMARC1"}},
       "example.com",
       "other.com",
       "x",
       SameOrganization::no},
      {"a sibling that says psd=n stands apart",
       {{"example.com", "v=DMARC1"}, {"b.example.com", "v=DMARC1; psd=n"}},
       "a.example.com",
       "b.example.com",
       "x",
       SameOrganization::no},
      {"parent and child, whatever the top says, are together",
       {{"example.com", "v=DMARC1"}},
       "example.com",
       "mail.example.com",
       "com",
       SameOrganization::yes},
      {"siblings below an unknown name could be together or not",
       {{"com", "v=DMARC1"}},
       "a.example.com",
       "b.example.com",
       "example.com",
       SameOrganization::unknown},
      {"a stranger's own failure does not bring it nearer",
       {{"example.com", "v=DMARC1"}},
       "example.com",
       "mail.attacker.com",
       "attacker.com",
       SameOrganization::no},
      {"strangers under one unknown top could share a psd=n",
       {{"example.com", "v=DMARC1"}},
       "example.com",
       "other.com",
       "com",
       SameOrganization::unknown},
      {"a failure at one of the two could set it apart",
       {{"example.com", "v=DMARC1"}},
       "a.example.com",
       "b.example.com",
       "b.example.com",
       SameOrganization::unknown},
  }));
  INFO(row.what);
  FakeResolver dns;
  publish(dns, row.records);
  dns.servfail("_dmarc." + std::string(row.unreachable));
  const dmarc::Walk a = tree_walk(dns, row.a);
  const dmarc::Walk b = tree_walk(dns, row.b);
  CHECK(same_organization(a, b) == row.same);
  CHECK(same_organization(b, a) == row.same);
}
