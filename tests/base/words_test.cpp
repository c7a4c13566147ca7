#include "base/words.hpp"

#include <cstdint>

#include <catch2/catch.hpp>

namespace fruit {

enum class Kind : std::uint8_t { apple, sour_cherry };
constexpr auto words_of(Kind) { return std::to_array<std::string_view>({"apple", "sour-cherry"}); }

}  // namespace fruit

TEST_CASE("each enumerator has its word, and each word its enumerator", "[base]") {
  CHECK(base::word(fruit::Kind::apple) == "apple");
  CHECK(base::word(fruit::Kind::sour_cherry) == "sour-cherry");
  CHECK(base::find<fruit::Kind>("apple") == fruit::Kind::apple);
  CHECK(base::find<fruit::Kind>("sour-cherry") == fruit::Kind::sour_cherry);
}

TEST_CASE("no other spelling is a word", "[base]") {
  for (const char* text : {"", "Apple", "apple ", "appl", "sour_cherry", "pear"})
    CHECK_FALSE(base::find<fruit::Kind>(text));
}

TEST_CASE("where an enum ends is known to the compiler", "[base]") {
  STATIC_REQUIRE(base::is_enumerator<fruit::Kind::sour_cherry>());
  STATIC_REQUIRE_FALSE(base::is_enumerator<static_cast<fruit::Kind>(2)>());
}
