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
        {" by relay.example.org (Postfix) with ESMTPSA id 4X", field("192.0.2.1")},
        {" by relay.example.org (Postfix, from userid 0)"},
        {" nonsense", field("192.0.2.1")},
        {field("198.51.100.8")}}) {
    const verify::Connection found = origin(received);
    CHECK_FALSE(found.client);
    CHECK(found.helo.empty());
    CHECK(found.relay);
    CHECK(found.relay_problem.starts_with("relay 198.51.100.7: "));
  }
}

TEST_CASE("without a client the relay and the writer of the field are told", "[verify]") {
  CHECK(origin({" by in1.relay.example with ESMTPSA id 4X; x"}).relay_problem ==
        "relay 198.51.100.7: the Received field by in1.relay.example names no client");
  CHECK(origin({" nonsense"}).relay_problem ==
        "relay 198.51.100.7: the Received field names no client");
  CHECK(origin({}).relay_problem == "relay 198.51.100.7: no Received field names a client");
  CHECK(origin({field("192.0.2.1")}).relay_problem.empty());
}

TEST_CASE("programs on the relay that leave no address are passed over", "[verify]") {
  for (const char* hop : {" by relay.example.org (Postfix, from userid 112) id 4X; x",
                          " (qmail 99419 invoked from network); 1 May 2026 22:27:07 -0000",
                          " from mail by relay.example.org with spam-scanned (Exim 4.96) id 1x; x",
                          " by 2002:a05:6402:1::1 with SMTP id d9; x"}) {
    INFO(hop);
    const auto found = origin({hop, field("192.0.2.1"), field("203.0.113.9")});
    CHECK(found.client == base::IpAddress::parse("192.0.2.1"));
    CHECK(found.relay_problem.empty());
    CHECK_FALSE(origin({hop, " nonsense", field("203.0.113.9")}).client);
  }
}

TEST_CASE("a private hop of the relay's network ends the search, unless it is a relay",
          "[verify]") {
  const auto found = origin({field("10.20.0.11"), field("192.0.2.1")});
  CHECK(found.client == base::IpAddress::parse("10.20.0.11"));
  CHECK(found.relay_problem == "relay 198.51.100.7 took it from the private address 10.20.0.11");
}

TEST_CASE("the HELO name of a client makes no field below count", "[verify]") {
  for (const char* helo : {"127.0.0.1", "198.51.100.8", "10.0.0.1", "IPv6:::1"}) {
    const std::string words = "(HELO [" + std::string(helo) + "])";
    for (const std::string& top :
         {" from unknown " + words + " (192.0.2.1) by relay.example.org with SMTP; x",
          " from name.example " + words + " ([192.0.2.1]) by relay.example.org with ESMTP; x",
          " from [192.0.2.1] " + words + " by relay.example.org (CommuniGate Pro SMTP 6.2)",
          " from name.example " + words + " by relay.example.org with SMTP; x"}) {
      INFO(top);
      const auto client = origin({top, field("203.0.113.9")}).client;
      CHECK((!client || client == base::IpAddress::parse("192.0.2.1")));
    }
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
