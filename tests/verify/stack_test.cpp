#include "verify/stack.hpp"

#include <catch2/catch.hpp>

TEST_CASE("the stack opens with servers that are addresses", "[verify]") {
  const auto stack = verify::Stack::open({.dns = {.servers = {"127.0.0.1:5353"}}, .cache = {}});
  REQUIRE(stack);
  CHECK(&(*stack)->services().keys == &(*stack)->services().keys);
}

TEST_CASE("a server that is no address is an error that names it", "[verify]") {
  const auto stack = verify::Stack::open({.dns = {.servers = {"ns.example"}}, .cache = {}});
  REQUIRE_FALSE(stack);
  CHECK(stack.error().what.find("ns.example") != std::string::npos);
}
