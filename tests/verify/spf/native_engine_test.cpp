#include "verify/spf/native_engine.hpp"

#include <catch2/catch.hpp>

#include "tests/verify/spf/both_engines.hpp"

using spf::Qualifier;

namespace {

// What a record at example.com comes to for 192.0.2.1: the qualifier, and why it stopped if it did.
struct Outcome {
  std::optional<Qualifier> matched;
  std::optional<spf::Status> stopped;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome(support::FakeResolver& resolver, std::string_view record) {
  resolver.clear("example.com");
  resolver.add_txt("example.com", record);
  spf::Session session(support::request("192.0.2.1", "a@example.com"), resolver, {}, {});
  Outcome found{spf::evaluate_natively(session), std::nullopt};
  if (session.stopped()) found.stopped = session.stopped()->status;
  return found;
}

}  // namespace

TEST_CASE("the first match decides, and no match is nothing", "[spf][RFC 7208 §4.6.2]") {
  support::FakeResolver resolver;
  CHECK(outcome(resolver, "v=spf1 ~ip4:192.0.2.0/24 -all") == Outcome{Qualifier::softfail, {}});
  CHECK(outcome(resolver, "v=spf1 ip4:10.0.0.1") == Outcome{std::nullopt, {}});
  CHECK(outcome(resolver, "v=spf1 all -all") == Outcome{Qualifier::pass, {}});
}

TEST_CASE("only a pass inside makes an include match", "[spf][RFC 7208 §5.2]") {
  support::FakeResolver resolver;
  resolver.add_txt("pass.example", "v=spf1 +all");
  resolver.add_txt("fail.example", "v=spf1 -all");
  resolver.add_txt("softfail.example", "v=spf1 ~all");
  resolver.add_txt("neutral.example", "v=spf1");
  resolver.add_txt("wrong.example", "v=spf1 moo");
  resolver.timeout("slow.example");
  struct Row {
    std::string_view record;
    Outcome expected;
  };
  const Row rows[] = {
      {"v=spf1 -include:pass.example", {Qualifier::fail, {}}},
      {"v=spf1 include:fail.example ?all", {Qualifier::neutral, {}}},
      {"v=spf1 include:softfail.example ?all", {Qualifier::neutral, {}}},
      {"v=spf1 include:neutral.example ?all", {Qualifier::neutral, {}}},
      {"v=spf1 include:wrong.example ?all", {std::nullopt, spf::Status::permerror}},
      {"v=spf1 include:none.example ?all", {std::nullopt, spf::Status::permerror}},
      {"v=spf1 include:slow.example ?all", {std::nullopt, spf::Status::temperror}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    CHECK(outcome(resolver, row.record) == row.expected);
  }
}

TEST_CASE("a redirect's result is the result", "[spf][RFC 7208 §6.1]") {
  support::FakeResolver resolver;
  resolver.add_txt("softfail.example", "v=spf1 ~all");
  CHECK(outcome(resolver, "v=spf1 redirect=softfail.example") == Outcome{Qualifier::softfail, {}});
  CHECK(outcome(resolver, "v=spf1 redirect=none.example") ==
        Outcome{std::nullopt, spf::Status::permerror});
}
