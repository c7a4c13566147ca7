// libspf2 and our own loop, compared over generated zones: same result, explanation, mechanism and
// questions. The seed is fixed; SPF_SEED and SPF_ROUNDS in the environment try others.

#include "verify/spf/libspf2_engine.hpp"

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "tests/verify/spf/both_engines.hpp"

namespace {

using support::FakeResolver;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  template <std::size_t n>
  std::string pick(const char* const (&choices)[n]) {
    return choices[below(n)];
  }

  std::string name() {
    return pick({"a.example", "b.example", "c.example", "d.example", "B.Example", "x.a.example",
                 "absent.example", "slow.example", "broken.example"});
  }

  std::string address() {
    return pick({"192.0.2.1", "192.0.2.2", "192.0.3.1", "10.0.0.1", "198.51.100.7"});
  }

  std::string address6() {
    return pick({"2001:db8::1", "2001:db8::2", "2001:db9::1", "::1", "fe80::1"});
  }

  std::string domain_spec() {
    switch (below(8)) {
      case 0:
        return "%{" + pick({"d", "o", "h", "p", "D", "s", "l", "S", "d2", "dr", "d1r", "v"}) +
               "}." + name();
      case 1:
        return pick({"%{d}", "%{i}.e.example", "%{ir}.%{v}.arpa", "%{l-}.a.example", "%{p}"});
      case 2:
        return pick({"museum", "a..example", "%{x}", "a:b.example", "%%.example", "a%_b.example"});
      default:
        return name() + (below(10) == 0 ? "." : "");
    }
  }

  std::string prefix() {
    return pick({"", "", "", "/0", "/24", "/32", "//0", "//64", "/16//32", "/33", "//128"});
  }

  std::string term() {
    const std::string sign = pick({"", "", "", "+", "-", "~", "?"});
    switch (below(14)) {
      case 0:
      case 1:
        return sign + "a" + (below(2) != 0 ? ":" + domain_spec() : "") + prefix();
      case 2:
      case 3:
        return sign + "mx" + (below(2) != 0 ? ":" + domain_spec() : "") + prefix();
      case 4:
      case 5:
      case 6:
        return sign + "include:" + domain_spec();
      case 7:
        return sign + "exists:" + domain_spec();
      case 8:
        return sign + "ptr" + (below(2) != 0 ? ":" + domain_spec() : "");
      case 9:
        return sign + "ip4:" + address() + pick({"", "", "/24", "/0", "/8", "/32"});
      case 10:
        return sign + "ip6:" + address6() + pick({"", "", "/64", "/0", "/32", "/128"});
      case 11:
        return sign + "all";
      case 12:
        return below(2) != 0 ? "redirect=" + domain_spec() : "exp=" + domain_spec();
      default:
        return pick({"moo=%{d}", "moo.cow=x", "default=pass", "ip6:::ffff:192.0.2.1/90", "bogus"});
    }
  }

  std::string record() {
    std::string text = "v=spf1";
    for (std::size_t terms = below(7); terms > 0; --terms) {
      std::string one = term();
      // Errors anywhere end it all; most records should get further.
      while (below(12) != 0 && (one == "bogus" || one.contains("/33") || one.contains("museum") ||
                                one.contains("%{x}"))) {
        one = term();
      }
      text += ' ' + one;
    }
    return text;
  }

  void fill(FakeResolver& resolver) {
    for (const char* const zone :
         {"a.example", "b.example", "c.example", "d.example", "x.a.example"}) {
      resolver.add_empty(zone);
      resolver.add_txt(zone, below(12) != 0 ? record() : "Sorry, %{s} (%{c}) %{p}");
      if (below(20) == 0) resolver.add_txt(zone, record());
      if (below(3) == 0) resolver.add_txt(zone, "other text");
      for (std::size_t i = below(3); i > 0; --i)
        resolver.add_a(zone, address());
      for (std::size_t i = below(3); i > 0; --i)
        resolver.add_aaaa(zone, address6());
      for (std::size_t i = below(8) == 0 ? 12 : below(4); i > 0; --i) {
        resolver.add_mx(zone, 10, name());
      }
      if (below(20) == 0) resolver.timeout(zone, dns::Type::a);
    }
    resolver.timeout("slow.example");
    resolver.servfail("broken.example");
    for (const char* const client : {"192.0.2.1", "2001:db8::1"}) {
      for (std::size_t i = below(4); i > 0; --i)
        resolver.add_ptr(client, name());
    }
    resolver.add_a("192.0.2.1.e.example", "127.0.0.2");
  }

 private:
  std::mt19937_64 random_;
};

std::uint64_t from_environment(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("libspf2 and the native loop agree on generated zones", "[spf][differential]") {
  const std::uint64_t seed = from_environment("SPF_SEED", 7208);
  const std::uint64_t rounds = from_environment("SPF_ROUNDS", 3000);
  std::map<std::string, std::size_t> seen;
  std::set<std::string> mechanisms;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Generator generator(seed + round);
    FakeResolver resolver;
    generator.fill(resolver);
    auto request = support::request(generator.pick({"192.0.2.1", "2001:db8::1", "127.0.0.1"}),
                                    generator.pick({"a@a.example", "b.c-d@b.example", "",
                                                    "\u00fc@a.example", "x@x.a.example"}));
    request.helo = generator.pick({"a.example", "mail.a.example", "[192.0.2.1]"});
    CAPTURE(seed + round);
    const auto result = support::check_on_both(request, resolver);
    ++seen[std::string(spf::name(result.status))];
    mechanisms.insert(result.mechanism);
  }
  // The zones are worth something only if they lead everywhere.
  if (rounds < 1000) return;
  CHECK(seen.size() == 7);
  for (const auto& [status, count] : seen) {
    CAPTURE(status, count);
    CHECK(count > rounds / 200);
  }
  CHECK(mechanisms.size() > 100);
}
