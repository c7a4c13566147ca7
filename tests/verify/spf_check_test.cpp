#include "verify/spf_check.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/fake_resolver.hpp"

namespace {

using std::chrono::steady_clock;
using support::FakeResolver;
using verify::SpfCheck;

SpfCheck::Terms terms(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  return {.options = {},
          .questions_max = 10,
          .time_max = patience,
          .now = base::WallTime{}};
}

const base::Deadline much_later = steady_clock::now() + std::chrono::hours(1);

spf::Request request() {
  return {.client = *base::IpAddress::parse("192.0.2.1"),
          .identity = spf::Identity::mail_from,
          .helo = "mail.example.com",
          .mail_from = "a@example.com",
          .receiver = "mx.example.org"};
}

}  // namespace

TEST_CASE("with all answers there no thread is needed", "[verify]") {
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  base::WorkerPool none(0, 0);
  SpfCheck check(request(), terms(), dns, none);
  CHECK(check.finish(much_later).status == spf::Status::pass);
  CHECK(check.lookups().size() == 1);
}

TEST_CASE("answers that come later have it run again on the pool", "[verify]") {
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 a:host.example.com -all");
  dns.add_a("host.example.com", "192.0.2.1");
  dns.hold();
  base::WorkerPool pool(1, 10);
  SpfCheck check(request(), terms(), dns, pool);
  dns.release();
  CHECK(check.finish(much_later).status == spf::Status::pass);
}

TEST_CASE("a pool without room means the check runs where it is waited for", "[verify]") {
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 -all");
  dns.hold();
  base::WorkerPool none(0, 0);
  SpfCheck check(request(), terms(), dns, none);
  dns.release();
  CHECK(check.finish(much_later).status == spf::Status::fail);
}

TEST_CASE("past its time SPF is a temporary error of its identity", "[verify][RFC 7208 §4.6.4]") {
  FakeResolver dns;
  dns.hold();
  base::WorkerPool pool(1, 10);
  SpfCheck own(request(), terms(std::chrono::milliseconds(20)), dns, pool);
  SpfCheck callers(request(), terms(), dns, pool);
  for (const spf::Result& result :
       {own.finish(much_later),
        callers.finish(steady_clock::now() + std::chrono::milliseconds(20))}) {
    CHECK(result.status == spf::Status::temperror);
    REQUIRE(result.domain);
    CHECK(result.domain->text() == "example.com");
    CHECK(result.problem == "time limit");
  }
  dns.release();
}

TEST_CASE("its time is its own: a result from long ago is still its result", "[verify]") {
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 ip4:192.0.2.1 -all");
  base::WorkerPool none(0, 0);
  SpfCheck check(request(), terms(std::chrono::milliseconds(1)), dns, none);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(check.finish(base::Deadline::min()).status == spf::Status::pass);
}

TEST_CASE("evaluations that wait keep no thread from others", "[verify]") {
  FakeResolver silent;
  silent.hold();
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 a:host.example.com -all");
  dns.add_a("host.example.com", "192.0.2.1");
  dns.hold();
  base::WorkerPool pool(1, 1);
  std::vector<SpfCheck> waiting;
  for (int i = 0; i < 1000; ++i)
    waiting.emplace_back(request(), terms(), silent, pool);
  SpfCheck check(request(), terms(), dns, pool);
  dns.release();
  CHECK(check.finish(much_later).status == spf::Status::pass);
  waiting.clear();
  silent.release();
}

TEST_CASE("a check that was dropped asks nothing more", "[verify]") {
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 include:next.example -all");
  dns.hold();
  base::WorkerPool pool(1, 10);
  { const SpfCheck dropped(request(), terms(), dns, pool); }
  dns.release();
  CHECK(dns.count() == 1);
}

TEST_CASE("more DNS questions than its share is a permanent error", "[verify][RFC 7208 §4.6.4]") {
  FakeResolver dns;
  dns.add_txt("example.com", "v=spf1 mx -all");
  for (int i = 0; i < 10; ++i) {
    const std::string host = "mx" + std::to_string(i) + ".example.com";
    dns.add_mx("example.com", 10, host);
    dns.add_a(host, "198.51.100.1");
  }
  base::WorkerPool none(0, 0);
  SpfCheck check(request(), terms(), dns, none);  // 1 TXT, 1 MX, 10 A; its share is 10.
  const spf::Result result = check.finish(much_later);
  CHECK(result.status == spf::Status::permerror);
  CHECK(result.problem == "too many DNS questions");
  CHECK(dns.count() == 10);
}
