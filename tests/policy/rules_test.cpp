#include "policy/rules.hpp"

#include <catch2/catch.hpp>

TEST_CASE("what configuration files and events call by name has one", "[policy]") {
  using policy::Action;
  using policy::Degraded;
  using policy::Mixed;
  using policy::Preset;
  CHECK(policy::name(Action::accept) == "accept");
  CHECK(policy::name(Action::tag) == "tag");
  CHECK(policy::name(Action::quarantine) == "quarantine");
  CHECK(policy::name(Action::defer) == "defer");
  CHECK(policy::name(Action::reject) == "reject");
  CHECK(policy::name(Preset::monitor) == "monitor");
  CHECK(policy::name(Preset::rfc9989) == "rfc9989");
  CHECK(policy::name(Preset::strict) == "strict");
  CHECK(policy::name(Mixed::mildest) == "mildest");
  CHECK(policy::name(Mixed::strictest) == "strictest");
  CHECK(policy::name(Degraded::accept) == "accept");
  CHECK(policy::name(Degraded::defer) == "defer");
}
