#include "verify/display_name.hpp"

#include <string>

#include <catch2/catch.hpp>

TEST_CASE("a display name is what a reader is shown", "[verify][RFC 2047]") {
  struct Row {
    std::string from;
    std::string name;
  };
  const Row rows[] = {
      {" Alice Example <a@example.com>", "Alice Example"},
      {" \"Example, Alice\" <a@example.com>", "Example, Alice"},
      {" \"a \\\"b\\\" c\" <a@example.com>", "a \\x22b\\x22 c"},
      {" Alice\r\n  Example (Ms <x>) <a@example.com>", "Alice Example"},
      {" \"boss@bank.example\" <a@example.com>", "boss@bank.example"},
      {" boss@bank.example <a@example.com>", "boss@bank.example"},
      {" =?utf-8?q?J=C3=BCrgen_M?= <a@example.com>", "J\u00FCrgen M"},
      {" =?UTF-8*de?B?SsO8cmdlbg==?= <a@example.com>", "J\u00FCrgen"},
      {" =?iso-8859-1?Q?J=FCrgen?= <a@example.com>", "J\u00FCrgen"},
      {" \"=?us-ascii?Q?quoted?=\" <a@example.com>", "quoted"},  // Many programs decode it.
      {" =?utf-8?q?two?=\r\n =?utf-8?q?_words?= <a@example.com>", "two words"},
      {" =?utf-8?q?one?= plain =?utf-8?q?two?= <a@example.com>", "one plain two"},
      {" =?utf-8?b?w?= =?utf-8?x?y?= =?koi8-r?q?z?= <a@e.example>",  // As they are.
       "=?utf-8?b?w?= =?utf-8?x?y?= =?koi8-r?q?z?="},
      {" =?utf-8?q?a=00=0Ab=E2=80=AE?= <a@example.com>", "a\\x00\\x0Ab\\xE2\\x80\\xAE"},
      {" =?=?utf-8?q?a?= <a@example.com>", "=?a"},
      {" a@example.com (Alice)", ""},
      {" <a@example.com>", ""},
      {" \"never closed <a@example.com>", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    INFO(row.from);
    CHECK(verify::find_display_name(row.from) == row.name);
  }
}

TEST_CASE("a display name is bounded", "[verify][limits]") {
  CHECK(verify::find_display_name(std::string(500, 'a') + " <a@example.com>") ==
        std::string(200, 'a') + "...");
  CHECK(verify::find_display_name(std::string(100'000, 'a') + " <a@example.com>").empty());
}
