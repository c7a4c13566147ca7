#include "event/facts_writer.hpp"

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/sample_event.hpp"

using nlohmann::ordered_json;

namespace {

ordered_json written(const event::Event& event, const event::LineOptions& options = {}) {
  json::Writer json(1024);
  json.begin_object();
  event::write_checks(json, event, options);
  event::write_dns(json, event.facts);
  json.end_object();
  return ordered_json::parse(json.take());
}

}  // namespace

TEST_CASE("disposition is what was done because of the DMARC policy", "[event][RFC 9990]") {
  using dmarc::Policy;
  using dmarc::Status;
  using policy::Action;
  struct Row {
    Status status;
    Policy policy;
    Action action;
    std::string disposition;
  };
  const Row rows[] = {
      {Status::fail, Policy::reject, Action::reject, "reject"},
      {Status::fail, Policy::reject, Action::quarantine, "quarantine"},
      {Status::fail, Policy::reject, Action::tag, "none"},  // Monitoring.
      {Status::fail, Policy::none, Action::accept, "none"},
      {Status::pass, Policy::reject, Action::accept, "pass"},
      {Status::pass, Policy::none, Action::accept, "none"},  // XSD: pass is for enforcing ones.
      {Status::none, Policy::none, Action::reject, "none"},  // Another rule's refusal.
      {Status::temperror, Policy::none, Action::defer, "none"},
  };
  for (const Row& row : rows) {
    event::Event event = support::sample_event();
    event.facts.dmarc.status = row.status;
    event.facts.dmarc.policy = row.policy;
    event.decision.action = row.action;
    CHECK(written(event)["dmarc"]["disposition"] == row.disposition);
  }
}

TEST_CASE("each ARC sealer stands beside what it saw pass", "[event]") {
  event::Event event = support::sample_event();
  const base::Domain author = *base::Domain::parse("example.com");
  const base::Domain list = *base::Domain::parse("list.example");
  event.facts.arc = {arc::Status::pass, 2, 0, {{list, "s", "", author}, {list, "s", "", {}}}, ""};
  const ordered_json arc = written(event)["arc"];
  CHECK(arc["sealers"] == ordered_json({"list.example", "list.example"}));
  CHECK(arc["dmarc_pass"] == ordered_json({"example.com", nullptr}));
}

TEST_CASE("the record that applied is told as published", "[event]") {
  event::Event event = support::sample_event();
  event.facts.dmarc.record.emplace().text = "v=DMARC1; p=reject; " + std::string(5'000, 'x');
  CHECK(written(event)["dmarc"]["record"].get<std::string>().size() == 2'048 + 3);
  event.facts.dmarc.record.reset();
  CHECK_FALSE(written(event)["dmarc"].contains("record"));
}

TEST_CASE("a breadth beyond numbers is the greatest number", "[event]") {
  event::Event event = support::sample_event();
  event.facts.spf_breadth = ~std::uint64_t{0};
  CHECK(written(event)["spf_breadth"] == std::int64_t{0x7FFF'FFFF'FFFF'FFFF});
}

TEST_CASE("without local parts nothing is left that a macro may have made of one", "[event]") {
  event::Event event = support::sample_event();
  event.facts.spf[1].problem = "no SPF record at alice._spf.example.com";
  CHECK(written(event)["spf"][1].contains("problem"));
  const ordered_json spf = written(event, {.local_parts = false})["spf"][1];
  CHECK_FALSE(spf.contains("problem"));
  CHECK(spf["explanation"] == "");
}
