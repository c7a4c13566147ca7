#include "verify/dkim/coverage.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"

using support::Fields;

namespace {

// "subject to", as they are found.
std::string repeated(const Fields& fields) {
  std::string names;
  for (const dkim::RepeatedField& field : dkim::find_repeated(support::to_headers(fields)))
    names.append(names.empty() ? "" : " ").append(field.name);
  return names;
}

bool leaves_open(const Fields& fields, std::vector<std::string> signed_fields) {
  dkim::Signature signature(*base::Domain::parse("example.com"));
  signature.signed_fields = std::move(signed_fields);
  return dkim::leaves_open(signature, dkim::find_repeated(support::to_headers(fields)));
}

}  // namespace

TEST_CASE("fields that readers show, or show the body by, may occur once",
          "[dkim][RFC 5322 §3.6]") {
  for (const std::string name :
       {"Date", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References",
        "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "Content-Disposition"}) {
    INFO(name);
    CHECK_FALSE(repeated({{name, " a"}, {"X", " x"}, {name, " b"}}).empty());
    CHECK_FALSE(repeated({{name + " ", " a"}, {name, " b"}, {name, " a"}}).empty());
    CHECK(repeated({{name, " a"}}).empty());
  }
  CHECK(repeated({{"To", " a"}, {"SUBJECT", " a"}, {"subject\t", " b"}, {"to", " b"}}) ==
        "to subject");
  // These may occur as often as they like, and From is not our business.
  for (const std::string name : {"Received", "Comments", "Keywords", "Resent-To", "List-Id", "From",
                                 "DKIM-Signature", "X-Subject", "Subjec", ""}) {
    INFO(name);
    CHECK(repeated({{name, " a"}, {name, " b"}}).empty());
  }
}

TEST_CASE("occurrences that say the same are no repetition", "[dkim][RFC 6376 §3.4.2]") {
  CHECK(repeated({{"Subject", " a  b"}, {"SUBJECT ", "a\r\n b "}}).empty());
  CHECK(repeated({{"Subject", " a"}, {"Subject", " A"}}) == "subject");
  CHECK(repeated({{"Subject", " a"}, {"Subject", " a"}, {"Subject", " b"}}) == "subject");
  // As a script writes the recipient, and the mailer behind it again.
  CHECK(repeated({{"To", " Bob <bob@example.net>"}, {"To", " bob@EXAMPLE.net"}}).empty());
  CHECK(repeated({{"Cc", " b@e.net, c@e.net"}, {"Cc", " c@e.net,\r\n b@e.net"}}).empty());
  CHECK(repeated({{"To", " bob@example.net"}, {"To", " Bob@example.net"}}) == "to");
  CHECK(repeated({{"To", " b@e.net"}, {"To", " b@e.net, c@e.net"}}) == "to");
  CHECK(repeated({{"To", " undisclosed-recipients:;"}, {"To", " b@e.net"}}) == "to");
  CHECK(repeated({{"Reply-To", " Bob <b@e.net>"}, {"Reply-To", " b@e.net"}}) == "reply-to");
}

TEST_CASE("a signature leaves open what it covers less often than it is there",
          "[dkim][RFC 6376 §5.4.2]") {
  const Fields fields = {
      {"Subject", " a"}, {"Subject", " b"}, {"Subject", " c"}, {"To", " d@e.net"}};
  CHECK(leaves_open(fields, {"from", "subject", "to"}));
  CHECK(leaves_open(fields, {"subject", "from", "subject"}));
  CHECK_FALSE(leaves_open(fields, {"subject", "subject", "subject"}));
  CHECK_FALSE(leaves_open(fields, {"subject", "subject", "subject", "subject"}));
  CHECK_FALSE(leaves_open(fields, {"from", "to"}));
  CHECK_FALSE(leaves_open(fields, {}));
}
