#include "verify/crypto/base64.hpp"

#include <catch2/catch.hpp>

namespace {

struct Row {
  std::string_view text;
  std::string_view octets;
};

}  // namespace

TEST_CASE("base64 encodes and decodes the RFC's examples", "[crypto][RFC 4648 §10]") {
  const auto row = GENERATE(values<Row>({{"", ""},
                                         {"Zg==", "f"},
                                         {"Zm8=", "fo"},
                                         {"Zm9v", "foo"},
                                         {"Zm9vYg==", "foob"},
                                         {"Zm9vYmE=", "fooba"},
                                         {"Zm9vYmFy", "foobar"}}));
  const crypto::ByteView octets = crypto::bytes_of(row.octets);
  CHECK(crypto::to_base64(octets) == row.text);
  CHECK(crypto::from_base64(row.text) == crypto::Bytes(octets.begin(), octets.end()));
}

TEST_CASE("every octet survives base64", "[crypto][RFC 4648 §4]") {
  crypto::Bytes octets;
  for (int i = 0; i < 259; ++i) {
    CHECK(crypto::from_base64(crypto::to_base64(octets)) == octets);
    octets.push_back(static_cast<std::byte>(i));
  }
}

TEST_CASE("white space inside base64 is skipped", "[crypto][RFC 6376 §2.10]") {
  const auto octets = crypto::from_base64("\tZm 9v\r\n Yg = \r\n\t=");
  REQUIRE(octets);
  CHECK(crypto::to_base64(*octets) == "Zm9vYg==");
}

TEST_CASE("malformed base64 gives nothing", "[crypto][RFC 4648 §3.3]") {
  const auto text = GENERATE(as<std::string>{},  //
                             "Zg", "Zg=", "Zg===", "Zm8", "Zm8==", "Z", "Z===", "=",
                             "==", "Zm9v=", "Zm9v==", "Zg==Zg==", "Zm=9v", "Zm9v!", "Zm-_",
                             std::string("Zm\0v", 4), "Zm\x80v");
  INFO(text);
  CHECK_FALSE(crypto::from_base64(text));
}
