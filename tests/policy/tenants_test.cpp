#include "policy/tenants.hpp"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/policy/random_names.hpp"
#include "tests/support/facts.hpp"

namespace {

std::string tenant_of(const policy::Tenants& tenants, std::string_view domain) {
  const policy::Tenant* tenant = tenants.find(support::name(domain));
  return tenant == nullptr ? "" : tenant->name;
}

// By looking at every entry: the exact name, then the longest wildcard.
std::string tenant_by_hand(const policy::Tenants& tenants, const std::string& domain) {
  std::string best;
  std::size_t best_length = 0;
  for (const policy::Tenant& tenant : tenants.list()) {
    for (const std::string& entry : tenant.recipients) {
      if (entry == domain) return tenant.name;
      const bool below = entry.starts_with("*.") && domain.size() > entry.size() - 1 &&
                         domain.ends_with(entry.substr(1));
      if (!below || entry.size() <= best_length) continue;
      best = tenant.name;
      best_length = entry.size();
    }
  }
  return best;
}

}  // namespace

TEST_CASE("the exact name counts, then the wildcard with the most labels", "[policy]") {
  const policy::Tenants tenants({{"wide", {"*.example.net"}, {}, {}},
                                 {"exact", {"a.example.net", "xn--bcher-kva.example"}, {}, {}},
                                 {"narrow", {"*.deep.example.net"}, {}, {}}});
  CHECK(tenant_of(tenants, "a.example.net") == "exact");
  CHECK(tenant_of(tenants, "b.example.net") == "wide");
  CHECK(tenant_of(tenants, "b.a.example.net") == "wide");
  CHECK(tenant_of(tenants, "deep.example.net") == "wide");
  CHECK(tenant_of(tenants, "x.y.deep.example.net") == "narrow");
  CHECK(tenant_of(tenants, "example.net") == "");
  CHECK(tenant_of(tenants, "notexample.net") == "");
  CHECK(tenant_of(tenants, "b\u00FCcher.example") == "exact");
}

TEST_CASE("no tenants, no tenant", "[policy]") {
  CHECK(policy::Tenants().empty());
  CHECK(policy::Tenants().find(support::name("example.net")) == nullptr);
  CHECK(tenant_of(policy::Tenants(std::vector<policy::Tenant>()), "example.net") == "");
}

TEST_CASE("the index finds the tenant that a look at every entry finds", "[policy]") {
  std::mt19937 random(20260101);
  for (int round = 0; round < 50; ++round) {
    std::vector<policy::Tenant> list;
    std::set<std::string> taken;
    for (int i = 0; i < 40; ++i) {
      std::string entry = (random() % 2 == 0 ? "*." : "") + support::random_name(random);
      if (!taken.insert(entry).second) continue;
      list.push_back({std::to_string(i), {std::move(entry)}, {}, {}});
    }
    const policy::Tenants tenants(std::move(list));
    for (int i = 0; i < 100; ++i) {
      const std::string domain = support::random_name(random);
      INFO("round " << round << ", " << domain);
      CHECK(tenant_of(tenants, domain) == tenant_by_hand(tenants, domain));
    }
  }
}
