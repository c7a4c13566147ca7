#include "event/recorded_resolver.hpp"

#include <catch2/catch.hpp>

TEST_CASE("what is remembered is answered, what is not is a timeout and noted",
          "[event][rederive]") {
  const dns::Question known{"example.com", dns::Type::txt};
  const dns::Question unknown{"example.com", dns::Type::a};
  const dns::Answer answer{dns::Outcome::found, {"v=spf1 -all"}, base::Seconds(7)};
  const dns::Lookup lookups[] = {{known, answer}};
  event::RecordedResolver resolver(lookups);
  CHECK(resolver.lookup(known).get() == answer);
  CHECK(resolver.missing().empty());
  CHECK(resolver.lookup(unknown).get().outcome == dns::Outcome::not_asked);
  CHECK(resolver.missing() == std::vector{unknown});
}
