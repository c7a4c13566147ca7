#include "policy/trust.hpp"

#include <catch2/catch.hpp>

namespace {

policy::Trust inside() {
  policy::Trust trust;
  trust.networks = {base::Network::parse("127.0.0.0/8").value(),
                    base::Network::parse("2001:db8::/32").value()};
  return trust;
}

verify::Connection from(const char* client) {
  verify::Connection connection;
  connection.client = base::IpAddress::parse(client);
  return connection;
}

}  // namespace

TEST_CASE("clients of trusted networks are trusted", "[policy]") {
  CHECK(policy::trusts(inside(), from("127.0.0.1")).rule == "trusted-network");
  CHECK(policy::trusts(inside(), from("::ffff:127.0.0.1")).trusted);
  CHECK(policy::trusts(inside(), from("2001:db8::1")).trusted);
  CHECK_FALSE(policy::trusts(inside(), from("192.0.2.1")).trusted);
  CHECK(policy::trusts(inside(), from("192.0.2.1")).rule.empty());
  CHECK_FALSE(policy::trusts({}, from("127.0.0.1")).trusted);
}

TEST_CASE("authenticated senders are trusted unless told otherwise", "[policy]") {
  verify::Connection connection = from("192.0.2.1");
  connection.authenticated = true;
  CHECK(policy::trusts({}, connection).rule == "trusted-authenticated");
  policy::Trust nobody;
  nobody.authenticated = false;
  CHECK_FALSE(policy::trusts(nobody, connection).trusted);
}

TEST_CASE("a client without an address is trusted only where the site says so", "[policy]") {
  CHECK_FALSE(policy::trusts(inside(), {}).trusted);
  policy::Trust anybody = inside();
  anybody.unknown_clients = true;
  CHECK(policy::trusts(anybody, {}).rule == "trusted-unknown-client");
  CHECK(policy::trusts(anybody, from("127.0.0.1")).rule == "trusted-network");
  CHECK_FALSE(policy::trusts(anybody, from("192.0.2.1")).trusted);
}

TEST_CASE("a client that a relay of ours did not name is not trusted", "[policy]") {
  verify::Connection connection;
  connection.relay = base::IpAddress::parse("127.0.0.1");
  policy::Trust anybody = inside();
  anybody.unknown_clients = true;
  CHECK_FALSE(policy::trusts(anybody, connection).trusted);
}
