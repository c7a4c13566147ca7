#include "verify/reverse_check.hpp"

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

namespace {

using support::FakeResolver;
using verify::ReverseCheck;

const base::IpAddress client = *base::IpAddress::parse("192.0.2.1");
const base::Deadline far = std::chrono::steady_clock::now() + std::chrono::hours(1);

}  // namespace

TEST_CASE("the addresses are asked as soon as the names are there", "[verify][RFC 8601 §3]") {
  FakeResolver dns;
  dns.add_ptr("192.0.2.1", "mail.example.com");
  dns.add_a("mail.example.com", "192.0.2.1");
  dns.hold();
  ReverseCheck check(client, {}, dns);
  CHECK(dns.count() == 1);
  dns.release();
  CHECK(dns.count("mail.example.com", dns::Type::a) == 1);  // Nobody has waited yet.
  const iprev::Result result = check.finish(base::Deadline::min());
  CHECK(result.status == iprev::Status::pass);
  CHECK(result.name == "mail.example.com");
  CHECK(check.lookups().size() == 2);
}

TEST_CASE("names that do not come in time are a temporary error", "[verify][RFC 8601 §2.7.3]") {
  FakeResolver dns;
  dns.hold();
  ReverseCheck check(client, {}, dns);
  CHECK(check.finish(base::Deadline::min()).status == iprev::Status::temperror);
  dns.release();
  CHECK(dns.count() == 1);
}

TEST_CASE("a reverse look-up that was dropped asks nothing more", "[verify]") {
  FakeResolver dns;
  dns.add_ptr("192.0.2.1", "mail.example.com");
  dns.hold();
  { const ReverseCheck dropped(client, {}, dns); }
  dns.release();
  CHECK(dns.count() == 1);
}

TEST_CASE("a client has no more names looked at than the limit", "[verify][RFC 8601 §3]") {
  FakeResolver dns;
  for (int i = 0; i < 30; ++i)
    dns.add_ptr("192.0.2.1", "h" + std::to_string(i) + ".example.com");
  ReverseCheck check(client, {}, dns);
  CHECK(check.finish(far).status == iprev::Status::fail);
  CHECK(dns.count() == 11);
}
