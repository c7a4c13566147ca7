#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"
#include "verify/arc/arc.hpp"

using support::Fields;

namespace {

const std::string results = "ARC-Authentication-Results";
const std::string message = "ARC-Message-Signature";
const std::string seal = "ARC-Seal";

mail::HeaderField results_field(const std::string& instance) {
  return {results, " i=" + instance + "; receiver.example; none"};
}

mail::HeaderField message_field(const std::string& instance) {
  return {message, " i=" + instance +
                       "; a=rsa-sha256; d=example.com; s=ams; h=from; b=AAAA; "
                       "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};
}

// The first message signature, with those names in h=.
mail::HeaderField signing(const std::string& names) {
  mail::HeaderField field = message_field("1");
  return {message, field.value.replace(field.value.find("h=from"), 6, "h=" + names)};
}

mail::HeaderField seal_field(const std::string& instance, const std::string& cv) {
  return {seal, " i=" + instance + "; a=rsa-sha256; d=example.com; s=as; b=AAAA; cv=" + cv};
}

Fields set(const std::string& instance, const std::string& cv) {
  return {seal_field(instance, cv), message_field(instance), results_field(instance)};
}

Fields operator+(Fields a, const Fields& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string defect(const Fields& fields) {
  const mail::Headers headers = support::to_headers(fields);
  const arc::Chain chain = arc::find_chain(headers, {});
  CHECK(chain.sets.empty() == (chain.defect || chain.instances == 0));
  return chain.defect.value_or("");
}

}  // namespace

TEST_CASE("a message without ARC fields has no chain", "[arc][RFC 8617 §5.2]") {
  const mail::Headers headers = support::to_headers({{"From", " a@example.com"}});
  const arc::Chain chain = arc::find_chain(headers, {});
  CHECK(chain.sets.empty());
  CHECK(chain.instances == 0);
  CHECK_FALSE(chain.defect);
}

TEST_CASE("sets are put together whatever the order of fields", "[arc][RFC 8617 §5.2]") {
  Fields fields = set("1", "none") + set("2", "pass");
  std::swap(fields[0], fields[4]);
  const mail::Headers headers = support::to_headers(fields);
  const arc::Chain chain = arc::find_chain(headers, {});
  REQUIRE(chain.sets.size() == 2);
  CHECK(chain.sets[0].claimed == arc::Status::none);
  CHECK(chain.sets[1].claimed == arc::Status::pass);
  CHECK(chain.sets[1].results->value.starts_with(" i=2;"));
  CHECK(chain.sets[0].seal_signature->selector == "as");
  CHECK(chain.sets[0].message_signature->signed_fields == std::vector<std::string>{"from"});
}

TEST_CASE("names of fields are compared without case, i= may stand anywhere",
          "[arc][RFC 8617 §4.1]") {
  CHECK(defect({{"arc-seal", " a=rsa-sha256; cv=none; d=example.com; s=as; b=AAAA; i = 01 "},
                message_field("1"),
                {"Arc-Authentication-Results ", "\r\n i = 1 ; receiver.example"}})
            .empty());
}

TEST_CASE("a structure with one fault is refused with that reason", "[arc][RFC 8617 §5.2]") {
  struct Row {
    Fields fields;
    std::string defect;
  };
  const Fields first = set("1", "none");
  const auto row = GENERATE_COPY(values<Row>({
      {set("1", "fail"), "ARC-Seal i=1: says cv=fail"},
      {first + set("2", "fail"), "ARC-Seal i=2: says cv=fail"},
      {{first[0], first[1]}, "ARC-Authentication-Results i=1: missing"},
      {{first[0], first[2]}, "ARC-Message-Signature i=1: missing"},
      {{first[1], first[2]}, "ARC-Seal i=1: missing"},
      {{first[2]}, "ARC-Message-Signature i=1: missing"},
      {first + Fields{first[0]}, "ARC-Seal: repeated instance"},
      {first + Fields{first[1]}, "ARC-Message-Signature: repeated instance"},
      {first + Fields{first[2]}, "ARC-Authentication-Results: repeated instance"},
      {set("2", "pass"), "ARC-Authentication-Results i=1: missing"},
      {first + set("3", "pass"), "ARC-Authentication-Results i=2: missing"},
      {set("1", "pass"), "ARC-Seal i=1: cv= out of place"},
      {first + set("2", "none"), "ARC-Seal i=2: cv= out of place"},
      {set("1", "fail") + set("2", "pass"), "ARC-Seal i=1: cv= out of place"},
      {set("1", "Pass"), "ARC-Seal: no valid cv="},
      {set("1", ""), "ARC-Seal: no valid cv="},
      {set("0", "none"), "ARC-Seal: no valid i="},
      {set("x", "none"), "ARC-Seal: no valid i="},
      {set("-1", "none"), "ARC-Seal: no valid i="},
      {set("001", "none"), "ARC-Seal: no valid i="},
      {set("51", "pass"), "more than 50 sets"},
      {first + Fields{{seal, " i=2; i=2"}}, "ARC-Seal: syntax"},
      {first + Fields{{message, " i"}}, "ARC-Message-Signature: syntax"},
      {first + Fields{{message, " a=1"}}, "ARC-Message-Signature: no valid i="},
      {first + Fields{{results, " receiver.example; none"}},
       "ARC-Authentication-Results: no valid i="},
      {first + Fields{{results, " i=2 receiver.example"}},
       "ARC-Authentication-Results: no valid i="},
      {first + Fields{{results, " none; i=2;"}}, "ARC-Authentication-Results: no valid i="},
      {{first[2], first[1], {seal, " i=1; cv=none; a=rsa-sha1; d=example.com; s=s; b=AAAA"}},
       "ARC-Seal i=1: forbidden_algorithm"},
      // RFC 8617 §4.1.3: h= in a seal makes it fail.
      {{first[2], first[1], {seal, first[0].value + "; h=from"}}, "ARC-Seal i=1: syntax"},
      // RFC 8617 §4.1.2: nor may a message signature sign a seal.
      {{first[2], first[0], signing("from:arc-seal")}, "ARC-Message-Signature i=1: seal_signed"},
      {{first[2], first[0], signing("ARC-Seal : From")}, "ARC-Message-Signature i=1: seal_signed"},
      {{first[2], first[0], signing("from:arc-message-signature:arc-authentication-results")}, ""},
      {{first[2], first[0], {message, " i=1; a=rsa-sha256; d=example.com; s=s; b=AAAA"}},
       "ARC-Message-Signature i=1: missing_tag"},
  }));
  CHECK(defect(row.fields) == row.defect);
}

TEST_CASE("an old message signature need not be readable", "[arc][RFC 8617 §5.2]") {
  Fields fields = set("1", "none") + set("2", "pass");
  fields[1].value = " i=1; a=rsa-sha1";
  CHECK(defect(fields).empty());
}

TEST_CASE("50 sets are a chain, a lower limit may be set", "[arc][RFC 8617 §5.2]") {
  Fields fields = set("1", "none");
  for (int i = 2; i <= 50; ++i)
    fields = fields + set(std::to_string(i), "pass");
  const mail::Headers headers = support::to_headers(fields);
  CHECK(arc::find_chain(headers, {}).sets.size() == 50);
  CHECK(arc::find_chain(headers, {.sets_max = 49}).defect == "more than 49 sets");
}

TEST_CASE("each key is asked for once, and none for old message signatures", "[arc]") {
  Fields fields = set("1", "none") + set("2", "pass");
  fields[1].value.replace(fields[1].value.find("s=ams"), 5, "s=old");
  const mail::Headers headers = support::to_headers(fields);
  const auto questions = arc::key_questions(arc::find_chain(headers, {}));
  REQUIRE(questions.size() == 2);
  CHECK(questions[0].name == "ams._domainkey.example.com");
  CHECK(questions[1].name == "as._domainkey.example.com");
  CHECK(arc::key_questions({}).empty());
}
