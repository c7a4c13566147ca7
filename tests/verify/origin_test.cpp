#include "verify/origin.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

std::string field(const std::string& client, const std::string& helo = "helo.example") {
  return " from " + helo + " (name.example [" + client + "]) by relay.example.org (Postfix)";
}

// The origin when 198.51.100.7 brings a message with these Received fields, top first.
verify::Connection origin(const std::vector<std::string>& received) {
  mail::Headers headers;
  for (const std::string& value : received)
    REQUIRE(headers.add({"Received", value}, 1 << 20));
  const verify::Connection relayed{.client = base::IpAddress::parse("198.51.100.7"),
                                   .client_name = "relay.example.org",
                                   .helo = "relay.example.org",
                                   .receiver = "mx.example.org",
                                   .authenticated = true,
                                   .user = "relay"};
  const std::vector<base::Network> relays = {*base::Network::parse("198.51.100.0/28")};
  return verify::find_origin(relayed, headers, relays);
}

}  // namespace

TEST_CASE("the origin is whom the relay took the message from", "[verify]") {
  const verify::Connection found = origin({field("192.0.2.1"), field("203.0.113.9")});
  CHECK(found.client == base::IpAddress::parse("192.0.2.1"));
  CHECK(found.client_name == "name.example");
  CHECK(found.helo == "helo.example");
  CHECK(found.receiver == "mx.example.org");
  CHECK(found.relay == base::IpAddress::parse("198.51.100.7"));
  CHECK_FALSE(found.authenticated);  // That was the relay.
  CHECK(found.user.empty());
}

TEST_CASE("relays behind the relay, and programs on it, are passed over", "[verify]") {
  const auto found = origin({field("127.0.0.1"), field("198.51.100.8"), field("::1"),
                             field("192.0.2.1"), field("203.0.113.9")});
  CHECK(found.client == base::IpAddress::parse("192.0.2.1"));
}

TEST_CASE("without a readable field nobody knows the origin", "[verify]") {
  for (const std::vector<std::string>& received :
       {std::vector<std::string>{},
        {" by relay.example.org (Postfix, from userid 0)"},
        {" nonsense", field("192.0.2.1")},
        {field("198.51.100.8")}}) {
    const verify::Connection found = origin(received);
    CHECK_FALSE(found.client);
    CHECK(found.helo.empty());
    CHECK(found.relay);
  }
}

TEST_CASE("no more than ten fields are read", "[verify][limits]") {
  std::vector<std::string> received(9, field("198.51.100.8"));
  received.push_back(field("192.0.2.1"));
  CHECK(origin(received).client);
  received.insert(received.begin(), field("198.51.100.8"));
  CHECK_FALSE(origin(received).client);
}

TEST_CASE("the field that names the origin tells when the message came",
          "[verify][RFC 5321 §4.4]") {
  const std::string noon = "; Fri, 1 May 2026 12:00:00 +0000";
  const std::string later = "; Fri, 1 May 2026 13:00:00 +0000";
  const auto found = origin({field("198.51.100.8") + later, field("192.0.2.1") + noon});
  CHECK(found.received_at == base::WallTime(base::Seconds(1'777'636'800)));
  CHECK_FALSE(origin({field("192.0.2.1"), field("203.0.113.9") + noon}).received_at);
  CHECK_FALSE(origin({field("192.0.2.1") + noon + noon}).received_at);
  CHECK_FALSE(origin({" nonsense" + noon}).received_at);
}
