#include "milter/request_limits.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "policy/own_fields.hpp"
#include "policy/reply.hpp"

using milter::HeaderEdit;
using milter::Response;
using Kind = milter::HeaderEdit::Kind;

namespace {

std::string bounded_value(std::string value) {
  Response response;
  response.edits.push_back({Kind::insert_first, "X", 0, std::move(value)});
  return milter::bounded(std::move(response)).edits.front().value;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (; times > 0; --times)
    all += text;
  return all;
}

}  // namespace

TEST_CASE("what is asked of an MTA within the limits is left as it is", "[milter][limits]") {
  CHECK(bounded_value(" mx.example.org; spf=pass;\n\tdkim=none") ==
        " mx.example.org; spf=pass;\n\tdkim=none");
  CHECK(bounded_value(std::string(996, 'x')).size() == 996);
  CHECK(bounded_value(repeated("\n\t" + std::string(990, 'x'), 24)).size() == 24 * 992);
}

TEST_CASE("a value that is too long ends before the item that does not fit", "[milter][limits]") {
  const std::string long_line = " mx.example.org; spf=pass;\n\tdkim=" + std::string(2'000, 'x');
  CHECK(bounded_value(long_line) == " mx.example.org; spf=pass");
  const std::string many = bounded_value(" mx.example.org" + repeated(";\n\tspf=pass x=y", 5'000));
  CHECK(many.size() <= milter::field_octets_max);
  CHECK(many.size() > milter::field_octets_max - 20);
  CHECK(many.ends_with("spf=pass x=y"));
  CHECK(bounded_value(std::string(2'000, 'x')).size() == milter::line_octets_max - 2);
}

TEST_CASE("an MTA is asked for few changes, a short reply and a short reason", "[milter][limits]") {
  Response response;
  for (int i = 20'000; i > 0; --i)
    response.edits.push_back({Kind::remove, "X", i, {}});
  for (int i = 0; i < 10; ++i)
    response.edits.push_back({Kind::insert_first, "X", 0, " y"});
  response.hold_reason = std::string(100'000, 'x');
  response.decision.reply.text = std::string(100'000, 'x');
  response = milter::bounded(std::move(response));
  CHECK(response.edits.size() == policy::own_fields_max + milter::inserted_max);
  CHECK(response.hold_reason.size() == milter::reason_octets_max);
  CHECK(response.decision.reply.text.size() == policy::reply_octets_max);
}
