#include "config/kinds.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "config/config.hpp"

using namespace config;

namespace {

enum class Size : std::uint8_t { small, middle, large };
constexpr auto words_of(Size) {
  return std::to_array<std::string_view>({"small", "middle", "large"});
}

// What a kind makes of a section "s" with one key, "k", in line 2.
template <class Value, class Kind>
std::string complaints_of(Value& value, const Kind& kind,
                          decltype(config::Value::content) content) {
  Table section;
  section.emplace("k", config::Value{std::move(content), 2});
  Table file;
  file.emplace("s", config::Value{std::move(section), 1});
  Complaints complaints("f");
  Section read(file, "s", complaints);
  kind.read(read, "k", value);
  kind.read(read, "absent", value);
  return complaints.text();
}

}  // namespace

TEST_CASE("a number goes into any type that holds its range", "[config]") {
  unsigned small = 1;
  CHECK(complaints_of(small, Number{0, 7}, std::int64_t{7}).empty());
  CHECK(small == 7);
  CHECK(complaints_of(small, Number{0, 7}, std::int64_t{8}) ==
        "f:2: s.k: 8 is out of range: 0 to 7");
  CHECK(small == 7);
  std::chrono::hours hours{1};
  CHECK(complaints_of(hours, Number{0, 7}, std::int64_t{2}).empty());
  CHECK(hours == std::chrono::hours(2));
  CHECK(Number{0, 7}.write(hours) == "2");
  CHECK(Number{0, 7}.write(std::size_t{3}) == "3");
}

TEST_CASE("a finer duration is read and shown in whole seconds", "[config]") {
  std::chrono::milliseconds time{1500};
  CHECK(Seconds{1, 9}.write(time) == "1");
  CHECK(complaints_of(time, Seconds{1, 9}, std::int64_t{3}).empty());
  CHECK(time == std::chrono::milliseconds(3000));
}

TEST_CASE("a word is one of its enum's, or of some of them", "[config]") {
  Size size = Size::small;
  CHECK(complaints_of(size, Word{}, std::string("large")).empty());
  CHECK(size == Size::large);
  CHECK(Word{}.write(size) == "\"large\"");
  CHECK(complaints_of(size, OneOf{Size::middle, Size::small}, std::string("large")) ==
        "f:2: s.k: \"large\" is none of \"middle\", \"small\"");
  CHECK(complaints_of(size, OneOf{Size::middle, Size::small}, std::string("small")).empty());
  CHECK(size == Size::small);
}

TEST_CASE("a secret is not shown, but that there is one", "[config]") {
  CHECK(Secret{}.write("0123456789abcdef") == toml_string(hidden_key));
  CHECK(Secret{}.write("") == "\"\"");
}

TEST_CASE("a path begins with a slash where nothing else is said", "[config]") {
  std::filesystem::path path = "/a";
  CHECK(complaints_of(path, Path{}, std::string("b")) ==
        "f:1: s.absent: must begin with \"/\"\nf:2: s.k: must begin with \"/\"");
}
