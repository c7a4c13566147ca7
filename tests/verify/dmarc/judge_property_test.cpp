#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/dmarc_world.hpp"

using dmarc::Method;
using dmarc::Result;
using dmarc::Status;
using support::Claim;
using support::FakeResolver;
using support::judged;

TEST_CASE("random worlds keep the promises of the verdict", "[dmarc][property]") {
  std::mt19937 dice(20260501);
  const auto roll = [&](std::size_t sides) { return dice() % sides; };
  const std::vector<std::string> names = {"com",           "example.com",     "a.example.com",
                                          "b.example.com", "x.a.example.com", "other.com",
                                          "m.other.com",   "example.org"};
  const std::vector<std::string> records = {"v=DMARC1; p=reject",
                                            "v=DMARC1; p=none; psd=n",
                                            "v=DMARC1; p=reject; psd=y",
                                            "v=DMARC1",
                                            "v=DMARC1; p=reject; adkim=s",
                                            "v=DMARC1; p=x",
                                            "v=DMARC1; p=reject; np=none",
                                            "v=DMARC1; p=quarantine; aspf=s",
                                            "v=spf1 -all"};
  for (int world = 0; world < 3000; ++world) {
    FakeResolver dns;
    std::vector<std::string> broken;
    for (const std::string& name : names) {
      const std::size_t kind = roll(6);
      if (kind < 3) dns.add_txt("_dmarc." + name, records[roll(records.size())]);
      if (kind == 3) broken.push_back("_dmarc." + name);
      if (roll(3) == 0) dns.add_a(name, "192.0.2.1");
    }
    for (const std::string& name : broken)
      dns.servfail(name);
    std::vector<Claim> claims;
    for (std::size_t i = roll(5); i > 0; --i) {
      claims.push_back(
          {roll(2) == 0 ? Method::spf : Method::dkim, names[roll(names.size())], roll(4) == 0});
    }
    const std::string author = names[1 + roll(names.size() - 1)];
    const Result result = judged(dns, author, claims);
    CAPTURE(world, author, result.reason);

    // Pass is by an identifier that shares at least the top with the author, never a temporary one.
    const std::string top = author.substr(author.rfind('.'));
    const bool may_align = std::ranges::any_of(claims, [&](const Claim& claim) {
      return !claim.temporary && ("." + claim.domain).ends_with(top);
    });
    CHECK((result.status == Status::pass) == (result.dkim_aligned || result.spf_aligned));
    if (result.status == Status::pass) CHECK(may_align);
    if (result.status == Status::pass) CHECK(result.record.has_value());

    // The order of identifiers changes nothing.
    std::shuffle(claims.begin(), claims.end(), dice);
    CHECK(judged(dns, author, claims) == result);

    // What could not be asked never decides: with any one answer in its place, a pass stays a
    // pass and a fail a fail, or the record it brings is the author's own or no DMARC.
    if (broken.empty()) continue;
    if (result.status != Status::pass && result.status != Status::fail) continue;
    for (const char* record : {"v=DMARC1; p=none; psd=n", "v=DMARC1; p=none; psd=y",
                               "v=DMARC1; p=none", "v=spf1 -all"}) {
      const std::string& healed = broken[roll(broken.size())];
      dns.clear(healed);
      dns.add_txt(healed, record);
      CHECK(judged(dns, author, claims).status == result.status);
      dns.clear(healed);
      dns.servfail(healed);
    }
  }
}
