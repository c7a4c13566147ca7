// Limits, deadline and hostile input: what holds whatever a domain publishes.

#include "verify/spf/session.hpp"

#include <chrono>

#include <catch2/catch.hpp>

#include "tests/verify/spf/both_engines.hpp"
#include "verify/dns/recording_resolver.hpp"

using spf::Status;
using support::check_on_both;
using support::FakeResolver;
using support::request;
using support::status_on_both;

namespace {

constexpr std::string_view client_address = "192.0.2.1";

std::string repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all += text;
  return all;
}

spf::Result check_example(FakeResolver& resolver, spf::Options options = {}) {
  return check_on_both(request(client_address, "a@example.com"), resolver, options);
}

}  // namespace

TEST_CASE("ten terms may ask DNS, the eleventh is an error", "[spf][RFC 7208 §4.6.4]") {
  FakeResolver resolver;
  resolver.add_a("other.example", "198.51.100.1");
  resolver.add_txt("example.com", "v=spf1" + repeated(" a:other.example", 10) + " -all");
  CHECK(status_on_both(resolver, client_address) == "fail");
  resolver.clear("example.com");
  resolver.add_txt("example.com", "v=spf1" + repeated(" a:other.example", 11));
  const auto result = check_example(resolver);
  CHECK(result.status == Status::permerror);
  CHECK(result.problem == "too many DNS terms");
  CHECK(result.cause == spf::Problem::too_many_terms);
  // A site may be stricter, never laxer.
  CHECK(status_on_both(resolver, client_address, {.terms_max = 100}) == "permerror");
  resolver.clear("example.com");
  resolver.add_txt("example.com", "v=spf1 a:other.example a:other.example -all");
  CHECK(status_on_both(resolver, client_address, {.terms_max = 1}) == "permerror");
}

TEST_CASE("terms inside includes and redirects count as well", "[spf][RFC 7208 §4.6.4]") {
  FakeResolver resolver;
  resolver.add_a("other.example", "198.51.100.1");
  resolver.add_txt("inner.example", "v=spf1" + repeated(" a:other.example", 4) + " -all");
  resolver.add_txt("example.com", "v=spf1 include:inner.example include:inner.example -all");
  CHECK(status_on_both(resolver, client_address) == "fail");
  resolver.clear("example.com");
  resolver.add_txt("example.com",
                   "v=spf1 include:inner.example include:inner.example redirect=inner.example");
  CHECK(status_on_both(resolver, client_address) == "permerror");
}

TEST_CASE("includes of ten at each level still ask ten questions", "[spf][RFC 7208 §11.1]") {
  FakeResolver resolver;
  resolver.add_txt(
      "example.com", "v=spf1" + [] {
        std::string terms;
        for (int i = 0; i < 10; ++i)
          terms += " include:" + std::to_string(i) + ".%{d}";
        return terms;
      }());
  std::string name = "example.com";
  for (int depth = 0; depth < 20; ++depth) {
    name = "0." + name;
    resolver.add_txt(name, "v=spf1 include:0.%{d} include:1.%{d} ~all");
  }
  CHECK(check_example(resolver).status == Status::permerror);
  CHECK(resolver.count() == 2 * 11);
}

TEST_CASE("loops end at the limit", "[spf][RFC 7208 §4.6.4]") {
  FakeResolver resolver;
  for (const std::string_view record : {"v=spf1 include:example.com", "v=spf1 redirect=example.com",
                                        "v=spf1 redirect=%{d}", "v=spf1 include:%{d} -all"}) {
    resolver.clear("example.com");
    resolver.add_txt("example.com", record);
    CHECK(status_on_both(resolver, client_address) == "permerror");
  }
}

TEST_CASE("a third void lookup is an error wherever it comes", "[spf][RFC 7208 §4.6.4]") {
  FakeResolver resolver;
  resolver.add_empty("nothing.example");
  resolver.add_txt("inner.example", "v=spf1 mx:nothing.example -all");
  resolver.add_txt("example.com", "v=spf1 a:x.example exists:nothing.example -all");
  CHECK(status_on_both(resolver, client_address) == "fail");
  for (const std::string_view record :
       {"v=spf1 a:x.example exists:nothing.example mx:y.example",
        "v=spf1 a:x.example exists:nothing.example ptr",
        "v=spf1 a:x.example exists:nothing.example include:inner.example"}) {
    CAPTURE(record);
    resolver.clear("example.com");
    resolver.add_txt("example.com", record);
    const auto result = check_example(resolver);
    CHECK(result.status == Status::permerror);
    CHECK(result.problem == "too many void lookups");
    CHECK(result.cause == spf::Problem::too_many_voids);
    CHECK(status_on_both(resolver, client_address, {.void_lookups_max = 3}) != "permerror");
  }
}

TEST_CASE("an MX host without our kind of address is no void lookup", "[spf][RFC 7208 §11.1]") {
  FakeResolver resolver;
  for (int i = 0; i < 10; ++i) {
    resolver.add_mx("example.com", 10, std::to_string(i) + ".mx.example");
    resolver.add_a(std::to_string(i) + ".mx.example", "192.0.2.9");
  }
  resolver.add_txt("example.com", "v=spf1 mx -all");
  CHECK(status_on_both(resolver, "2001:db8::1") == "fail");
}

TEST_CASE("more than ten MX hosts are an error even if the first matches",
          "[spf][RFC 7208 §4.6.4]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 mx -all");
  resolver.add_a("mx.example", client_address);
  for (int i = 0; i < 10; ++i)
    resolver.add_mx("example.com", 10, "mx.example");
  CHECK(status_on_both(resolver, client_address) == "pass");
  resolver.add_mx("example.com", 10, "mx.example");
  CHECK(status_on_both(resolver, client_address) == "permerror");
}

TEST_CASE("the null MX is no host", "[spf][RFC 7505 §3]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 mx -all");
  resolver.add_mx("example.com", 0, "");
  CHECK(status_on_both(resolver, client_address) == "fail");
}

TEST_CASE("of many PTR names the first ten count", "[spf][RFC 7208 §4.6.4]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 ptr -all");
  resolver.add_a("host.example.com", client_address);
  for (int i = 0; i < 9; ++i)
    resolver.add_ptr(client_address, "x.example.com");
  resolver.add_ptr(client_address, "HOST.example.com");
  CHECK(status_on_both(resolver, client_address) == "pass");
  FakeResolver many;
  many.add_txt("example.com", "v=spf1 ptr -all");
  many.add_a("host.example.com", client_address);
  for (int i = 0; i < 10; ++i)
    many.add_ptr(client_address, "x.example.com");
  many.add_ptr(client_address, "host.example.com");
  CHECK(status_on_both(many, client_address) == "fail");
}

TEST_CASE("records too long or too many are errors", "[spf]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 " + repeated("a ", 5000));
  CHECK(check_example(resolver).problem == "SPF record too long at example.com");
  resolver.clear("example.com");
  for (int i = 0; i < 101; ++i)
    resolver.add_txt("example.com", "text");
  CHECK(check_example(resolver).problem == "more than 100 TXT records at example.com");
  resolver.clear("example.com");
  for (int i = 0; i < 2; ++i)
    resolver.add_txt("example.com", "v=spf1");
  CHECK(check_example(resolver).problem == "2 SPF records at example.com");
  CHECK(check_example(resolver).status == Status::permerror);
}

TEST_CASE("problems say what went wrong", "[spf]") {
  FakeResolver resolver;
  resolver.servfail("example.com");
  CHECK(check_example(resolver).problem == "TXT example.com: failure");
  CHECK(check_example(resolver).status == Status::temperror);
  resolver.clear("example.com");
  resolver.add_txt("example.com", "v=spf1 a:%{q}");
  CHECK(check_example(resolver).problem == "syntax: a:%{q} at example.com");
  resolver.clear("example.com");
  resolver.add_txt("example.com", "v=spf1 a");
  resolver.timeout("example.com", dns::Type::a);
  CHECK(check_example(resolver).problem == "A example.com: timeout");
  resolver.clear("example.com");
  resolver.add_txt("example.com", "v=spf1 include:x.example");
  CHECK(check_example(resolver).problem == "no SPF record at x.example");
}

TEST_CASE("a share of questions that is used up is a permanent error", "[spf][RFC 7208 §4.6.4]") {
  const auto engine = GENERATE(spf::Engine::libspf2, spf::Engine::native);
  FakeResolver zone;
  zone.add_txt("example.com", "v=spf1 include:a.example include:b.example include:c.example -all");
  for (const char* name : {"a.example", "b.example", "c.example"})
    zone.add_txt(name, "v=spf1 ip4:198.51.100.1 -all");
  dns::RecordingResolver resolver(zone, 3);
  const auto result =
      spf::check(request(client_address, "a@example.com"), resolver, {.engine = engine}, {}).result;
  REQUIRE(result);
  CHECK(result->status == Status::permerror);
  CHECK(result->problem == "too many DNS questions");
}

TEST_CASE("hostile records cost little and crash nothing", "[spf]") {
  const std::string records[] = {
      "v=spf1 exp=" + std::string(60'000, '!') + ".example",
      "v=spf1 a:" + std::string(8000, '!') + ".example -all",
      "v=spf1 a:" + repeated("%{l9r-}", 1100) + ".example -all",
      "v=spf1 a:" + repeated("%{p}", 1900) + ".example -all",
      "v=spf1 " + repeated("ip4:10.0.0.1 ", 600) + "-all",
      "v=spf1 " + repeated("a ", 4000),
      "v=spf1 redirect=" + repeated("%{d}.", 100) + "%{d}",
      "v=spf1 moo=" + repeated("%{d}", 2000),
      "v=spf1" + std::string(8000, ' '),
      std::string("v=spf1 a:\0.example", 18),
      "v=spf1 a:1.t include:0.t redirect=2.t",
      "v=spf1 a:$1 include:$0.example exists:$2.example -all",
      "v=spf1 a:%{D999999999999999999999R./-+,_=}.example -all",
  };
  for (const std::string& record : records) {
    CAPTURE(record.substr(0, 60));
    FakeResolver resolver;
    resolver.add_txt("example.com", record);
    for (int i = 0; i < 20; ++i)
      resolver.add_ptr(client_address, std::to_string(i) + ".example");
    const auto asked = request(client_address, std::string(500, '-') + "@example.com");
    const auto result = check_on_both(asked, resolver);
    CHECK(result.mechanism.size() < 1000);
    CHECK(result.problem.size() < 2000);
    CHECK(resolver.count() < 100);
  }
}

TEST_CASE("what the terms are going to ask is asked early", "[spf]") {
  // The checked domain's TXT is there, nothing else is.
  struct OneAnswer final : dns::Resolver {
    FakeResolver first;
    FakeResolver rest;
    dns::Pending lookup(const dns::Question& question) override {
      const bool is_first = question == dns::Question{"example.com", dns::Type::txt};
      return is_first ? first.lookup(question) : rest.lookup(question);
    }
  } resolver;
  resolver.first.add_txt("example.com",
                         "v=spf1 ip4:10.0.0.1 a mx:Mx.example. include:i.example ptr "
                         "exists:%{i}.e.example exists:e.example -all a:z.example");
  resolver.rest.hold();
  CHECK_FALSE(spf::check(request(client_address, "a@example.com"), resolver, {}, {}).result);
  CHECK(resolver.rest.asked() == std::vector<dns::Question>{{"example.com", dns::Type::a},
                                                            {"mx.example", dns::Type::mx},
                                                            {"i.example", dns::Type::txt},
                                                            {"e.example", dns::Type::a}});
}

TEST_CASE("nothing is asked early past a sure match, nor more than ten", "[spf]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 ip4:192.0.2.1 a -all");
  CHECK(status_on_both(resolver, client_address) == "pass");
  CHECK(resolver.count() == 2);  // TXT alone, for each engine.
  resolver.clear("example.com");
  resolver.add_a("example.com", client_address);
  std::string terms;
  for (int i = 0; i < 20; ++i)
    terms += " a:" + std::to_string(i) + ".example.com";
  resolver.add_txt("example.com", "v=spf1 a" + terms);
  CHECK(status_on_both(resolver, client_address) == "pass");
  CHECK(resolver.count() == 2 + 2 * 11);
}
