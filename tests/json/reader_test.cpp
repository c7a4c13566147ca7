#include "json/reader.hpp"

#include <string>

#include <catch2/catch.hpp>

using json::Node;
using json::parse;
using json::Value;

TEST_CASE("every kind of JSON value is read", "[json][json]") {
  const auto value = parse(R"( {"t":"\u00fc\n","n":-7,"b":true,"z":null,"l":[1,"x"],"f":1.5} )");
  REQUIRE(value);
  std::string fault;
  const Node root(*value, fault);
  CHECK(root["t"].text() == "\xC3\xBC\n");
  CHECK(root["b"].boolean());
  CHECK_FALSE(root["z"].exists());
  CHECK_FALSE(root["none"]["none"].exists());
  CHECK(fault.empty());
  CHECK(root["n"].number() == 0);
  CHECK(fault == "n: out of range");
  CHECK(root["f"].number() == 0);
  CHECK(fault == "n: out of range");  // The first.
}

TEST_CASE("places are named all the way down", "[json][json]") {
  const auto value = parse(R"({"a":{"b":[{"c":"x"},{"c":1}]}})");
  REQUIRE(value);
  std::string fault;
  const Node root(*value, fault);
  root["a"]["b"].for_each([](const Node& element) { (void)element["c"].text(); });
  CHECK(fault == "a.b[1].c: not text");
}

TEST_CASE("of equal keys the first counts", "[json][json]") {
  const auto value = parse(R"({"a":1,"a":2})");
  REQUIRE(value);
  std::string fault;
  CHECK(Node(*value, fault)["a"].number() == 1);
}

TEST_CASE("what is no JSON, or nested too deeply, is not read", "[json][json]") {
  for (const char* text : {"", "{", "{\"a\"}", "[1,]", "nul", "\"\xFF\"", "1 2", "\"\n\""}) {
    INFO(text);
    CHECK_FALSE(parse(text));
  }
  const auto nested = [](std::size_t depth) {
    return parse(std::string(depth, '[') + std::string(depth, ']'));
  };
  CHECK(nested(16));
  CHECK_FALSE(nested(17));
  CHECK_FALSE(nested(100'000));
}
