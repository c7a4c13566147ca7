#include "milter/vouchers.hpp"

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

namespace {

using Words = std::vector<std::string>;

verify::Facts signed_by(dmarc::Status verdict, dkim::Status status, std::string_view domain) {
  verify::Facts facts = support::facts_of(verdict);
  facts.dkim = {support::dkim_result(status, domain)};
  facts.dkim.front().selector = "s1";
  return facts;
}

verify::Facts sealed(arc::Status status) {
  verify::Facts facts = support::facts_of(dmarc::Status::fail);
  facts.arc.status = status;
  facts.arc.sealers = {{support::name("new.example"), "a", {}, support::name("example.com")},
                       {support::name("old.example"), "a", {}, {}}};
  return facts;
}

}  // namespace

TEST_CASE("what makes a message pass vouches for its author's organization", "[milter]") {
  verify::Facts facts =
      signed_by(dmarc::Status::pass, dkim::Status::pass, "mail.example.com");
  facts.spf = {support::spf_result(spf::Status::pass, "example.com")};
  const auto all = milter::vouchers_of(facts);
  REQUIRE(all.size() == 1);
  CHECK(all[0].owner == "example.com");
  CHECK(all[0].vouchers == Words{"dkim s1._domainkey.mail.example.com", "spf example.com"});
  CHECK(milter::doubtful_vouchers_of(facts).empty());
}

TEST_CASE("a stranger vouches for nobody", "[milter]") {
  CHECK(milter::vouchers_of(signed_by(dmarc::Status::pass, dkim::Status::pass, "evil.example"))
            .empty());
  CHECK(milter::vouchers_of(signed_by(dmarc::Status::fail, dkim::Status::pass, "example.com"))
            .empty());
  CHECK(milter::vouchers_of({}).empty());
}

TEST_CASE("a sealer vouches for its own name, the newest only", "[milter]") {
  const auto all = milter::vouchers_of(sealed(arc::Status::pass));
  REQUIRE(all.size() == 1);
  CHECK(all[0].owner == "new.example");
  CHECK(all[0].vouchers == Words{"seal a._domainkey.new.example"});
  CHECK(milter::doubtful_vouchers_of(sealed(arc::Status::fail)).size() == 1);
}

TEST_CASE("a temporary error tells who might have vouched", "[milter]") {
  verify::Facts facts =
      signed_by(dmarc::Status::temperror, dkim::Status::temperror, "example.com");
  const auto all = milter::doubtful_vouchers_of(facts);
  REQUIRE(all.size() == 1);
  CHECK(all[0].vouchers == Words{"dkim s1._domainkey.example.com"});
  CHECK(milter::doubtful_vouchers_of(support::facts_of(dmarc::Status::temperror)).empty());
}
