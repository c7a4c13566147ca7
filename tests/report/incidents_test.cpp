#include "report/incidents.hpp"

#include <catch2/catch.hpp>

#include "tests/support/sample_event.hpp"

namespace {

using namespace std::chrono_literals;
using report::Campaign;
using report::Incidents;

base::Domain domain_of(std::string_view text) { return base::Domain::parse(text).value(); }

policy::Protection protect(std::string_view name) {
  return policy::Protection({{.domain = domain_of(name)}});
}

// Forged mail of example.com, which is protected here.
event::Event forged(std::chrono::hours after = 0h, const std::string& client = "192.0.2.1") {
  event::Event event = support::sample_event();
  event.time += after;
  event.connection.client = base::IpAddress::parse(client);
  event.facts.iprev->name = "host-" + client;
  return event;
}

std::vector<Campaign> campaigns(const std::vector<event::Event>& events,
                                std::size_t sources_max = 1000) {
  Incidents incidents(protect("example.com"), sources_max);
  for (const event::Event& event : events)
    incidents.add(event);
  return incidents.take();
}

}  // namespace

TEST_CASE("forged mail of a protected domain is a campaign", "[report][incidents]") {
  const auto found = campaigns({forged(), forged(1h), forged(2h, "2001:db8::1")});
  REQUIRE(found.size() == 1);
  CHECK(found[0].domain == "example.com");
  CHECK(found[0].messages == 3);
  CHECK(found[0].last - found[0].first == 2h);
  CHECK(found[0].from_domains == std::map<std::string, std::uint64_t>{{"example.com", 3}});
  CHECK(found[0].actions == std::map<std::string, std::uint64_t>{{"reject", 3}});
  REQUIRE(found[0].sources.size() == 2);
  CHECK(found[0].sources.at("192.0.2.1") == report::CampaignSource{2, "host-192.0.2.1"});
  CHECK(found[0].sources.at("2001:db8::1").messages == 1);
}

TEST_CASE("a pause of more than a day ends a campaign", "[report][incidents]") {
  CHECK(campaigns({forged(), forged(24h), forged(48h)}).size() == 1);
  const auto found = campaigns({forged(), forged(25h)});
  REQUIRE(found.size() == 2);
  CHECK(found[0].first < found[1].first);
}

TEST_CASE("events out of order do not make a campaign shorter", "[report][incidents]") {
  const auto found = campaigns({forged(2h), forged(5h), forged(1h), forged(4h)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].last - found[0].first == 4h);
}

TEST_CASE("proven mail, and mail of other domains, is no incident", "[report][incidents]") {
  event::Event proven = forged();
  proven.facts.dmarc.status = dmarc::Status::pass;
  event::Event other = forged();
  other.facts.authors = {{"alice", domain_of("example.net")}};
  event::Event trusted = forged();
  trusted.verified = false;
  CHECK(campaigns({proven, other, trusted}).empty());
}

TEST_CASE("sources past the limit are counted together", "[report][incidents]") {
  const auto found = campaigns(
      {forged(), forged(0h, "192.0.2.2"), forged(0h, "192.0.2.3"), forged(0h, "192.0.2.1")}, 2);
  REQUIRE(found.size() == 1);
  CHECK(found[0].sources.size() == 2);
  CHECK(found[0].sources.at("192.0.2.1").messages == 2);
  CHECK(found[0].messages_of_other_sources == 1);
}

TEST_CASE("a weakness is what a domain publishes, or does not", "[report][incidents]") {
  verify::Facts facts = support::sample_event().facts;
  CHECK(report::weakness_of(facts).empty());
  facts.dmarc.policy = dmarc::Policy::quarantine;
  CHECK(report::weakness_of(facts) == "t=y");
  facts.dmarc.published = dmarc::Policy::none;
  CHECK(report::weakness_of(facts) == "p=none");
  facts.dmarc.policy_tag = "sp";
  CHECK(report::weakness_of(facts) == "sp=none");
  facts.dmarc.policy_domain.reset();
  facts.dmarc.status = dmarc::Status::none;
  CHECK(report::weakness_of(facts) == "no DMARC record");
  facts.dmarc.status = dmarc::Status::permerror;
  CHECK(report::weakness_of(facts) == "invalid DMARC record");
}
