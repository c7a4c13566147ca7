#include "verify/spf/spf.hpp"

#include <catch2/catch.hpp>

#include "tests/verify/spf/both_engines.hpp"

using spf::Status;
using support::check_on_both;
using support::FakeResolver;
using support::request;
using support::status_on_both;

namespace {

constexpr std::string_view client = "192.0.2.1";

std::string many_networks(int count, std::string_view end) {
  std::string record = "v=spf1";
  for (int i = 0; i < count; ++i)
    record += " ip4:10.0." + std::to_string(i) + ".1";
  return record + ' ' + std::string(end);
}

}  // namespace

// What libspf2 by itself gets wrong and the official suites do not show.
TEST_CASE("single records get the RFC's result, not raw libspf2's", "[spf][RFC 7208]") {
  struct Row {
    std::string_view why;
    std::string record;
    std::string_view client;
    std::string_view expected;
  };
  const Row rows[] = {
      {"a match after 511 octets of terms", many_networks(200, "ip4:192.0.2.1 -all"), client,
       "pass"},
      {"all after 511 octets of terms", many_networks(200, "-all"), client, "fail"},
      {"redirect after 511 octets of terms", many_networks(200, "redirect=fail.example"), client,
       "fail"},
      {"loopback has no free ride", "v=spf1 -all", "127.0.0.1", "fail"},
      {"nor has IPv6 loopback", "v=spf1 -all", "::1", "fail"},
      {"the prefix is not taken modulo 2^32", "v=spf1 ip4:192.0.2.0/4294967320", client,
       "permerror"},
      {"nor as -1", "v=spf1 ip4:192.0.2.0/4294967295", client, "permerror"},
      {"%{d9} of two labels is both", "v=spf1 exists:%{d9}.e.example -all", client, "pass"},
      {"%{d99999999999} is no overflow", "v=spf1 exists:%{d99999999999}.e.example -all", client,
       "pass"},
      {"comma and slash delimit", "v=spf1 exists:%{i,/}.e.example -all", client, "pass"},
      {"R reverses", "v=spf1 exists:%{iR}.e.example -all", client, "pass"},
      {"a bar does not delimit", "v=spf1 exists:%{l|}.e.example -all", client, "permerror"},
      {"NUL ends no version", std::string("v=spf1\0-all", 11), client, "none"},
      {"a long name is cut from the left",
       "v=spf1 exists:%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}."
       "%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.%{i}.long.example -all",
       client, "pass"},
      {"ptr errors are no match", "v=spf1 ptr ?all", "192.0.2.99", "neutral"},
      {"a /0 needs an address", "v=spf1 a:nothing.example/0 -all", client, "fail"},
      {"a /0 takes any address", "v=spf1 a:other.example/0 -all", client, "pass"},
      {"ip4 /0", "v=spf1 ip4:10.1.1.1/0 -all", client, "pass"},
      {"ip6 /0", "v=spf1 ip6:2001:db8::/0 -all", "2001:db9::1", "pass"},
      {"ip6 /0 is not for IPv4", "v=spf1 ip6:::/0 -all", client, "fail"},
      {"redirect is evaluated last", "v=spf1 redirect=fail.example ip4:192.0.2.1", client, "pass"},
      {"modifier names may hold dots", "v=spf1 moo.cow=x ip4:192.0.2.1 -all", client, "pass"},
      {"exists asks for A even for IPv6", "v=spf1 exists:other.example -all", "2001:db8::1",
       "pass"},
  };
  FakeResolver resolver;
  resolver.add_txt("fail.example", "v=spf1 -all");
  resolver.add_a("other.example", "198.51.100.1");
  resolver.add_empty("nothing.example");
  resolver.add_a("example.com.e.example", "127.0.0.2");
  resolver.add_a("192.0.2.1.e.example", "127.0.0.2");
  resolver.add_a("1.2.0.192.e.example", "127.0.0.2");
  std::string cut = "192.0.2.1.long.example";
  while (cut.size() + 10 <= 253)
    cut = "192.0.2.1." + cut;
  for (const std::string_view label : {"1.", "2.", "0."}) {
    if (cut.size() + 2 <= 253) cut = std::string(label) + cut;
  }
  resolver.add_a(cut, "127.0.0.2");
  resolver.timeout("99.2.0.192.in-addr.arpa");
  for (const Row& row : rows) {
    INFO(row.why);
    resolver.clear("example.com");
    resolver.add_txt("example.com", row.record);
    CHECK(status_on_both(resolver, row.client) == row.expected);
  }
}

TEST_CASE("characters that RFC 2396 left alone are escaped", "[spf][RFC 7208 §7.3]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 exists:%{L}.e.example -all");
  resolver.add_a("a%27b%21%2A%28%29.e.example", "127.0.0.2");
  CHECK(check_on_both(request(client, "a'b!*()@example.com"), resolver).status == Status::pass);
}

TEST_CASE("an explanation is fetched once, for fail only", "[spf][RFC 7208 §6.2]") {
  FakeResolver resolver;
  resolver.add_txt("example.com", "v=spf1 include:inner.example ~all exp=why.example");
  resolver.add_txt("inner.example", "v=spf1 -all exp=why.example");
  resolver.add_txt("why.example", "Ask %{r} about %{s} at %{t}");
  CHECK(check_on_both(request(client, "a@example.com"), resolver).explanation.empty());
  CHECK(resolver.count("why.example", dns::Type::txt) == 0);
  const auto result = check_on_both(request(client, "a@inner.example"), resolver);
  CHECK(result.explanation == "Ask receiver.example about a@inner.example at 1000000000");
  CHECK(resolver.count("why.example", dns::Type::txt) == 2);  // Once for each engine.
}

TEST_CASE("an explanation is printable ASCII and short, or absent", "[spf][RFC 7208 §6.2]") {
  struct Row {
    std::string_view mail_from;
    std::string text;
    std::string expected;
  };
  const Row rows[] = {
      {"a@example.com", "Not you", "Not you"},
      {"a\r\nb@example.com", "%{l}", "a??b"},
      {"\u00fc@example.com", "%{l}", ""},
      {"a@example.com", "\u00fc", ""},
      {"a@example.com", "%{x}", ""},
      {"a@example.com", std::string(600, 'x'), std::string(500, 'x')},
      {"a@example.com", std::string(60'001, '%') + "x", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 40));
    FakeResolver resolver;
    resolver.add_txt("example.com", "v=spf1 -all exp=why.example");
    resolver.add_txt("why.example", row.text);
    const auto result = check_on_both(request(client, row.mail_from), resolver);
    CHECK(result.status == Status::fail);
    CHECK(result.explanation == row.expected);
  }
}

TEST_CASE("the term that decided is named as published", "[spf]") {
  struct Row {
    std::string_view record;
    std::string_view status;
    std::string_view mechanism;
  };
  const Row rows[] = {
      {"v=spf1 a:other.example -ALL", "fail", "-ALL"},
      {"v=spf1 +ip4:192.0.2.0/24 -all", "pass", "+ip4:192.0.2.0/24"},
      {"v=spf1 ~include:pass.example -all", "softfail", "~include:pass.example"},
      {"v=spf1 include:fail.example ?all", "neutral", "?all"},
      {"v=spf1 redirect=pass.example", "pass", "ip4:192.0.2.1"},
      {"v=spf1 redirect=other.example", "permerror", "redirect=other.example"},
      {"v=spf1 a:other.example", "neutral", "default"},
      {"v=spf1", "neutral", "default"},
      {"v=spf1 redirect=empty.example", "neutral", "default"},
      {"v=spf1 include:slow.example -all", "temperror", "include:slow.example"},
      {"v=spf1 include:deep.example -all", "temperror", "include:deep.example"},
      {"v=spf1 moo", "permerror", ""},
      {"no record", "none", ""},
  };
  FakeResolver resolver;
  resolver.add_a("other.example", "198.51.100.1");
  resolver.add_txt("pass.example", "v=spf1 ip4:192.0.2.1 -all");
  resolver.add_txt("fail.example", "v=spf1 -all");
  resolver.add_txt("empty.example", "v=spf1");
  resolver.add_txt("deep.example", "v=spf1 a:other.example include:slow.example -all");
  resolver.timeout("slow.example");
  for (const Row& row : rows) {
    CAPTURE(row.record);
    resolver.clear("example.com");
    resolver.add_txt("example.com", row.record);
    const auto result = check_on_both(request(client, "a@example.com"), resolver);
    CHECK(spf::name(result.status) == row.status);
    CHECK(result.mechanism == row.mechanism);
  }
}

TEST_CASE("identity and domain say what was checked", "[spf][RFC 7208 §2.4]") {
  FakeResolver resolver;
  resolver.add_txt("mail.example.org", "v=spf1 exists:%{l}.%{o}.e.example -all");
  resolver.add_a("postmaster.mail.example.org.e.example", "127.0.0.2");
  resolver.add_txt("xn--bcher-kva.example", "v=spf1 -all");
  auto helo = request(client, "a@example.com");
  helo.identity = spf::Identity::helo;
  for (const auto& asked : {request(client, ""), helo}) {
    const auto result = check_on_both(asked, resolver);
    CHECK(result.status == Status::pass);
    CHECK(result.identity == spf::Identity::helo);
    CHECK(result.domain == base::Domain::parse("mail.example.org"));
  }
  const auto result = check_on_both(request(client, "a@B\u00fccher.example"), resolver);
  CHECK(result.status == Status::fail);
  CHECK(result.identity == spf::Identity::mail_from);
  CHECK(result.domain == base::Domain::parse("xn--bcher-kva.example"));
  const auto literal = check_on_both(request(client, "a@[192.0.2.1]"), resolver);
  CHECK(literal.status == Status::none);
  CHECK_FALSE(literal.domain);
}

TEST_CASE("a term that needs a non-ASCII local-part never matches", "[spf][RFC 8616 §4]") {
  FakeResolver resolver;
  resolver.add_txt("example.com",
                   "v=spf1 a:%{l}.example mx:%{s} ptr:%{l}.x exists:%{l1}.example "
                   "-include:%{l}.example ip4:192.0.2.1 -all");
  resolver.add_txt("two.example", "v=spf1 redirect=%{l}.example");
  CHECK(check_on_both(request(client, "\u00fc@example.com"), resolver).status == Status::pass);
  CHECK(resolver.count() == 2);  // Each engine's TXT, nothing else.
  CHECK(check_on_both(request(client, "\u00fc@two.example"), resolver).status == Status::neutral);
}

TEST_CASE("there is a result only when every answer is there", "[spf]") {
  const auto engine = GENERATE(spf::Engine::libspf2, spf::Engine::native);
  const spf::Options options{.engine = engine};
  const base::WallTime now{};
  const auto asked = request(client, "a@example.com");
  FakeResolver resolver;
  resolver.add_txt("example.com",
                   "v=spf1 a:other.example include:inner.example -all exp=why.example");
  resolver.add_txt("inner.example", "v=spf1 ptr mx:other.example -all");
  resolver.add_mx("other.example", 10, "mx.example");
  resolver.add_a("other.example", "198.51.100.1");
  resolver.add_a("mx.example", "198.51.100.2");
  resolver.add_ptr(client, "host.example");
  resolver.add_txt("why.example", "because %{p}");

  resolver.hold();
  const spf::Progress begun = spf::check(asked, resolver, options, now);
  CHECK_FALSE(begun.result);
  CHECK_FALSE(begun.missing.is_ready());
  CHECK(resolver.count("example.com", dns::Type::txt) == 1);
  resolver.release();
  CHECK(begun.missing.is_ready());
  const auto result = spf::check(asked, resolver, options, now).result;
  REQUIRE(result);
  CHECK(result->status == Status::fail);
  CHECK(result->explanation == "because unknown");

  // Whichever answer is the one that is missing, there is no result, and never a wrong one.
  const auto questions = resolver.asked();
  for (const dns::Question& missing : questions) {
    struct Partly final : dns::Resolver {
      FakeResolver& below;
      dns::Question missing;
      dns::Promise never;
      Partly(FakeResolver& resolver_below, dns::Question question)
          : below(resolver_below), missing(std::move(question)) {}
      dns::Pending lookup(const dns::Question& question) override {
        return question == missing ? never.pending() : below.lookup(question);
      }
    } partly(resolver, missing);
    CAPTURE(missing.name, dns::name(missing.type));
    const spf::Progress partial = spf::check(asked, partly, options, now);
    CHECK_FALSE(partial.result);
    CHECK(partial.missing.valid());
  }
}

TEST_CASE("what came to no end in time still says whom it is about", "[spf][RFC 7208 §4.6.4]") {
  const spf::Result result = spf::out_of_time(request(client, "a@Example.COM"));
  CHECK(result.status == Status::temperror);
  CHECK(result.identity == spf::Identity::mail_from);
  CHECK(result.domain->text() == "example.com");
  CHECK(result.problem == "time limit");
  const spf::Result bounce = spf::out_of_time(request(client, ""));
  CHECK(bounce.identity == spf::Identity::helo);
  CHECK(bounce.domain->text() == "mail.example.org");
  CHECK_FALSE(spf::out_of_time(request(client, "a@[192.0.2.1]")).domain);
}

TEST_CASE("a problem is known again by its words, and by nothing that a name holds", "[spf]") {
  using spf::Problem;
  CHECK(spf::find_problem("") == Problem::none);
  for (int i = 1; i < static_cast<int>(Problem::other); ++i) {
    const auto problem = static_cast<Problem>(i);
    CHECK_FALSE(spf::words(problem).empty());
    CHECK(spf::find_problem(std::string(spf::words(problem)) + " at example.com") == problem);
  }
  CHECK(spf::find_problem("no SPF record at _spf.ratelimit.example") == Problem::no_record);
  CHECK(spf::find_problem("TXT too many.example: timeout") == Problem::other);
  CHECK(spf::is_limit(Problem::too_many_exchanges));
  CHECK_FALSE(spf::is_limit(Problem::no_record));
  CHECK_FALSE(spf::is_limit(Problem::out_of_time));
}
