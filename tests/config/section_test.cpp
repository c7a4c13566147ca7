#include "config/section.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace config;

namespace {

constexpr std::string_view colours[] = {"red", "green"};

Table file_with(Table section) {
  Table file;
  file.emplace("s", Value{std::move(section), 1});
  return file;
}

}  // namespace

TEST_CASE("what stands at a key is found, and nothing where there is none", "[config]") {
  const Table file = file_with({{"text", {std::string("x"), 2}},
                                {"yes", {true, 3}},
                                {"number", {std::int64_t{7}, 4}},
                                {"colour", {std::string("green"), 5}},
                                {"list", {List{{std::string("a"), 6}, {std::string("b"), 7}}, 6}}});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  CHECK(section.find_text("text").value().text == "x");
  CHECK_FALSE(section.find_text("absent"));
  CHECK(section.find_truth("yes") == true);
  CHECK(section.find_integer("number", {0, 7}) == 7);
  CHECK(section.find_word("colour", colours) == 1);
  CHECK(section.find_texts("list").value().size() == 2);
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
                                {"nubmer", {true, 10}},
                                {"zzzzzzzzzzzz", {true, 11}}});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  CHECK_FALSE(section.find_text("text"));
  CHECK_FALSE(section.find_truth("yes"));
  CHECK_FALSE(section.find_integer("number", {0, 7}));
  CHECK_FALSE(section.find_integer("large", {0, 7}));
  CHECK_FALSE(section.find_word("colour", colours));
  CHECK(section.find_texts("list").value().empty());
  section.finish();
  CHECK(complaints.text() ==
        "f:2: s.text: expected a string, found an integer\n"
        "f:3: s.yes: expected true or false, found a string\n"
        "f:4: s.number: expected an integer, found a date\n"
        "f:5: s.large: 8 is out of range: 0 to 7\n"
        "f:6: s.colour: \"blue\" is none of \"red\", \"green\"\n"
        "f:8: s.list: expected strings in the array, found true or false\n"
        "f:10: unknown key \"nubmer\" in [s]; did you mean \"number\"?\n"
        "f:11: unknown key \"zzzzzzzzzzzz\" in [s]");
}

TEST_CASE("strings are found with the lines they stand on", "[config]") {
  const Table file =
      file_with({{"text", {std::string("x"), 2}},
                 {"list", {List{{std::string("a"), 4}, {true, 5}, {std::string("b"), 6}}, 3}},
                 {"wrong", {true, 7}}});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  const auto text = section.find_text("text");
  REQUIRE(text);
  CHECK((text->text == "x" && text->line == 2));
  const auto list = section.find_texts("list");
  REQUIRE((list && list->size() == 2));
  CHECK((list->at(1).text == "b" && list->at(1).line == 6));
  CHECK_FALSE(section.find_text("wrong"));
  CHECK_FALSE(section.find_texts("absent"));
  CHECK(section.has("wrong"));
  CHECK_FALSE(section.has("absent"));
  CHECK(complaints.text() ==
        "f:5: s.list: expected strings in the array, found true or false\n"
        "f:7: s.wrong: expected a string, found true or false");
}

TEST_CASE("the tables of an array are told apart by number and line", "[config]") {
  Table inner;
  inner.emplace("yes", Value{std::int64_t{1}, 4});
  Table first;
  first.emplace("deep", Value{List{{std::move(inner), 3}}, 3});
  first.emplace("flat", Value{true, 5});
  first.emplace("numbr", Value{true, 5});
  Table file;
  file.emplace("t", Value{List{{std::move(first), 2}, {std::string("x"), 6}, {Table{}, 7}}, 2});
  file.emplace("u", Value{Table{}, 8});
  Complaints complaints("f");
  std::vector<Section> sections = Section::entries(file, "t", complaints);
  REQUIRE(sections.size() == 2);
  std::vector<Section> deep = sections[0].entries("deep");
  REQUIRE(deep.size() == 1);
  CHECK_FALSE(deep[0].find_truth("yes"));
  CHECK_FALSE(sections[0].find_integer("number", {1, 1}));
  CHECK_FALSE(sections[0].table("flat").has("x"));
  CHECK_FALSE(sections[0].has("flat", "x"));
  sections[0].finish();
  sections[1].complain("absent", "is missing");
  CHECK(Section::entries(file, "u", complaints).empty());
  CHECK(Section::entries(file, "v", complaints).empty());
  CHECK(complaints.text() ==
        "f:4: t[1].deep[1].yes: expected true or false, found an integer\n"
        "f:5: t[1].flat: expected a table, found true or false\n"
        "f:5: unknown key \"numbr\" in t[1]; did you mean \"number\"?\n"
        "f:6: t[2]: expected a table, found a string\n"
        "f:7: t[3].absent: is missing\n"
        "f:8: u: expected an array of tables, [[u]], found a table");
}

TEST_CASE("the second entry to claim a value is told the line of the first", "[config]") {
  Table file;
  file.emplace("t", Value{List{{Table{}, 2}, {Table{}, 4}}, 2});
  Complaints complaints("f");
  std::vector<Section> sections = Section::entries(file, "t", complaints);
  REQUIRE(sections.size() == 2);
  CHECK(sections[0].claim("a", 2) == 0);
  CHECK(sections[1].claim("b", 4) == 0);
  CHECK(sections[1].claim("a", 4) == 2);
  // Another array has claims of its own.
  CHECK(Section::entries(file, "t", complaints)[0].claim("a", 2) == 0);
}

TEST_CASE("a warning names its key, and makes no file unusable", "[config]") {
  Complaints complaints("f");
  Section section({}, "s", complaints);
  section.warn("k", "is odd");
  CHECK(complaints.empty());
  CHECK(complaints.warnings() == std::vector<std::string>{"s.k: is odd"});
}

TEST_CASE("a section that is no table is one complaint", "[config]") {
  Table file;
  file.emplace("s", Value{std::int64_t{1}, 3});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  CHECK_FALSE(section.find_text("text"));
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
