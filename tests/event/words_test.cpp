#include "event/words.hpp"

#include <set>
#include <string_view>

#include <catch2/catch.hpp>

TEST_CASE("each DKIM reason has a word of its own, without spaces", "[event]") {
  std::set<std::string_view> seen;
  constexpr auto last = static_cast<int>(dkim::Reason::partial_body);
  for (int i = 1; i <= last; ++i) {
    const std::string_view word = event::word(static_cast<dkim::Reason>(i));
    CHECK_FALSE(word.empty());
    CHECK(word.find(' ') == std::string_view::npos);
    CHECK(seen.insert(word).second);
  }
  CHECK(event::word(dkim::Reason::none).empty());
  CHECK(event::word(dkim::Reason::body_hash_mismatch) == "body_hash_mismatch");
}
