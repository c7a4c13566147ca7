#include "verify/auth_results.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

using namespace std::literals;
using verify::format_auth_results;

namespace {

base::Domain domain(const char* text) { return base::Domain::parse(text).value(); }

verify::Connection connection(const char* client = "192.0.2.1") {
  verify::Connection made;
  made.client = base::IpAddress::parse(client);
  return made;
}

dkim::Result signature(dkim::Status status, dkim::Reason reason, const std::string& start) {
  dkim::Result result;
  result.status = status;
  result.reason = reason;
  result.domain = domain("example.com");
  result.selector = "s1";
  result.algorithm = "rsa-sha256";
  result.signature_start = start;
  return result;
}

dkim::Result passing(const std::string& start) {
  return signature(dkim::Status::pass, dkim::Reason::none, start);
}

spf::Result spf_result(spf::Status status, spf::Identity identity, const char* name) {
  spf::Result result;
  result.status = status;
  result.identity = identity;
  result.domain = domain(name);
  return result;
}

// What honest mail from example.com looks like.
verify::Facts honest() {
  verify::Facts facts;
  facts.spf = {spf_result(spf::Status::none, spf::Identity::helo, "mta.example.com"),
               spf_result(spf::Status::pass, spf::Identity::mail_from, "example.com")};
  facts.dkim = {passing("AbCdEfGhIjKl")};
  facts.dmarc.status = dmarc::Status::pass;
  facts.dmarc.author = domain("example.com");
  facts.dmarc.record = dmarc::Record{};
  facts.dmarc.policy = dmarc::Policy::reject;
  facts.iprev = iprev::Result{iprev::Status::pass, "mta.example.com"};
  return facts;
}

// One space for each fold.
std::string unfolded(std::string field) {
  for (std::size_t at = field.find("\n\t"); at != std::string::npos; at = field.find("\n\t", at)) {
    field.replace(at, 2, " ");
  }
  return field;
}

std::string format(const verify::Facts& facts) {
  return unfolded(format_auth_results(facts, connection(), "mx.example.org"));
}

verify::AuthResults reread(const std::string& field) {
  INFO(field);
  const auto read = verify::parse_auth_results(field);
  REQUIRE(read);
  return *read;
}

std::vector<std::string> values_of(const verify::AuthResults& read, std::string_view type,
                                   std::string_view name) {
  std::vector<std::string> values;
  for (const auto& info : read.results) {
    for (const auto& one : info.properties) {
      if (one.type == type && one.name == name) values.push_back(one.value);
    }
  }
  return values;
}

std::vector<std::string> outline(const verify::AuthResults& read) {
  std::vector<std::string> words;
  for (const auto& info : read.results)
    words.push_back(info.method + '=' + info.result);
  return words;
}

// Printable ASCII but for folds, each followed by the tab that keeps the line in the field.
bool is_one_field(const std::string& field) {
  return std::ranges::all_of(unfolded(field), [](char c) { return c >= ' ' && c < '\x7F'; });
}

// One of each thing a sender can write freely, all set to `text`.
verify::Facts hostile(const std::string& text) {
  verify::Facts facts = honest();
  dkim::Result& result = facts.dkim.front();
  result.status = dkim::Status::fail;
  result.selector = result.algorithm = result.signature_start = text;
  result.identity = text + "@example.com";
  facts.dkim.push_back(result);
  facts.dkim.back().identity = text;
  facts.spf.back().mechanism = facts.spf.back().problem = facts.spf.back().explanation = text;
  facts.arc.status = arc::Status::fail;
  facts.arc.detail = text;
  facts.dmarc.status = dmarc::Status::temperror;
  facts.dmarc.reason = text;
  facts.iprev->name = text;
  return facts;
}

// Whatever `text` is, the field must say what the checks found and nothing else.
void check_harmless(const std::string& text) {
  verify::Connection from = connection();
  from.helo = from.client_name = text;
  const std::string field = format_auth_results(hostile(text), from, "mx.example.org");
  REQUIRE(is_one_field(field));
  const auto read = reread(field);
  REQUIRE(outline(read) == std::vector<std::string>{"spf=pass", "dkim=fail", "dkim=fail",
                                                    "arc=fail", "dmarc=temperror", "iprev=pass"});
  REQUIRE(values_of(read, "header", "from") == std::vector<std::string>{"example.com"});
  REQUIRE(values_of(read, "header", "d") == std::vector<std::string>{"example.com", "example.com"});
  REQUIRE(values_of(read, "smtp", "mailfrom") == std::vector<std::string>{"example.com"});
  for (const std::string& selector : values_of(read, "header", "s")) {
    REQUIRE((selector == text || base::Domain::parse(text)->text() == selector));
  }
}

}  // namespace

TEST_CASE("one field holds all methods in a fixed order", "[authres][RFC 8601 2.2]") {
  CHECK(format(honest()) ==
        "mx.example.org; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com "
        "header.s=s1 header.a=rsa-sha256 header.b=AbCdEfGh; arc=none; dmarc=pass "
        "policy.dmarc=reject header.from=example.com; iprev=pass policy.iprev=192.0.2.1");
}

TEST_CASE("lines are folded at 78 columns", "[authres][RFC 5322 2.1.1]") {
  CHECK(format_auth_results(honest(), connection(), "mx.example.org") ==
        "mx.example.org; spf=pass smtp.mailfrom=example.com;\n"
        "\tdkim=pass header.d=example.com header.s=s1 header.a=rsa-sha256\n"
        "\theader.b=AbCdEfGh; arc=none; dmarc=pass policy.dmarc=reject\n"
        "\theader.from=example.com; iprev=pass policy.iprev=192.0.2.1");
}

TEST_CASE("nothing checked is said with the word none", "[authres][RFC 8601 2.7]") {
  CHECK(unfolded(format_auth_results({}, {}, "mx.example.org")) ==
        "mx.example.org; dkim=none; arc=none; dmarc=none");
}

TEST_CASE("only the SPF result that DMARC uses is shown", "[authres][RFC 8601 2.7.2]") {
  verify::Facts facts;
  facts.spf = {spf_result(spf::Status::softfail, spf::Identity::helo, "mta.example.com")};
  CHECK(format(facts).starts_with("mx.example.org; spf=softfail smtp.helo=mta.example.com;"));
  facts.spf.push_back(spf_result(spf::Status::fail, spf::Identity::mail_from, "b.example"));
  CHECK(format(facts).starts_with("mx.example.org; spf=fail smtp.mailfrom=b.example; dkim"));
  facts.spf.back().domain.reset();
  CHECK(format(facts).starts_with("mx.example.org; spf=fail; dkim=none;"));
}

TEST_CASE("a signature that did not pass says why", "[authres][RFC 8601 2.2]") {
  verify::Facts facts;
  facts.dkim = {
      signature(dkim::Status::fail, dkim::Reason::body_hash_mismatch, "AAAAAAAAAA"),
      signature(dkim::Status::pass, dkim::Reason::none, "BBBBBBBBBB"),
  };
  const auto read = reread(format(facts));
  CHECK(read.results.at(0).reason == dkim::name(dkim::Reason::body_hash_mismatch));
  CHECK(read.results.at(1).reason.empty());
}

TEST_CASE("header.b is as long as needed to tell signatures apart", "[authres][RFC 6008 4]") {
  struct Row {
    std::vector<std::string> starts;
    std::vector<std::string> shown;
  };
  const std::vector<Row> rows = {
      {{"AAAAAAAAAAAA"}, {"AAAAAAAA"}},
      {{"AAAA"}, {"AAAA"}},
      {{"AAAAAAAAAAAB", "AAAAAAAAAAAC", "BAAAAAAAAAAA"},
       {"AAAAAAAAAAAB", "AAAAAAAAAAAC", "BAAAAAAA"}},
      {{"AAAAAAAAAA", "AAAAAAAAAA"}, {"AAAAAAAA", "AAAAAAAA"}},
      {{"AAAAAAAA", "AAAAAAAAAA"}, {"AAAAAAAA", "AAAAAAAAA"}},
      {{"a/b+c/d+e"}, {"a/b+c/d+"}},
      {{"dmarc=pass"}, {"dmarc"}},
      {{";x"}, {}},
  };
  for (const Row& row : rows) {
    verify::Facts facts;
    for (const std::string& start : row.starts)
      facts.dkim.push_back(passing(start));
    CHECK(values_of(reread(format(facts)), "header", "b") == row.shown);
  }
}

TEST_CASE("what the signer wrote is shown only in the shape of honest mail", "[authres]") {
  struct Row {
    std::string identity;
    std::vector<std::string> shown;
  };
  const std::vector<Row> rows = {
      {"@example.com", {"@example.com"}},
      {"a.b+c@Mail.Example.com", {"a.b+c@mail.example.com"}},
      {"joe@b\xC3\xBC"
       "cher.example",
       {"joe@xn--bcher-kva.example"}},
      {"", {}},
      {"example.com", {}},
      {".a@example.com", {}},
      {"a..b@example.com", {}},
      {"\"a b\"@example.com", {}},
      {"dmarc=pass@example.com", {}},
      {"j\xC3\xB6@example.com", {}},
      {"a@b@example.com", {}},
      {"a@example.com; dmarc=pass", {}},
      {std::string(200, 'a') + "@example.com", {}},
  };
  for (const Row& row : rows) {
    INFO(row.identity);
    verify::Facts facts = honest();
    facts.dkim.front().identity = row.identity;
    CHECK(values_of(reread(format(facts)), "header", "i") == row.shown);
  }
  verify::Facts facts = honest();
  facts.dkim.front().selector =
      "b\xC3\xBC"
      "cher";
  facts.dkim.front().algorithm = "rsa sha256";
  const auto read = reread(format(facts));
  CHECK(values_of(read, "header", "s") == std::vector<std::string>{"xn--bcher-kva"});
  CHECK(values_of(read, "header", "a").empty());
}

TEST_CASE("of too many signatures the telling ones are shown in order", "[authres][limits]") {
  verify::Facts facts;
  for (int i = 0; i < 100; ++i) {
    const bool looked_at = i >= 50 && i < 60;
    facts.dkim.push_back(
        signature(looked_at ? dkim::Status::fail : dkim::Status::policy,
                  looked_at ? dkim::Reason::signature_mismatch : dkim::Reason::too_many_signatures,
                  "AAAAAAAA"));
    facts.dkim.back().selector = std::to_string(i);
  }
  facts.dkim[99] = passing("AAAAAAAA");
  const auto selectors = values_of(reread(format(facts)), "header", "s");
  REQUIRE(selectors.size() == 20);
  CHECK(selectors.at(0) == "0");
  CHECK(selectors.at(9) == "50");
  CHECK(selectors.at(18) == "59");
  CHECK(selectors.at(19) == "s1");
}

TEST_CASE("a passing chain tells its age and where it came from", "[authres][RFC 8617 10.2]") {
  verify::Facts facts = honest();
  facts.arc.status = arc::Status::pass;
  facts.arc.oldest_pass = 2;
  CHECK(format(facts).contains("; arc=pass smtp.remote-ip=192.0.2.1 header.oldest-pass=2; dmarc"));
  CHECK(unfolded(format_auth_results(facts, connection("2001:db8::1"), "mx.example.org"))
            .contains("; arc=pass smtp.remote-ip=\"2001:db8::1\" header.oldest-pass=2; dmarc"));
  facts.arc.status = arc::Status::fail;
  facts.arc.detail = "i=1: \"bad\" seal";
  CHECK(format(facts).contains("; arc=fail reason=\"i=1: \\\"bad\\\" seal\"; dmarc=pass"));
}

TEST_CASE("dmarc says which policy applies and to whom", "[authres][RFC 9989 9.1]") {
  verify::Facts facts = honest();
  facts.dmarc.record.reset();
  facts.dmarc.status = dmarc::Status::none;
  facts.dmarc.reason = "no record";
  CHECK(format(facts).contains("; dmarc=none header.from=example.com; iprev"));
  facts.dmarc.status = dmarc::Status::temperror;
  facts.dmarc.reason = "no answer for _dmarc.example.com";
  CHECK(
      format(facts).contains("; dmarc=temperror reason=\"no answer for _dmarc.example.com\" "
                             "header.from=example.com; iprev"));
}

TEST_CASE("without an author domain dmarc is none, and says why", "[authres][RFC 9989 §9]") {
  verify::Facts facts;
  facts.from_fault = mail::FromFault::several_domains;
  CHECK(format(facts).ends_with("; dmarc=none reason=\"From field: several domains\""));
}

TEST_CASE("a header section that was not read is not called unsigned", "[authres][limits]") {
  verify::Facts facts;
  facts.message.header_truncated = true;
  facts.from_fault = mail::FromFault::missing;
  facts.dmarc.status = dmarc::Status::permerror;
  facts.dmarc.reason = "header section too large";
  CHECK(format(facts) ==
        "mx.example.org; dkim=permerror reason=\"header section too large\"; "
        "dmarc=permerror reason=\"header section too large\"");
}

TEST_CASE("iprev names the address, IPv6 in quotes", "[authres][RFC 8601 2.7.3]") {
  verify::Facts facts;
  facts.iprev = iprev::Result{iprev::Status::permerror, std::nullopt};
  CHECK(format_auth_results(facts, connection("2001:db8::1"), "mx.example.org")
            .ends_with("iprev=permerror policy.iprev=\"2001:db8::1\""));
}

TEST_CASE("our own name is written so that it is read back", "[authres][RFC 8601 2.5]") {
  const auto id = [](std::string_view text) {
    return reread(format_auth_results({}, {}, text)).authserv_id;
  };
  CHECK(id("mx.example.org") == "mx.example.org");
  CHECK(id("Example; \"Inc\"") == "Example; \"Inc\"");
  CHECK(id("b\xC3\xBC"
           "cher.example") == "xn--bcher-kva.example");
}

TEST_CASE("no text of a sender says more than the checks", "[authres][CVE-2020-12272]") {
  const std::vector<std::string> texts = {
      "",
      "s1; dmarc=pass header.from=bank.example",
      "s1\"; dmarc=pass header.from=bank.example; x=\"",
      "s1\\\"; dmarc=pass header.from=bank.example; x=\"",
      "s1\\",
      "s1(.bank.example",
      "s1) header.d=bank.example (",
      "s1 header.d=bank.example",
      "s1\r\nAuthentication-Results: mx.example.org; dmarc=pass",
      "s1\n\tdmarc=pass",
      "s1\rX: y",
      "s1\0; dmarc=pass"s,
      "s1\x7F\x1B[2J",
      "b\xC3\xBC"
      "cher",
      "\xFF\xFE\x80",
      "\xE2\x80\xAE"
      "1s",
      "dmarc=pass",
      std::string(100'000, '"'),
      std::string(100'000, '('),
  };
  for (const std::string& text : texts) {
    INFO(text.substr(0, 100));
    check_harmless(text);
  }
}

TEST_CASE("no random text of a sender says more than the checks", "[authres][property]") {
  constexpr std::string_view alphabet = "\";()\\@=./ \t\r\n\0\x7F\xC3\xBC\xFF,:<>[]?-_ab1"sv;
  std::mt19937 random(8601);
  for (int round = 0; round < 1000; ++round) {
    std::string text(random() % 24, ' ');
    std::ranges::generate(text, [&] { return alphabet[random() % alphabet.size()]; });
    INFO(round);
    check_harmless(text);
  }
}

TEST_CASE("however long its parts are the field keeps to lines", "[authres][limits]") {
  const std::string label(63, 'a');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  verify::Facts facts = honest();
  facts.dmarc.status = dmarc::Status::permerror;
  facts.dmarc.reason = std::string(10'000, '"');
  facts.dmarc.author = domain(longest.c_str());
  const std::string field = format_auth_results(facts, connection(), longest);
  for (std::size_t start = 0; start < field.size();) {
    const std::size_t end = std::min(field.find('\n', start), field.size());
    CHECK(end - start < 998);
    start = end + 1;
  }
}
