#include "policy/skeleton.hpp"

#include <string>

#include <catch2/catch.hpp>

using policy::skeleton;

TEST_CASE("what looks alike has equal skeletons", "[policy]") {
  struct Row {
    const char* one;
    const char* other;
  };
  const Row rows[] = {
      {"example", "EXAMPLE"},
      {"google", "g00gle"},
      {"paypal", "paypa1"},
      {"paypal", "paypai"},
      {"modern", "modem"},
      {"window", "vvindovv"},
      {"dose", "clo5e"},
      {"example", "\u0435x\u0430mpl\u0435"},  // Cyrillic
      {"apple", "\u0430\u0440\u0440\u04CF\u0435"},
      {"post", "\u03C1\u03BFs\u03C4"},  // Greek
      {"zurich", "z\u00FCrich"},        // Accents
      {"lodz", "\u0142\u00F3d\u017A"},
      {"sona", "\u015Fo\u0148\u0105"},
      {"ANNA", "\u0410\u039D\u039D\u0410"},
  };
  for (const Row& row : rows) {
    INFO(row.one << " and " << row.other);
    CHECK(skeleton(row.one) == skeleton(row.other));
  }
  CHECK(skeleton("example") != skeleton("exampel"));
  CHECK(skeleton("") == "");
}

TEST_CASE("what resembles nothing stays as it is", "[policy]") {
  CHECK(skeleton("\u4E2D\u6587.example") == "\u4E2D\u6587.example");
  CHECK(skeleton("\xC3") == "\xC3");  // Cut in the middle.
  CHECK(skeleton("\xE2\x82") == "\xE2\x82");
  CHECK(skeleton("\x80\xFF") == "\x80\xFF");
  CHECK(skeleton("\u0101\u017E\u0180") == "azb");  // Both ends of the table.
}
