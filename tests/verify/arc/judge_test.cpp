#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/signer.hpp"
#include "verify/arc/arc.hpp"

using arc::Status;
using support::ArcSet;
using support::Fields;
using support::SigningKey;

namespace {

const base::WallTime now{base::Seconds(1'800'000'000)};
const std::string body = "Hi.\r\n";
const Fields fields = {
    {"From", " joe@example.com"}, {"To", " list@example.net"}, {"Subject", " dinner"}};

using Zone = std::map<std::string, std::string>;

Zone zone() {
  return {{"seal._domainkey.sealer.example", SigningKey::rsa().record()},
          {"ed._domainkey.sealer.example", SigningKey::ed25519().record()}};
}

arc::Result judge(const Fields& message, std::string_view text = body, const Zone& names = zone(),
                  const dkim::Clock& clock = {.now = now, .received = now}) {
  const mail::Headers headers = support::to_headers(message);
  const arc::Chain chain = arc::find_chain(headers, {});
  dkim::BodyHashes hashes;
  arc::want_body_hashes(chain, hashes);
  hashes.feed(text);
  hashes.finish();
  std::vector<dns::Answer> answers;
  for (const dns::Question& question : arc::key_questions(chain)) {
    dns::Answer answer;
    if (const auto found = names.find(question.name); found != names.end()) {
      answer.outcome = dns::Outcome::found;
      answer.records = {found->second};
    }
    answers.push_back(answer);
  }
  dkim::KeyCache keys;
  return arc::judge(chain, answers, {headers, hashes}, {}, keys, clock);
}

// `count` sets on top of `base`, all by one sealer.
Fields sealed(int count, Fields message = fields) {
  for (int i = 1; i <= count; ++i) {
    ArcSet set;
    set.instance = std::to_string(i);
    set.cv = i == 1 ? "none" : "pass";
    set.results = "hop" + set.instance + ".example; dmarc=pass";
    message = support::seal(message, body, SigningKey::rsa(), set);
  }
  return message;
}

mail::HeaderField& field(Fields& message, std::string_view name, const std::string& instance) {
  for (mail::HeaderField& one : message) {
    if (one.name == name && one.value.starts_with(" i=" + instance + ";")) return one;
  }
  return message.front();
}

}  // namespace

TEST_CASE("a message without sets has no chain", "[arc][RFC 8617 §5.2]") {
  CHECK(judge(fields) == arc::Result{});
}

TEST_CASE("a whole chain passes and tells its sealers", "[arc][RFC 8617 §5.2]") {
  const arc::Result result = judge(sealed(3));
  CHECK(result.status == Status::pass);
  CHECK(result.detail.empty());
  CHECK(result.instances == 3);
  CHECK(result.oldest_pass == 0);
  REQUIRE(result.sealers.size() == 3);
  CHECK(result.sealers[0] == arc::Sealer{*base::Domain::parse("sealer.example"), "seal",
                                         " i=3; hop3.example; dmarc=pass"});
  CHECK(result.sealers[2].results == " i=1; hop1.example; dmarc=pass");
}

TEST_CASE("a chain may use Ed25519", "[arc][RFC 8463 §5]") {
  ArcSet set;
  set.identity = "d=sealer.example; s=ed; a=ed25519-sha256";
  CHECK(judge(support::seal(fields, body, SigningKey::ed25519(), set)).status == Status::pass);
}

TEST_CASE("the newest set must cover the message as it is", "[arc][RFC 8617 §5.2]") {
  Fields message = sealed(2);
  CHECK(judge(message, "other").detail == "ARC-Message-Signature i=2: body_hash_mismatch");
  message.back().value += "!";
  const arc::Result result = judge(message);
  CHECK(result.status == Status::fail);
  CHECK(result.detail == "ARC-Message-Signature i=2: signature_mismatch");
  CHECK(result.instances == 2);
  CHECK(result.sealers.empty());
}

TEST_CASE("a change between two hops moves oldest-pass only", "[arc][RFC 8617 §5.2]") {
  Fields message = sealed(1);
  message.back().value += " [list]";
  for (const std::string instance : {"2", "3"}) {
    ArcSet set;
    set.instance = instance;
    set.cv = "pass";
    message = support::seal(message, body, SigningKey::rsa(), set);
  }
  const arc::Result result = judge(message);
  CHECK(result.status == Status::pass);
  CHECK(result.oldest_pass == 2);
}

TEST_CASE("no field of any set may change", "[arc][RFC 8617 §5.1.1]") {
  for (const std::string name :
       {"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"}) {
    for (const std::string instance : {"1", "2", "3"}) {
      Fields message = sealed(3);
      field(message, name, instance).value += ";\r\n x=1";
      INFO(name << instance);
      CHECK(judge(message).status == Status::fail);
    }
  }
}

TEST_CASE("a seal of another key fails the chain", "[arc][RFC 8617 §5.2]") {
  Zone names = zone();
  names["seal._domainkey.sealer.example"] = "p=" + support::hollow_rsa_key(1024);
  ArcSet set;
  set.message_tags = "c=relaxed/relaxed; h=from";
  Fields message = support::seal(fields, body, SigningKey::rsa(), set);
  CHECK(judge(message, body, names).detail == "ARC-Message-Signature i=1: signature_mismatch");
  std::string& seal = field(message, "ARC-Seal", "1").value;
  seal.replace(seal.rfind("b=") + 2, 4, "AAAA");
  CHECK(judge(message).detail == "ARC-Seal i=1: signature_mismatch");
}

TEST_CASE("every error is permanent, a lost answer too", "[arc][RFC 8617 §5.2.1]") {
  const arc::Result result = judge(sealed(1), body, {});
  CHECK(result.status == Status::fail);
  CHECK(result.detail == "ARC-Message-Signature i=1: key_unavailable");
  // But it is told apart, for those who would have trusted the sealers.
  CHECK(result.in_doubt());
  CHECK(result.sealers.front().domain == base::Domain::parse("sealer.example"));
  Fields message = sealed(1);
  std::string& seal = field(message, "ARC-Message-Signature", "1").value;
  seal.replace(seal.find("bh=") + 3, 4, "AAAA");
  CHECK_FALSE(judge(message).in_doubt());
}

TEST_CASE("a chain that fails without its keys is in no doubt", "[arc][RFC 8617 §5.2.1]") {
  Fields fields_changed = sealed(2);
  CHECK(judge(fields_changed, body, {}).in_doubt());
  CHECK(judge(fields_changed, "other", {}).detail ==
        "ARC-Message-Signature i=2: body_hash_mismatch");
  CHECK_FALSE(judge(fields_changed, "other", {}).in_doubt());
  // Each other thing that needs no key.
  CHECK_FALSE(judge({{"Subject", " other"},
                     fields_changed[0],
                     fields_changed[1],
                     fields_changed[2],
                     fields_changed[3],
                     fields_changed[4],
                     fields_changed[5],
                     fields_changed[6],
                     fields_changed[7],
                     fields_changed[8]},
                    body, {})
                  .in_doubt());
  for (const std::string tags :
       {"c=relaxed/relaxed; h=from; x=1700000000", "c=relaxed/relaxed; h=from; l=2",
        "c=relaxed/relaxed; h=from; l=100"}) {
    ArcSet set;
    set.message_tags = tags;
    INFO(tags);
    CHECK_FALSE(judge(support::seal(fields, body, SigningKey::rsa(), set), body, {}).in_doubt());
  }
  // A seal that fails with its key is no doubt either, whatever another one lacks.
  ArcSet set;
  set.identity = "d=other.example; s=seal; a=rsa-sha256";
  Fields message = support::seal(fields, body, SigningKey::rsa(), set);
  set.instance = "2";
  set.cv = "pass";
  set.identity = ArcSet().identity;
  message = support::seal(message, body, SigningKey::rsa(), set);
  CHECK(judge(message).in_doubt());
  std::string& seal = field(message, "ARC-Seal", "2").value;
  seal.replace(seal.rfind("b=") + 2, 4, "AAAA");
  CHECK_FALSE(judge(message).in_doubt());
}

TEST_CASE("a sealed message with a second Subject on top is not what was sealed",
          "[arc][RFC 6376 §8.15]") {
  Fields message = sealed(1);
  message.insert(message.begin(), {"Subject", " pay now"});
  CHECK(judge(message).detail == "ARC-Message-Signature i=1: repeated_field");
  CHECK(judge(message).status == Status::fail);
}

TEST_CASE("times that may be our clock's fault leave a chain in doubt", "[arc][RFC 6376 §3.5]") {
  ArcSet set;
  set.message_tags = "c=relaxed/relaxed; h=from; t=1800086401";
  const Fields future = support::seal(fields, body, SigningKey::rsa(), set);
  CHECK(judge(future).detail == "ARC-Message-Signature i=1: in_future");
  CHECK(judge(future).in_doubt());
  set.message_tags = "c=relaxed/relaxed; h=from; x=1700000000";
  const Fields past = support::seal(fields, body, SigningKey::rsa(), set);
  CHECK_FALSE(judge(past).in_doubt());
  CHECK(
      judge(past, body, zone(), {.now = now, .received = now, .ahead_in_doubt = true}).in_doubt());
  const base::WallTime then{base::Seconds(1'700'000'000)};
  CHECK(judge(past, body, zone(), {.now = now, .received = then}).status == Status::pass);
}

TEST_CASE("a broken structure is told as it is", "[arc][RFC 8617 §5.2]") {
  Fields message = sealed(2);
  message.erase(message.begin());
  const arc::Result result = judge(message);
  CHECK(result.status == Status::fail);
  CHECK(result.detail == "ARC-Seal i=2: missing");
  CHECK(result.instances == 2);
}

TEST_CASE("an expired or partial newest message signature fails", "[arc][RFC 8617 §4.1.2]") {
  ArcSet set;
  set.message_tags = "c=relaxed/relaxed; h=from; x=1700000000";
  CHECK(judge(support::seal(fields, body, SigningKey::rsa(), set)).detail ==
        "ARC-Message-Signature i=1: expired");
  set.message_tags = "c=relaxed/relaxed; h=from; l=2";
  CHECK(judge(support::seal(fields, body, SigningKey::rsa(), set)).detail ==
        "ARC-Message-Signature i=1: partial_body");
}

TEST_CASE("an old message signature with a key of its own counts as failed",
          "[arc][RFC 8617 §5.2]") {
  Fields message = fields;
  ArcSet set;
  for (const std::string selector : {"seal", "ed"}) {
    const bool first = selector == "seal";
    set.instance = first ? "1" : "2";
    set.cv = first ? "none" : "pass";
    set.identity =
        "d=sealer.example; s=" + selector + (first ? "; a=rsa-sha256" : "; a=ed25519-sha256");
    set.message_selector = first ? "other" : "";
    message = support::seal(message, body, first ? SigningKey::rsa() : SigningKey::ed25519(), set);
  }
  Zone names = zone();
  names["other._domainkey.sealer.example"] = SigningKey::rsa().record();
  const arc::Result result = judge(message, body, names);
  CHECK(result.status == Status::pass);
  CHECK(result.oldest_pass == 2);
}

TEST_CASE("a chain of 50 sets is checked", "[arc][limits]") {
  const arc::Result result = judge(sealed(50));
  CHECK(result.status == Status::pass);
  CHECK(result.sealers.size() == 50);
  Fields many = sealed(3);
  for (int i = 0; i < 60'000; ++i)
    many.push_back({"X", ""});
  // Two older message signatures of 60,000 fields each: the second is not looked at any more.
  CHECK(judge(many).oldest_pass == 2);
}
