#include "verify/dkim/judge.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"

using dkim::Reason;
using dkim::Status;
using support::Fields;
using support::SigningKey;

namespace {

const base::WallTime now{base::Seconds(1'800'000'000)};
const std::string body = "Hi.\r\n\r\nJoe.\r\n";
const Fields fields = {{"From", " Joe <joe@example.com>"},
                       {"To", " sue@example.net"},
                       {"Subject", " Is dinner ready?"}};
const std::string tags =
    "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:to:subject";

using Zone = std::map<std::string, std::string>;

Zone zone() { return {{"sel._domainkey.example.com", SigningKey::rsa().record()}}; }

dns::Answer ask(const Zone& names, const dns::Question& question) {
  dns::Answer answer;
  const auto found = names.find(question.name);
  if (found == names.end()) {
    answer.outcome = dns::Outcome::no_name;
  } else if (found->second != "timeout") {
    answer.outcome = dns::Outcome::found;
    answer.records = {found->second};
  }
  return answer;
}

std::vector<dkim::Result> judge(const Fields& message, std::string_view text, const Zone& names,
                                const dkim::Options& options = {},
                                std::string_view author = "example.com",
                                const dkim::Clock& clock = {.now = now, .received = now}) {
  const mail::Headers headers = support::to_headers(message);
  const auto candidates = dkim::find_signatures(headers, base::Domain::parse(author), options);
  dkim::BodyHashes hashes;
  dkim::want_body_hashes(candidates, hashes);
  hashes.feed(text);
  hashes.finish();
  dkim::KeyCache keys;
  std::vector<dkim::Result> results;
  for (const dkim::Candidate& candidate : candidates) {
    const dns::Answer answer =
        candidate.signature ? ask(names, dkim::key_question(*candidate.signature)) : dns::Answer{};
    results.push_back(dkim::judge(candidate, answer, {headers, hashes}, options, keys, clock));
  }
  return results;
}

Fields on_top(mail::HeaderField field, Fields rest = fields) {
  rest.insert(rest.begin(), std::move(field));
  return rest;
}

Fields signed_with(const std::string& signature_tags, std::string_view text = body) {
  return on_top(support::sign(fields, text, SigningKey::rsa(), signature_tags));
}

// The result of a message with one signature.
dkim::Result judge_one(const Fields& message, std::string_view text = body,
                       const Zone& names = zone(), const dkim::Options& options = {},
                       const dkim::Clock& clock = {.now = now, .received = now}) {
  const auto results = judge(message, text, names, options, "example.com", clock);
  REQUIRE(results.size() == 1);
  return results.front();
}

bool is(const dkim::Result& result, Status status, Reason reason) {
  INFO(dkim::name(result.status) << " " << dkim::name(result.reason));
  CHECK(result.status == status);
  CHECK(result.reason == reason);
  return result.status == status && result.reason == reason;
}

// RFC 8463 appendix A.3.
const Fields rfc8463_message = {
    {"DKIM-Signature",
     " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
     " d=football.example.com; i=@football.example.com;\r\n"
     " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
     " subject : date : message-id : from : subject : date;\r\n"
     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
     " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
     " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="},
    {"DKIM-Signature",
     " v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
     " d=football.example.com; i=@football.example.com;\r\n"
     " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
     " date : message-id : from : subject : date;\r\n"
     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
     " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
     " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
     " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="},
    {"From", " Joe SixPack <joe@football.example.com>"},
    {"To", " Suzie Q <suzie@shopping.example.net>"},
    {"Subject", " Is dinner ready?"},
    {"Date", " Fri, 11 Jul 2003 21:00:37 -0700 (PDT)"},
    {"Message-ID", " <20030712040037.46341.5F8J@football.example.com>"}};
const std::string rfc8463_body =
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
const Zone rfc8463_zone = {
    {"brisbane._domainkey.football.example.com",
     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
    {"test._domainkey.football.example.com",
     "v=DKIM1; k=rsa; "
     "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6w"
     "y5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvH"
     "O9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"}};

}  // namespace

TEST_CASE("both signatures of the RFC's message pass", "[dkim][RFC 8463 §A.3]") {
  const auto results = judge(rfc8463_message, rfc8463_body, rfc8463_zone);
  REQUIRE(results.size() == 2);
  dkim::Result expected;
  expected.status = Status::pass;
  expected.domain = base::Domain::parse("football.example.com");
  expected.selector = "brisbane";
  expected.algorithm = "ed25519-sha256";
  expected.identity = "@football.example.com";
  expected.signature_start = "/gCrinpc";
  expected.verified = true;
  CHECK(results[0] == expected);
  CHECK(results[1].status == Status::pass);
  CHECK(results[1].algorithm == "rsa-sha256");
  CHECK(results[1].signature_start == "F45dVWDf");
  CHECK(results[1].key_bits == 1024);
}

TEST_CASE("a message without signature has no result", "[dkim][RFC 8601 §2.7.1]") {
  CHECK(judge(fields, body, zone()).empty());
}

TEST_CASE("signatures pass in every canonicalization", "[dkim][RFC 6376 §3.4]") {
  for (const std::string header : {"simple", "relaxed"}) {
    for (const std::string text : {"simple", "relaxed"}) {
      const std::string canon =
          "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:to:subject; c=" + header + "/" + text;
      CHECK(judge_one(signed_with(canon)).status == Status::pass);
      CHECK(judge_one(signed_with(canon, ""), "").status == Status::pass);
    }
  }
}

TEST_CASE("what was signed may not change", "[dkim][RFC 6376 §6.1.3]") {
  Fields message = signed_with(tags);
  CHECK(is(judge_one(message), Status::pass, Reason::none));
  CHECK(is(judge_one(message, body + "x"), Status::fail, Reason::body_hash_mismatch));
  message[3].value += "!";
  CHECK(is(judge_one(message), Status::fail, Reason::signature_mismatch));
}

TEST_CASE("a field added above is not what was signed", "[dkim][RFC 6376 §5.4.2]") {
  CHECK(judge_one(on_top({"X-Spam", " no"}, signed_with(tags))).status == Status::pass);
  const Fields oversigned = signed_with(tags + ":subject");
  CHECK(judge_one(oversigned).status == Status::pass);
  CHECK(judge_one(on_top({"Subject", " other"}, oversigned)).reason == Reason::signature_mismatch);
}

TEST_CASE("a field that cannot be read is permerror, and says what it can",
          "[dkim][RFC 6376 §6.1.1]") {
  const Fields message =
      on_top({"DKIM-Signature",
              " v=1; a=rsa-sha1; d=example.com; s=old; i=\r\n @example.com; b=ab\r\n cdefghijk"});
  const dkim::Result result = judge_one(message);
  CHECK(is(result, Status::permerror, Reason::missing_tag));
  CHECK(result.domain == base::Domain::parse("example.com"));
  CHECK(result.selector == "old");
  CHECK(result.algorithm == "rsa-sha1");
  CHECK(result.identity == "@example.com");
  CHECK(result.signature_start == "abcdefgh");
  CHECK_FALSE(judge_one(on_top({"DKIM-Signature", " ;"})).domain);
  CHECK_FALSE(judge_one(on_top({"DKIM-Signature", " d=a(b; v=1"})).domain);
}

TEST_CASE("a second Subject on top takes the signature its voice", "[dkim][RFC 6376 §8.15]") {
  const Fields genuine = signed_with(tags);
  const Fields replayed = on_top({"Subject", " pay now"}, genuine);
  const dkim::Result result = judge_one(replayed);
  CHECK(is(result, Status::pass, Reason::repeated_field));
  CHECK(result.verified);
  CHECK_FALSE(result.vouches());
  // It is none the better for a key that cannot be had, and the rest still counts.
  const Zone silent = {{"sel._domainkey.example.com", "timeout"}};
  CHECK(is(judge_one(replayed, body, silent), Status::policy, Reason::repeated_field));
  CHECK(judge_one(replayed, body, {}).reason == Reason::no_key);
  CHECK(judge_one(replayed, body + "x").reason == Reason::body_hash_mismatch);
  Fields changed = replayed;
  changed.back().value += "!";
  CHECK(judge_one(changed).reason == Reason::signature_mismatch);
  // The lowest is the one that was signed.
  Fields below = genuine;
  below.push_back({"Subject", " pay now"});
  CHECK(judge_one(below).reason == Reason::signature_mismatch);
  // What says the same, and what nobody signed, takes nothing away.
  CHECK(judge_one(on_top({"subject ", "  Is dinner\r\n ready? "}, genuine)).vouches());
  CHECK(judge_one(on_top({"Reply-To", " x@evil.example"}, genuine)).vouches());
}

TEST_CASE("times count with some tolerance", "[dkim][RFC 6376 §3.5]") {
  const auto reason = [](const std::string& time) {
    return judge_one(signed_with(tags + "; " + time)).reason;
  };
  CHECK(reason("x=1800000000") == Reason::none);
  CHECK(reason("x=1799999700") == Reason::none);  // 300 s ago.
  CHECK(reason("x=1799999699") == Reason::expired);
  CHECK(reason("t=1800086400") == Reason::none);  // 24 h ahead.
  CHECK(reason("t=1800086401") == Reason::in_future);
  CHECK(judge_one(signed_with(tags + "; x=1799999699")).status == Status::fail);
}

TEST_CASE("a signature of the future that verifies may be our clock's fault",
          "[dkim][RFC 6376 §3.5]") {
  Fields message = signed_with(tags + "; t=1800086401");
  CHECK(is(judge_one(message), Status::neutral, Reason::in_future));
  CHECK(judge_one(message).in_doubt());
  CHECK(judge_one(message).verified);
  // What fails without the clock fails.
  CHECK(is(judge_one(message, "changed"), Status::fail, Reason::body_hash_mismatch));
  CHECK(is(judge_one(message, body, {}), Status::permerror, Reason::no_key));
  CHECK(is(judge_one(on_top({"To", " x@evil.example"}, message)), Status::pass,
           Reason::repeated_field));
  message.back().value += "!";
  CHECK(is(judge_one(message), Status::fail, Reason::signature_mismatch));
}

TEST_CASE("x= is past when it was at the time of receipt", "[dkim][RFC 6376 §3.5]") {
  const Fields message = signed_with(tags + "; x=1799990000");
  const auto status = [&](base::WallTime received) {
    return judge_one(message, body, zone(), {}, {.now = now, .received = received}).status;
  };
  CHECK(status(now) == Status::fail);
  CHECK(status(base::WallTime(base::Seconds(1'799'990'300))) == Status::pass);
  CHECK(status(base::WallTime(base::Seconds(1'799'990'301))) == Status::fail);
}

TEST_CASE("an expired signature is doubted only while the clock is, and only if it verifies",
          "[dkim][RFC 6376 §3.5]") {
  const Fields message = signed_with(tags + "; x=1700000000");
  const dkim::Clock doubted{.now = now, .received = now, .ahead_in_doubt = true};
  const Zone silent = {{"sel._domainkey.example.com", "timeout"}};
  const auto judged = [&](std::string_view text, const Zone& names) {
    return judge_one(message, text, names, {}, doubted);
  };
  CHECK(is(judge_one(message), Status::fail, Reason::expired));
  CHECK(judge_one(message).verified);
  CHECK(is(judge_one(message, body, silent), Status::fail, Reason::expired));
  CHECK(is(judged(body, zone()), Status::temperror, Reason::clock_in_doubt));
  CHECK(is(judged(body, silent), Status::temperror, Reason::key_unavailable));
  CHECK(is(judged(body, {}), Status::permerror, Reason::no_key));
  CHECK(is(judged("changed", zone()), Status::fail, Reason::body_hash_mismatch));
}

TEST_CASE("what fails without its key fails whatever became of the key", "[dkim][RFC 6376 §6.1]") {
  const Zone silent = {{"sel._domainkey.example.com", "timeout"}};
  const Zone revoked = {{"sel._domainkey.example.com", "v=DKIM1; p="}};
  for (const Zone& names : {silent, revoked, Zone()}) {
    CHECK(is(judge_one(signed_with(tags), "changed", names), Status::fail,
             Reason::body_hash_mismatch));
    CHECK(is(judge_one(signed_with(tags + "; l=14"), "Hi.", names), Status::fail,
             Reason::body_too_short));
    CHECK(is(judge_one(signed_with(tags + "; x=1700000000"), body, names), Status::fail,
             Reason::expired));
  }
  // Nor can it vouch when the key comes: no reason to wait for it.
  const dkim::Result partial = judge_one(signed_with(tags + "; l=13"), body + "spam", silent);
  CHECK(is(partial, Status::policy, Reason::partial_body));
  CHECK_FALSE(partial.verified);
}

TEST_CASE("a signed field as long as Postfix keeps of one is told from a broken signature",
          "[dkim][limits]") {
  const std::string addresses(60'000 - 4, 'x');
  Fields message = on_top({"Cc", " " + addresses});
  const auto judged = [&](const std::string& h) {
    Fields cut = on_top(support::sign(message, body, SigningKey::rsa(), tags + h), message);
    cut[1].value.resize(59'900 - 3);  // "Cc:"
    const dkim::Result longer = judge_one(cut);
    cut[1].value.resize(59'899 - 3);
    return std::pair(longer, judge_one(cut));
  };
  const auto [at_limit, below_limit] = judged(":cc");
  CHECK(is(at_limit, Status::neutral, Reason::cut_field));
  CHECK(is(below_limit, Status::fail, Reason::signature_mismatch));
  CHECK(judged("").first.vouches());
}

TEST_CASE("a key that cannot be had is temperror, a missing one permerror",
          "[dkim][RFC 6376 §6.1.2]") {
  const Fields message = signed_with(tags);
  CHECK(is(judge_one(message, body, {}), Status::permerror, Reason::no_key));
  const Zone silent = {{"sel._domainkey.example.com", "timeout"}};
  CHECK(is(judge_one(message, body, silent), Status::temperror, Reason::key_unavailable));
}

TEST_CASE("a testing key is told, whatever the status", "[dkim][RFC 6376 §3.6.1]") {
  const Zone testing = {{"sel._domainkey.example.com", SigningKey::rsa().record() + "; t=y"}};
  const Fields message = signed_with(tags);
  CHECK(judge_one(message, body, testing).status == Status::pass);
  CHECK(judge_one(message, body, testing).testing);
  CHECK(judge_one(message, "changed", testing).status == Status::fail);
  CHECK(judge_one(message, "changed", testing).testing);
}

TEST_CASE("a signature with text after l= verifies and vouches for nothing",
          "[dkim][RFC 6376 §8.2]") {
  const Fields message = signed_with(tags + "; l=13");
  CHECK(is(judge_one(message), Status::pass, Reason::none));
  CHECK(is(judge_one(message, body + "spam"), Status::pass, Reason::partial_body));
  CHECK_FALSE(judge_one(message, body + "spam").vouches());
  const dkim::Options lenient{.partial_body_allowed = true};
  CHECK(judge_one(message, body + "spam", zone(), lenient).vouches());
  CHECK(is(judge_one(message, "xxxxxxxxxxx\r\nspam"), Status::fail, Reason::body_hash_mismatch));
  CHECK(is(judge_one(message, "Hi."), Status::fail, Reason::body_too_short));
}

TEST_CASE("weak keys are policy", "[dkim][RFC 8301 §3.2]") {
  const dkim::Options options{.rsa_bits_min = 1025};
  const dkim::Result result = judge_one(signed_with(tags), body, zone(), options);
  CHECK(is(result, Status::policy, Reason::weak_key));
  CHECK(result.key_bits == 1024);
  CHECK(dkim::status_of({.reason = Reason::oversize_key}) == Status::policy);
}

TEST_CASE("the author's signatures come before others when there are too many",
          "[dkim][RFC 6376 §6.1]") {
  struct Row {
    std::string domain;
    bool chosen;
  };
  const auto row = GENERATE(values<Row>({{"example.com", true},
                                         {"mail.example.com", true},
                                         {"other.example.com", true},
                                         {"com.example", false},
                                         {"example.net", false},
                                         {"badexample.com", false}}));
  // Junk is on top, and what could align below it.
  Fields message =
      on_top({"DKIM-Signature", " v=1; a=rsa-sha256; d=" + row.domain +
                                    "; s=s; h=from; b=AAAA; "
                                    "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="});
  for (int i = 0; i < 10; ++i) {
    message = on_top({"DKIM-Signature",
                      " v=1; a=rsa-sha256; d=list.example; s=s; h=from; b=AAAA; "
                      "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
                     message);
  }
  const auto results = judge(message, body, zone(), {}, "sub.example.com");
  REQUIRE(results.size() == 11);
  CHECK((results[10].reason == Reason::body_hash_mismatch) == row.chosen);
  CHECK((results[9].reason == Reason::too_many_signatures) == row.chosen);
  CHECK(results[8].reason == Reason::body_hash_mismatch);
  CHECK(dkim::status_of({.reason = Reason::too_many_signatures}) == Status::policy);
  CHECK(results[10].domain == base::Domain::parse(row.domain));
}

TEST_CASE("fields that cannot be read take no place from those that can", "[dkim][RFC 6376 §6.1]") {
  Fields message = signed_with(tags);
  for (int i = 0; i < 20; ++i)
    message = on_top({"DKIM-Signature", " junk"}, message);
  CHECK(judge(message, body, zone()).back().status == Status::pass);
}

TEST_CASE("no more than 100 fields are read", "[dkim][limits]") {
  Fields message = fields;
  for (int i = 0; i < 150; ++i)
    message = on_top({"DKIM-Signature", " junk"}, message);
  const auto results = judge(message, body, zone());
  REQUIRE(results.size() == 101);
  CHECK(results[99].reason == Reason::syntax);
  CHECK(results[100].reason == Reason::too_many_signatures);
}
