#include "config/section.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace config;

namespace {

enum class Colour { red, green };
constexpr Choice<Colour> colours[] = {{"red", Colour::red}, {"green", Colour::green}};

Table file_with(Table section) {
  Table file;
  file.emplace("s", Value{std::move(section), 1});
  return file;
}

}  // namespace

TEST_CASE("a getter returns what stands there, or the fallback", "[config]") {
  const Table file = file_with({{"text", {std::string("x"), 2}},
                                {"yes", {true, 3}},
                                {"number", {std::int64_t{7}, 4}},
                                {"colour", {std::string("green"), 5}},
                                {"list", {List{{std::string("a"), 6}, {std::string("b"), 7}}, 6}}});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  CHECK(section.text("text", "y") == "x");
  CHECK(section.text("absent", "y") == "y");
  CHECK(section.boolean("yes", false));
  CHECK(section.integer("number", 1, {0, 7}) == 7);
  CHECK(section.choice("colour", Colour::red, colours) == Colour::green);
  CHECK(section.texts("list", {}) == std::vector<std::string>{"a", "b"});
  section.finish();
  CHECK(complaints.empty());
}

TEST_CASE("what is wrong is told with line, expectation and find", "[config]") {
  const Table file = file_with({{"text", {std::int64_t{1}, 2}},
                                {"yes", {std::string("yes"), 3}},
                                {"number", {Value::Other{"a date"}, 4}},
                                {"large", {std::int64_t{8}, 5}},
                                {"colour", {std::string("blue"), 6}},
                                {"list", {List{{true, 8}}, 7}},
                                {"later", {std::string("x"), 9}},
                                {"nubmer", {true, 10}},
                                {"zzzzzzzzzzzz", {true, 11}}});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  CHECK(section.text("text", "y") == "y");
  CHECK_FALSE(section.boolean("yes", false));
  CHECK(section.integer("number", 1, {0, 7}) == 1);
  CHECK(section.integer("large", 1, {0, 7}) == 1);
  CHECK(section.choice("colour", Colour::red, colours) == Colour::red);
  CHECK(section.texts("list", {}).empty());
  section.unavailable("later");
  section.finish();
  CHECK(complaints.text() ==
        "f:2: s.text: expected a string, found an integer\n"
        "f:3: s.yes: expected true or false, found a string\n"
        "f:4: s.number: expected an integer, found a date\n"
        "f:5: s.large: 8 is out of range: 0 to 7\n"
        "f:6: s.colour: \"blue\" is none of \"red\", \"green\"\n"
        "f:8: s.list: expected strings in the array, found true or false\n"
        "f:9: s.later: is not available in this version\n"
        "f:10: unknown key \"nubmer\" in [s]; did you mean \"number\"?\n"
        "f:11: unknown key \"zzzzzzzzzzzz\" in [s]");
}

TEST_CASE("a key of a later version may be an empty array", "[config]") {
  const Table file = file_with({{"later", {List{}, 2}}});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  section.unavailable("later");
  section.unavailable("absent");
  section.finish();
  CHECK(complaints.empty());
}

TEST_CASE("a section that is no table is one complaint", "[config]") {
  Table file;
  file.emplace("s", Value{std::int64_t{1}, 3});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  CHECK(section.text("text", "y") == "y");
  section.finish();
  CHECK(complaints.text() == "f:3: [s]: expected a table, found an integer");
}

TEST_CASE("the nearest word is the one with the fewest edits, if any is near", "[config]") {
  const std::vector<std::string> known = {"timeout_ms", "attempts", "servers"};
  CHECK(nearest("server", known) == "servers");
  CHECK(nearest("Timeout", known) == "timeout_ms");
  CHECK(nearest("attemps", known) == "attempts");
  CHECK(nearest("xyz", known) == std::nullopt);
  CHECK(nearest(std::string(100'000, 'a'), known) == std::nullopt);
}
