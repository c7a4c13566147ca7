#include "policy/mixed.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using policy::Action;
using policy::Decision;
using policy::Group;
using policy::Mixed;

const policy::Tenants tenants({{"a", {"a.example"}, {}, {}}, {"b", {"*.b.example"}, {}, {}}});

Decision asks(Action action) {
  Decision decision;
  decision.action = decision.would = action;
  decision.rule = name(action);
  return decision;
}

}  // namespace

TEST_CASE("recipients are grouped by tenant, in the tenants' order", "[policy]") {
  const std::vector<Group> groups = policy::group_by_tenant(
      {"x@in.b.example", "y@a.example", "z@else.example", "y2@A.example", "postmaster",
       "y3@a.example.", "\"odd@a.example\"@else.example", "q@[192.0.2.1]"},
      tenants);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].tenant == nullptr);
  CHECK(groups[0].domains == std::vector<std::string>{"else.example"});
  CHECK(groups[1].tenant->name == "a");
  CHECK(groups[1].domains == std::vector<std::string>{"a.example"});
  CHECK(groups[2].tenant->name == "b");
  CHECK(groups[2].domains == std::vector<std::string>{"in.b.example"});
}

TEST_CASE("a domain is the same in any case, in U-labels and with a trailing dot", "[policy]") {
  const policy::Tenants known({{"known", {"xn--bcher-kva.example"}, {}, {}}});
  for (const char* recipient : {"x@xn--bcher-kva.example", "x@XN--Bcher-KVA.Example.",
                                "x@b\u00FCcher.example", "\"x@y.example\"@b\u00FCcher.example."}) {
    INFO(recipient);
    const std::vector<Group> groups = policy::group_by_tenant({recipient}, known);
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].tenant != nullptr);
    CHECK(groups[0].domains == std::vector<std::string>{"xn--bcher-kva.example"});
  }
}

TEST_CASE("without recipients there is one group, the site's", "[policy]") {
  CHECK(policy::group_by_tenant({}, tenants).size() == 1);
  CHECK(policy::group_by_tenant({}, tenants).front().tenant == nullptr);
  CHECK(policy::group_by_tenant({"x@a.example"}, {}).size() == 1);
}

TEST_CASE("the mildest or the strictest is chosen, among equals the first", "[policy]") {
  const std::vector<Group> groups = {
      {nullptr, {"s.example"}}, {nullptr, {"t.example"}}, {nullptr, {"u.example"}}};
  std::vector<Decision> decisions = {asks(Action::quarantine), asks(Action::reject),
                                     asks(Action::quarantine)};
  decisions[0].tenant = "first";
  decisions[2].tenant = "last";
  const Decision mildest = choose(Mixed::mildest, groups, decisions);
  CHECK(mildest.tenant == "first");
  CHECK(mildest.stricter == std::vector<policy::Stricter>{{"t.example", Action::reject, "reject"}});
  const Decision strictest = choose(Mixed::strictest, groups, decisions);
  CHECK(strictest.action == Action::reject);
  CHECK(strictest.stricter.empty());
}

TEST_CASE("stricter domains are sorted, and not more than the limit", "[policy]") {
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i)
    many.push_back("d" + std::to_string(1000 - i) + ".example");
  const Decision decision = choose(Mixed::mildest, {{nullptr, {}}, {nullptr, many}},
                                   {asks(Action::accept), asks(Action::reject)});
  CHECK(decision.stricter.size() == policy::stricter_max);
  CHECK(decision.stricter.front().recipients_domain == "d1000.example");
  CHECK(decision.stricter.back().recipients_domain == "d799.example");
}
