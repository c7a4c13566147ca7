#include "policy/own_fields.hpp"

#include <string>

#include <catch2/catch.hpp>

using policy::OwnFields;
using Places = std::vector<OwnFields::Place>;

namespace {

const policy::Rules& rules() {
  static const policy::Rules rules = [] {
    policy::Rules made;
    made.signals_header = "X-Signals";
    return made;
  }();
  return rules;
}

}  // namespace

TEST_CASE("a configured field is a name and a value", "[policy]") {
  CHECK(policy::split_field("X-Q: yes").name == "X-Q");
  CHECK(policy::split_field(" X-Q :  a: b ").value == "a: b");
  CHECK(policy::split_field("X-Q").name == "X-Q");
  CHECK(policy::split_field("X-Q").value.empty());
}

TEST_CASE("each field that is ours by its looks is found where it stands",
          "[policy][RFC 8601 §5]") {
  OwnFields fields(rules(), "mx.example.org");
  fields.see("Authentication-Results", " mx.example.org; spf=pass");
  fields.see("Subject", " x");
  fields.see("AUTHENTICATION-RESULTS", " other.example; spf=pass");
  fields.see("X-Postern-Quarantine", " no");
  fields.see("X-Signals", " none");
  fields.see("authentication-results", " MX.example.org; dkim=pass");
  fields.see("x-postern-quarantine", "");
  fields.see("From", " a@example.com");
  CHECK(fields.count() == policy::OwnFieldCount{.fields = 5, .above = 6});
  CHECK(fields.places() == Places{{"Authentication-Results", 3},
                                  {"Authentication-Results", 1},
                                  {"X-Postern-Quarantine", 2},
                                  {"X-Postern-Quarantine", 1},
                                  {"X-Signals", 1}});
}

TEST_CASE("blanks before the colon hide no field of ours", "[policy][RFC 5322 §4.5.8]") {
  OwnFields fields(rules(), "mx.example.org");
  for (const char* name : {"X-Postern-Quarantine ", "X-Postern-Quarantine\t", "X-Signals \t "})
    fields.see(name, " yes");
  fields.see("Authentication-Results\t", " mx.example.org; none");
  CHECK(fields.count().fields == 4);
  CHECK(fields.places().size() == 4);
}

TEST_CASE("a site without a signals header has none that is ours", "[policy]") {
  const policy::Rules without;
  OwnFields fields(without, "mx.example.org");
  fields.see("", " x");
  fields.see(" ", " x");
  CHECK(fields.count().fields == 0);
}

TEST_CASE("what is more than an MTA can be asked to remove is counted and not kept",
          "[policy][limits]") {
  for (const int above : {0, 20'000, 20'001}) {
    for (const std::uint64_t ours : {0, 1, 100, 101, 20'000}) {
      OwnFields fields(rules(), "mx.example.org");
      for (int i = 0; i < above; ++i)
        fields.see("X", "");
      for (std::uint64_t i = 0; i < ours; ++i)
        fields.see("X-Postern-Quarantine", "");
      INFO(above << " others, " << ours << " of ours");
      CHECK(fields.count().fields == ours);
      const std::uint64_t lowest = static_cast<std::uint64_t>(above) + ours - 1;
      const bool removable = ours <= 100 && (ours == 0 || lowest <= 20'000);
      CHECK(policy::too_many(fields.count()) != removable);
      CHECK(fields.places().size() == (removable ? ours : 0));
    }
  }
}
