#include "policy/lookalike.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"

using support::name;

namespace {

bool resembles(std::string_view domain, std::string_view original) {
  return policy::Appearance(name(domain)).resembles(policy::Appearance(name(original)));
}

}  // namespace

TEST_CASE("domains that a reader could take for another", "[policy]") {
  for (const char* domain : {
           "examp1e.org",               // Confusable letters.
           "exarnple.org",              //
           "xn--xample-2of.org",        // A Cyrillic e.
           "example.com",               // Another top-level domain.
           "example.co.uk",             //
           "exmple.org",                // One edit,
           "exmaple.org",               // a swap,
           "exampless.org",             // two.
           "example.login.test",        // The name as a label,
           "example-org.test",          // as a part of one,
           "login.my-example-app.test"  // in the middle.
       }) {
    INFO(domain);
    CHECK(resembles(domain, "example.org") == (std::string_view(domain) != "exampless.org"));
  }
  CHECK(resembles("exampleandmor.test", "exampleandmore.org"));
  CHECK(resembles("xampleandmor.test", "exampleandmore.org"));
  CHECK(resembles("my-bank-login.test", "my-bank.org"));
}

TEST_CASE("domains that only share letters", "[policy]") {
  CHECK_FALSE(resembles("sample.org", "example.org"));
  CHECK_FALSE(resembles("counterexample.org", "example.org"));
  CHECK_FALSE(resembles("bank.test", "bane.org"));        // Too short for an edit.
  CHECK_FALSE(resembles("my-abc.test", "abc.org"));       // Too short to be looked for inside.
  CHECK_FALSE(resembles("ab.test", "ab.org"));            // Too short for anything.
  CHECK_FALSE(resembles("elpmaxe.test", "example.org"));  // An anagram.
  CHECK_FALSE(resembles(std::string(63, 'a') + ".test", std::string(62, 'b') + ".org"));
}

TEST_CASE("what was registered is the name below the public suffix, as far as can be guessed",
          "[policy]") {
  CHECK(policy::registered(name("mail.example.org")) == name("example.org"));
  CHECK(policy::registered(name("www.bank.co.uk")) == name("bank.co.uk"));
  CHECK(policy::registered(name("www.bank.de")) == name("bank.de"));
  CHECK(policy::registered(name("org")) == name("org"));
  CHECK(resembles("www.bank.co.uk", "bank.example"));
}

TEST_CASE("a word ends where no letter follows", "[policy]") {
  const auto has_word = [](const char* text, const char* word) {
    return policy::Look(text).has_word(policy::Look(word));
  };
  CHECK(has_word("the example bank", "example"));
  CHECK(has_word("examples example", "example"));
  CHECK(has_word("example", "example"));
  CHECK_FALSE(has_word("examples", "example"));
  CHECK_FALSE(has_word("\u00FCexample", "example"));
  CHECK_FALSE(has_word("", "example"));
  CHECK_FALSE(has_word("example", ""));
}
