#include "verify/traces.hpp"

#include <catch2/catch.hpp>

namespace {

bool shows(std::string_view name, std::string value, bool through_relay = false) {
  mail::Headers headers;
  REQUIRE(headers.add({std::string(name), std::move(value)}, 1'000'000));
  return verify::shows_earlier_delivery(headers, through_relay);
}

bool hop(std::string value) { return shows("Received", std::move(value)); }

}  // namespace

TEST_CASE("what a delivery adds is a trace of it", "[verify]") {
  CHECK(shows("Delivered-To", " b@uni.example"));
  CHECK(shows("delivered-to", " b@uni.example"));
  CHECK(shows("X-Forwarded-To", " b@rcpt.example"));
  CHECK(shows("X-Forwarded-For", " b@uni.example b@rcpt.example"));
  CHECK(shows("X-Original-To", " b@uni.example"));
  CHECK_FALSE(shows("To", " b@uni.example"));
  CHECK(shows("Delivered-To", " b@uni.example", true));
}

TEST_CASE("a hop between two organizations is a trace, one at home is none", "[verify]") {
  CHECK(hop(" from mail.sender.example (mail.sender.example [192.0.2.1])\r\n"
            " by fwd.uni.example (Postfix) with ESMTPS id X; Sat, 28 Nov 2026 12:00:00 +0000"));
  CHECK(hop(" from mail.sender.example by fwd.uni.example"));
  CHECK_FALSE(hop(" from app1.uni.example by fwd.uni.example with ESMTP"));
  CHECK_FALSE(hop(" from localhost by fwd.uni.example with ESMTP"));
  CHECK_FALSE(hop(" from [192.0.2.1] by fwd.uni.example with ESMTP"));
  CHECK_FALSE(hop(" by fwd.uni.example (Postfix, from userid 0) id 4X"));
  CHECK_FALSE(hop(" (from root@a.other.example) by fwd.uni.example"));
}

TEST_CASE("a login is no earlier delivery", "[verify][RFC 3848]") {
  CHECK_FALSE(hop(" from pc.isp.example by mail.uni.example with ESMTPSA id X"));
  CHECK_FALSE(hop(" from pc.isp.example by mail.uni.example with esmtpa id X"));
  CHECK(hop(" from pc.isp.example by mail.uni.example with SMTP id X"));
}

TEST_CASE("what our own relay wrote down is no trace", "[verify]") {
  const std::string ours = " from mail.sender.example by relay.rcpt.example with ESMTP";
  CHECK(shows("Received", ours));
  CHECK_FALSE(shows("Received", ours, true));
}

TEST_CASE("a field that never ends is read to a bound", "[verify]") {
  CHECK_FALSE(hop(" from a.example (" + std::string(100'000, '(') + " by b.test"));
  CHECK_FALSE(hop(std::string(100'000, ' ') + "from mail.a.example by mail.b.example"));
}
