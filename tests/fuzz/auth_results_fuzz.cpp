// Authentication-Results as it is read: what says who it is from is found under any disguise, and
// what was read strictly can be written and read again.

#include <array>

#include "tests/fuzz/fuzz.hpp"
#include "verify/auth_results_parser.hpp"

namespace {

std::string written(const verify::AuthResults& field) {
  std::string text = " (c) " + fuzz::quoted(field.authserv_id) + "\r\n (\\)) 1 ";
  if (field.results.empty()) text += "; none (x)";
  for (const verify::ResInfo& info : field.results) {
    text += ";\r\n\t" + info.method + " / 1 = " + info.result;
    if (!info.reason.empty()) text += " reason = " + fuzz::quoted(info.reason);
    for (const verify::Property& one : info.properties) {
      text += " (y) " + one.type + (one.type.empty() ? "" : " . ") + one.name + " = " +
              fuzz::quoted(one.value);
    }
  }
  return text;
}

void check(std::string_view value) {
  const auto claimed = verify::authserv_id_of(value);
  const std::array<std::string, 2> own = {"mx.example.org", "gateway"};
  const bool removed = verify::must_be_removed(value, own);
  if (claimed) {
    fuzz::require(!claimed->empty());
    fuzz::require(verify::must_be_removed(value, *claimed));
    // What stands before the name cannot hide it.
    fuzz::require(verify::authserv_id_of("\r\n\t(a (b) \\( c) " + std::string(value)) == claimed);
  } else {
    fuzz::require(removed);
  }
  fuzz::require(removed ==
                (verify::must_be_removed(value, own[0]) || verify::must_be_removed(value, own[1])));

  const auto field = verify::parse_auth_results(value);
  if (!field) return;
  fuzz::require(claimed == field->authserv_id);
  fuzz::require(verify::parse_auth_results(written(*field)) == field);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  const std::string folded = fuzz::fold(text, {"mx.example.org",
                                               "a",
                                               "1",
                                               "/",
                                               " ",
                                               "\r\n ",
                                               "(",
                                               ")",
                                               "\\",
                                               "\"",
                                               ";",
                                               "=",
                                               ".",
                                               "dkim",
                                               "pass",
                                               "none",
                                               "reason",
                                               "header",
                                               "b@c.example",
                                               "@",
                                               "\xC3\xBC",
                                               "\x01",
                                               ":"});
  check(folded);
  check("mx.example.org; dkim=pass " + folded);
  return 0;
}
