#include "policy/corroboration.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

namespace {

using Evidence = std::vector<std::string>;
using policy::Claim;
using policy::corroborate;
using support::dkim_result;
using support::facts_of;
using support::spf_result;

struct CorroborationRow {
  const char* what;
  std::vector<spf::Result> spf;
  std::vector<dkim::Result> dkim;
  std::optional<iprev::Status> iprev;
  Evidence evidence;
  bool sufficient;
};

verify::Facts failed(const CorroborationRow& row) {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  made.spf = row.spf;
  made.dkim = row.dkim;
  if (row.iprev) made.iprev = iprev::Result{.status = *row.iprev, .name = std::nullopt};
  return made;
}

const auto spf_pass_elsewhere = spf_result(spf::Status::pass, "bounce.example");
const auto broken =
    dkim_result(dkim::Status::fail, "example.com", dkim::Reason::body_hash_mismatch);

}  // namespace

TEST_CASE("what speaks for rejecting", "[policy][RFC 9989 §7.4]") {
  const auto row = GENERATE(values<CorroborationRow>({
      {"no SPF, no signature", {}, {}, {}, {"nothing-authenticated"}, true},
      {"SPF of another domain passes", {spf_pass_elsewhere}, {}, {}, {}, false},
      {"signatures that fail authenticate nothing",
       {spf_result(spf::Status::softfail, "bounce.example")},
       {broken},
       iprev::Status::pass,
       {"nothing-authenticated"},
       true},
      {"HELO is not MAIL FROM",
       {spf_result(spf::Status::pass, "mail.example"),
        spf_result(spf::Status::none, "bounce.example")},
       {},
       {},
       {"nothing-authenticated"},
       true},
      {"-all of the author's own domain",
       {spf_result(spf::Status::fail, "example.com")},
       {},
       {},
       {"nothing-authenticated", "spf-fail"},
       true},
      {"-all of a domain in the author's organization",
       {spf_result(spf::Status::fail, "mail.example.com")},
       {},
       {},
       {"nothing-authenticated", "spf-fail"},
       true},
      {"-all of somebody else",
       {spf_result(spf::Status::fail, "bounce.example")},
       {},
       {},
       {"nothing-authenticated"},
       true},
      {"~all of the author's own domain",
       {spf_result(spf::Status::softfail, "example.com")},
       {},
       {},
       {"nothing-authenticated"},
       true},
      {"a client without confirmed reverse name",
       {spf_pass_elsewhere},
       {},
       iprev::Status::fail,
       {"no-fcrdns"},
       true},
      {"a client without reverse name",
       {spf_pass_elsewhere},
       {},
       iprev::Status::permerror,
       {"no-fcrdns"},
       true},
      {"a confirmed client", {spf_pass_elsewhere}, {}, iprev::Status::pass, {}, false},
      {"a passing signature of somebody else",
       {},
       {broken, dkim_result(dkim::Status::pass, "list.example")},
       {},
       {"-other-signature"},
       false},
      {"-all, and a passing signature of somebody else",
       {spf_result(spf::Status::fail, "example.com")},
       {dkim_result(dkim::Status::pass, "list.example")},
       iprev::Status::fail,
       {"spf-fail", "no-fcrdns", "-other-signature"},
       false},
  }));
  INFO(row.what);
  const policy::Corroboration found = corroborate(failed(row), Claim::none);
  CHECK(found.evidence == row.evidence);
  CHECK(found.sufficient == row.sufficient);
}

TEST_CASE("temporary errors corroborate nothing, and leave in doubt what they hide",
          "[policy][RFC 9989 §5.3.6]") {
  const auto row = GENERATE(values<CorroborationRow>({
      {"SPF", {spf_result(spf::Status::temperror, "example.com")}, {}, {}, {"-unchecked"}, false},
      {"DKIM",
       {},
       {dkim_result(dkim::Status::temperror, "other.example")},
       {},
       {"-unchecked"},
       false},
      {"reverse name", {spf_pass_elsewhere}, {}, iprev::Status::temperror, {"-unchecked"}, false},
  }));
  INFO(row.what);
  const policy::Corroboration found = corroborate(failed(row), Claim::none);
  CHECK(found.evidence == row.evidence);
  CHECK_FALSE(found.sufficient);
  CHECK(found.in_doubt);
}

TEST_CASE("a temporary error that cannot turn the outcome leaves no doubt", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  made.iprev = iprev::Result{.status = iprev::Status::temperror, .name = std::nullopt};
  CHECK(corroborate(made, Claim::none).evidence == Evidence{"nothing-authenticated"});
  CHECK(corroborate(made, Claim::none).sufficient);
  made.dkim = {dkim_result(dkim::Status::pass, "list.example"),
               dkim_result(dkim::Status::temperror, "other.example")};
  CHECK(corroborate(made, Claim::none).evidence == Evidence{"-other-signature"});
  CHECK_FALSE(corroborate(made, Claim::none).in_doubt);
}

TEST_CASE("signs of indirect mail speak against rejecting", "[policy][RFC 7960]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  made.iprev = iprev::Result{.status = iprev::Status::fail, .name = std::nullopt};
  REQUIRE(corroborate(made, Claim::none).sufficient);

  SECTION("a mailing list whose MAIL FROM passes SPF") {
    made.message.list_mail = true;
    made.spf = {spf_pass_elsewhere};
    CHECK(corroborate(made, Claim::none).evidence == Evidence{"no-fcrdns", "-list-mail"});
  }
  SECTION("an ARC chain that verifies") {
    made.arc.status = arc::Status::pass;
    CHECK(corroborate(made, Claim::none).evidence ==
          Evidence{"nothing-authenticated", "no-fcrdns", "-arc-chain"});
  }
  SECTION("a broken ARC chain beside a signature") {
    made.arc.status = arc::Status::fail;
    made.dkim = {dkim_result(dkim::Status::pass, "list.example")};
    CHECK(corroborate(made, Claim::none).evidence ==
          Evidence{"no-fcrdns", "-arc-chain", "-other-signature"});
  }
  SECTION("a chain whose keys could not be had") {
    made.arc.status = arc::Status::fail;
    made.arc.sealers.push_back({support::name("list.example"), "s1", {}});
    CHECK(corroborate(made, Claim::none).evidence ==
          Evidence{"nothing-authenticated", "no-fcrdns", "-unchecked"});
  }
  SECTION("a signature that could not be checked") {
    made.dkim = {dkim_result(dkim::Status::temperror, "list.example")};
    CHECK(corroborate(made, Claim::none).evidence == Evidence{"no-fcrdns", "-unchecked"});
  }
  SECTION("a rewritten sender that could not be checked") {
    made.spf = {spf_result(spf::Status::temperror, "bounce.example")};
    made.message.mail_from_rewritten = true;
    CHECK(corroborate(made, Claim::none).evidence == Evidence{"no-fcrdns", "-unchecked"});
  }
  SECTION("a forwarder that rewrites the sender") {
    made.spf = {spf_pass_elsewhere};
    made.message.mail_from_rewritten = true;
    CHECK(corroborate(made, Claim::none).evidence == Evidence{"no-fcrdns", "-forwarder"});
  }
  SECTION("a forwarder that does not rewrite, by a confirmed name") {
    made.iprev->status = iprev::Status::pass;
    made.message.delivered_before = true;
    CHECK(corroborate(made, Claim::none).evidence ==
          Evidence{"nothing-authenticated", "-delivered-before"});
  }
  CHECK_FALSE(corroborate(made, Claim::none).sufficient);
}

TEST_CASE("what anybody can write speaks for nobody", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  SECTION("a List-* field") { made.message.list_mail = true; }
  SECTION("a broken ARC chain") { made.arc.status = arc::Status::fail; }
  SECTION("a signature that fails") { made.dkim = {broken}; }
  SECTION("traces of a delivery, from a client without a confirmed name") {
    made.message.delivered_before = true;
  }
  SECTION("a rewritten sender") { made.message.mail_from_rewritten = true; }
  for (const Claim claim : {Claim::none, Claim::unfounded}) {
    CHECK(corroborate(made, claim).sufficient);
    CHECK_FALSE(corroborate(made, claim).in_doubt);
  }
}

TEST_CASE("a rewritten sender counts only when SPF vouches for it", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  made.message.mail_from_rewritten = true;
  CHECK(corroborate(made, Claim::none).sufficient);
  made.spf = {spf_pass_elsewhere};
  CHECK(corroborate(made, Claim::none).evidence == Evidence{"-forwarder"});
  made.message.mail_from_rewritten = false;
  CHECK(corroborate(made, Claim::none).evidence.empty());
}

TEST_CASE("an unfounded claim to a protected domain speaks for rejecting", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::none);
  made.spf = {spf_pass_elsewhere};
  CHECK(corroborate(made, Claim::unfounded).evidence == Evidence{"protected-domain"});
  CHECK(corroborate(made, Claim::unfounded).sufficient);
  verify::Facts refused = made;
  refused.dmarc.status = dmarc::Status::fail;
  for (const Claim claim : {Claim::none, Claim::proven, Claim::excepted, Claim::unknown}) {
    CHECK_FALSE(corroborate(refused, claim).sufficient);
  }
  made.message.list_mail = true;
  CHECK(corroborate(made, Claim::unfounded).evidence == Evidence{"protected-domain", "-list-mail"});
  CHECK_FALSE(corroborate(made, Claim::unfounded).sufficient);
  made.spf.clear();
  made.message.delivered_before = true;
  made.iprev = iprev::Result{.status = iprev::Status::pass, .name = "mx1.forward.example"};
  CHECK(corroborate(made, Claim::unfounded).evidence ==
        Evidence{"protected-domain", "nothing-authenticated"});
  CHECK(corroborate(made, Claim::unfounded).sufficient);
}
