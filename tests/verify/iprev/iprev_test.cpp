#include "verify/iprev/iprev.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using dns::Outcome;
using iprev::Status;

base::IpAddress address(const char* text) { return base::IpAddress::parse(text).value(); }

dns::Answer pointers(const std::vector<std::string>& names) {
  return {.outcome = Outcome::found,
          .records = std::vector<dns::Record>(names.begin(), names.end())};
}

dns::Answer addresses(const std::vector<std::string>& texts) {
  std::vector<dns::Record> records;
  for (const auto& text : texts)
    records.emplace_back(address(text.c_str()));
  return {.outcome = Outcome::found, .records = std::move(records)};
}

dns::Answer nothing(Outcome outcome) { return {.outcome = outcome, .records = {}}; }

}  // namespace

TEST_CASE("the first question is for the PTR records of the client", "[iprev][RFC 8601 3]") {
  CHECK(iprev::name_question(address("192.0.2.1")) ==
        dns::Question{"1.2.0.192.in-addr.arpa", dns::Type::ptr});
  CHECK(iprev::name_question(address("2001:db8::1")) ==
        dns::Question{"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
                      dns::Type::ptr});
}

TEST_CASE("each name is asked for addresses of the client's own family", "[iprev][RFC 8601 3]") {
  const auto names = pointers({"B.example", "a.example", "b.example", "not a name", ""});
  using Questions = std::vector<dns::Question>;
  CHECK(iprev::address_questions(address("192.0.2.1"), names, {}) ==
        Questions{{"a.example", dns::Type::a}, {"b.example", dns::Type::a}});
  CHECK(iprev::address_questions(address("2001:db8::1"), names, {}) ==
        Questions{{"a.example", dns::Type::aaaa}, {"b.example", dns::Type::aaaa}});
  CHECK(iprev::address_questions(address("192.0.2.1"), nothing(Outcome::timeout), {}).empty());
}

TEST_CASE("no more names are tried than allowed, whatever order they come in",
          "[iprev][RFC 8601 3]") {
  std::vector<std::string> many;
  for (int i = 99; i >= 10; --i)
    many.push_back('n' + std::to_string(i) + ".example");
  const auto questions = iprev::address_questions(address("192.0.2.1"), pointers(many), {});
  REQUIRE(questions.size() == 10);
  CHECK(questions.front().name == "n10.example");
  CHECK(questions.back().name == "n19.example");
}

TEST_CASE("the verdict follows from the two answers", "[iprev][RFC 8601 2.7.3]") {
  struct Row {
    const char* rule;
    const char* client;
    dns::Answer names;
    std::vector<dns::Answer> found;
    Status status;
    std::optional<std::string> name;
  };
  const auto good = addresses({"192.0.2.9", "192.0.2.1"});
  const auto other = addresses({"192.0.2.2"});
  const auto two = pointers({"a.example", "b.example"});
  const std::vector<Row> rows = {
      {"a name leads back",
       "192.0.2.1",
       pointers({"mx.example"}),
       {good},
       Status::pass,
       "mx.example"},
      {"the second name leads back", "192.0.2.1", two, {other, good}, Status::pass, "b.example"},
      {"IPv6",
       "2001:db8::1",
       pointers({"mx.example"}),
       {addresses({"2001:db8:0::1"})},
       Status::pass,
       "mx.example"},
      {"no name leads back",
       "192.0.2.1",
       two,
       {other, nothing(Outcome::no_name)},
       Status::fail,
       "a.example"},
      {"the address is of the other family",
       "2001:db8::1",
       pointers({"mx.example"}),
       {good},
       Status::fail,
       "mx.example"},
      {"no reverse name", "192.0.2.1", nothing(Outcome::no_name), {}, Status::permerror, {}},
      {"no PTR record", "192.0.2.1", nothing(Outcome::no_data), {}, Status::permerror, {}},
      {"the PTR record names no host",
       "192.0.2.1",
       pointers({"(x); spf=pass"}),
       {},
       Status::fail,
       {}},
      {"no answer for the reverse name",
       "192.0.2.1",
       nothing(Outcome::timeout),
       {},
       Status::temperror,
       {}},
      {"a broken answer for the reverse name",
       "192.0.2.1",
       nothing(Outcome::failure),
       {},
       Status::temperror,
       {}},
      {"trouble could hide the match",
       "192.0.2.1",
       two,
       {other, nothing(Outcome::failure)},
       Status::temperror,
       "b.example"},  // Not the other one, whose addresses deny it.
      {"a match wins over trouble",
       "192.0.2.1",
       two,
       {nothing(Outcome::timeout), good},
       Status::pass,
       "b.example"},
      {"an answer is missing", "192.0.2.1", two, {other}, Status::temperror, "b.example"},
  };
  for (const Row& row : rows) {
    INFO(row.rule);
    const auto result = iprev::judge(address(row.client), row.names, row.found, {});
    CHECK(result.status == row.status);
    CHECK(result.name == row.name);
  }
}

TEST_CASE("a match beyond the limit does not count", "[iprev][RFC 8601 3]") {
  const auto names = pointers({"a.example", "b.example"});
  const std::vector<dns::Answer> found = {addresses({"192.0.2.2"}), addresses({"192.0.2.1"})};
  const auto result = iprev::judge(address("192.0.2.1"), names, found, {.names_max = 1});
  CHECK(result.status == Status::fail);
}

TEST_CASE("the statuses are spelled as the RFC spells them", "[iprev][RFC 8601 2.7.3]") {
  CHECK(iprev::name(Status::pass) == "pass");
  CHECK(iprev::name(Status::fail) == "fail");
  CHECK(iprev::name(Status::temperror) == "temperror");
  CHECK(iprev::name(Status::permerror) == "permerror");
}
