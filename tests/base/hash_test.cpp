#include "base/hash.hpp"

#include <catch2/catch.hpp>

TEST_CASE("FNV-1a gives what its authors publish", "[base]") {
  CHECK(base::fnv1a("") == 0xCBF29CE484222325);
  CHECK(base::fnv1a("a") == 0xAF63DC4C8601EC8C);
  CHECK(base::fnv1a("foobar") == 0x85944171F73967E8);
}
