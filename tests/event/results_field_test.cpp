#include "event/results_field.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/sample_event.hpp"

namespace {

// Without its folds.
std::string field_of(const event::Event& event) {
  std::string field = event::results_field(event, "mx.example.org");
  for (std::size_t at = 0; (at = field.find("\n\t", at)) != std::string::npos;)
    field.replace(at, 2, " ");
  return field;
}

}  // namespace

TEST_CASE("a rule that overrode DMARC is the reason of its result", "[event][RFC 8601 §2.2]") {
  event::Event event = support::sample_event();
  for (const std::string rule : {"override-client", "override-dkim", "arc-sealer",
                                 "protected-domain", "protected-exception"}) {
    event.decision.rule = rule;
    CHECK(field_of(event).contains("dmarc=fail reason=" + rule + " "));
  }
  event.decision.rule = "dmarc-reject";
  CHECK_FALSE(field_of(event).contains("reason=dmarc"));
  CHECK(field_of(event).contains("dmarc=fail "));
}
