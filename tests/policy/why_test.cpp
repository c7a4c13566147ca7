#include "policy/why.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

namespace {

using support::dkim_result;
using support::facts_of;
using support::spf_result;

}  // namespace

TEST_CASE("a failure names policy, evidence and every identifier", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  made.spf = {spf_result(spf::Status::none, "helo.example"),
              spf_result(spf::Status::fail, "bounce.example")};
  made.dkim = {dkim_result(dkim::Status::fail, "example.com", dkim::Reason::body_hash_mismatch)};
  CHECK(policy::why_dmarc_failed(made, {"nothing-authenticated", "no-fcrdns"}) ==
        "p=reject of example.com; nothing-authenticated, no-fcrdns; no aligned pass: "
        "spf=fail bounce.example, dkim=fail(body_hash_mismatch) example.com");
}

TEST_CASE("a testing domain is said to be one", "[policy][RFC 9989 §4.7]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  made.dmarc.record->testing = true;
  made.dmarc.policy = dmarc::Policy::quarantine;
  made.dmarc.policy_tag = "sp";
  CHECK(policy::why_dmarc_failed(made, {}) ==
        "sp=reject of example.com, t=y: quarantine; no aligned pass: spf=none, dkim=none");
}

TEST_CASE("a pass says by what", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::pass);
  made.dkim = {dkim_result(dkim::Status::pass, "example.com")};
  made.dmarc.dkim_aligned = true;
  CHECK(policy::why_dmarc_passed(made) == "aligned by dkim: spf=none, dkim=pass example.com");
  made.dmarc.spf_aligned = true;
  CHECK(policy::why_dmarc_passed(made).starts_with("aligned by dkim and spf: "));
  made.dmarc.dkim_aligned = false;
  CHECK(policy::why_dmarc_passed(made).starts_with("aligned by spf: "));
}

TEST_CASE("no verdict says why not", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::temperror);
  made.dmarc.reason = "no answer for _dmarc.example.com";
  CHECK(policy::why_dmarc_unknown(made) == "no answer for _dmarc.example.com; spf=none, dkim=none");
  CHECK(policy::why_no_dmarc(facts_of(dmarc::Status::none)) == "spf=none, dkim=none");
  CHECK(policy::why_from_faulty(mail::FromFault::several_domains) ==
        "no single author: From is several_domains");
}

TEST_CASE("a line is bounded and printable whatever the sender put in", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::fail, dmarc::Policy::reject);
  const std::string label(60, 'a');
  for (int i = 0; i < 10; ++i) {
    made.dkim.push_back(dkim_result(dkim::Status::fail, label + "." + label + ".example"));
  }
  const std::string why = policy::why_dmarc_failed(made, {"nothing-authenticated"});
  CHECK(why.size() <= policy::why_octets_max);
  CHECK(why.starts_with("p=reject of example.com; nothing-authenticated; "));
  CHECK(why.ends_with("..."));
  made.dkim.resize(5, dkim_result(dkim::Status::fail, "a.example"));
  for (dkim::Result& result : made.dkim)
    result.domain = support::name("a.example");
  CHECK(policy::why_dmarc_failed(made, {}).ends_with("dkim=fail a.example and 2 more"));

  made.dmarc.reason = "a\nb\"c";
  CHECK(policy::why_dmarc_unknown(made).starts_with("a\\x0Ab\\x22c; "));
}

TEST_CASE("the reply's short form has the most telling signature", "[policy]") {
  verify::Facts made = facts_of(dmarc::Status::fail);
  CHECK(policy::failed_checks(made) == "spf=none dkim=none");
  made.spf = {spf_result(spf::Status::fail, "bounce.example")};
  made.dkim = {dkim_result(dkim::Status::fail, "example.com")};
  CHECK(policy::failed_checks(made) == "spf=fail dkim=fail");
}
