#include "config/keys.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "config/kinds.hpp"

using namespace config;

namespace {

struct Pair {
  int first = 1;
  bool second = true;
};

void check_pair(Section& section, const Pair& pair) {
  if (pair.second && pair.first == 0) section.complain("first", "is needed by second");
}

constexpr auto pair_keys = [](auto& key, auto& pair) {
  key("first", pair.first, Number{0, 9});
  key("second", pair.second, Truth{});
  key.check(check_pair, pair);
};

}  // namespace

TEST_CASE("one function reads, shows and lists the keys of a section", "[config]") {
  Table table;
  table.emplace("first", Value{std::int64_t{0}, 2});
  table.emplace("secnd", Value{false, 3});
  Table file;
  file.emplace("s", Value{std::move(table), 1});
  Complaints complaints("f");
  Section section(file, "s", complaints);
  Pair pair;
  read_keys(section, pair, pair_keys);
  CHECK(pair.first == 0);
  CHECK(complaints.text() ==
        "f:2: s.first: is needed by second\n"
        "f:3: unknown key \"secnd\" in [s]; did you mean \"second\"?");
  CHECK(settings_of(pair, pair_keys) == Settings{{"first", "0"}, {"second", "true"}});
  CHECK(names_of("s", pair, pair_keys) == std::vector<std::string>{"s.first", "s.second"});
}

TEST_CASE("a setting that is known is not shown", "[config]") {
  CHECK(settings_of(Pair{}, pair_keys, {{"first", "1"}, {"second", "false"}}) ==
        Settings{{"second", "true"}});
}

TEST_CASE("each entry of an array begins as the one it is like", "[config]") {
  Table table;
  table.emplace("second", Value{false, 2});
  Table file;
  file.emplace("t", Value{List{{std::move(table), 2}, {Table{}, 3}}, 2});
  Complaints complaints("f");
  const auto all = read_all(Section::entries(file, "t", complaints), Pair{7, true}, pair_keys);
  REQUIRE(all.size() == 2);
  CHECK((all[0].first == 7 && !all[0].second));
  CHECK((all[1].first == 7 && all[1].second));
}
