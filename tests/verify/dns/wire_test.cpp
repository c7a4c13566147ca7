#include "verify/dns/wire.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "tests/support/dns_message.hpp"

using namespace std::string_literals;
using dns::Answer;
using dns::Outcome;
using dns::Question;
using dns::Type;
using support::DnsMessage;
using support::DnsSection;

namespace {

constexpr auto answer = DnsSection::answer;
constexpr auto authority = DnsSection::authority;
constexpr auto additional = DnsSection::additional;
constexpr unsigned txt = 16;

const Question example{"example.com", Type::txt};

DnsMessage to_example(unsigned flags = DnsMessage::response) { return DnsMessage(flags, example); }

Answer parse(const DnsMessage& message, const Question& question = example) {
  return dns::parse_response(support::as_bytes(message.octets()), question);
}

Answer parse(const std::string& octets) {
  return dns::parse_response(support::as_bytes(octets), example);
}

}  // namespace

TEST_CASE("each type of record is read", "[dns][RFC 1035 §3.3]") {
  const auto one = [](Type type, std::string_view data) {
    const Question question{"example.com", type};
    DnsMessage message(DnsMessage::response, question);
    message.add(answer, "Example.COM", static_cast<unsigned>(type), 300, data);
    const Answer got = parse(message, question);
    REQUIRE(got.outcome == Outcome::found);
    CHECK(got.ttl == base::Seconds(300));
    REQUIRE(got.records.size() == 1);
    return dns::text(got.records[0]);
  };
  CHECK(one(Type::a, "\xC0\x00\x02\x01"s) == "192.0.2.1");
  CHECK(one(Type::aaaa, "\x20\x01\x0d\xb8"s + std::string(11, '\0') + '\1') == "2001:db8::1");
  CHECK(one(Type::mx, "\0\x0a\4mail\xC0\x0C"s) == "10 mail.example.com");
  CHECK(one(Type::mx, "\0\0\0"s) == "0 .");  // RFC 7505.
  CHECK(one(Type::ptr, support::dns_name("Host.Example")) == "host.example");
  CHECK(one(Type::txt, "\6v=spf1\5 -all"s) == "v=spf1 -all");
  CHECK(one(Type::txt, "\0"s).empty());
}

TEST_CASE("the strings of a TXT record are one text, two records are two",
          "[dns][RFC 7208 §3.3][RFC 6376 §3.6.2.2]") {
  const std::string long_text(700, 'k');
  const Answer got = parse(to_example()
                               .add(answer, "example.com", txt, 60, support::txt_data(long_text))
                               .add(answer, "example.com", txt, 30, "\3b\0c"s));
  REQUIRE(got.records.size() == 2);
  CHECK(std::get<std::string>(got.records[0]) == long_text);
  CHECK(std::get<std::string>(got.records[1]) == "b\0c"s);
  CHECK(got.ttl == base::Seconds(30));
}

TEST_CASE("RDATA that is not as its type wants makes the answer a failure", "[dns]") {
  const std::pair<Type, std::string> wrong[] = {
      {Type::a, "\1\2\3"s},       {Type::a, "\1\2\3\4\5"s}, {Type::a, ""s},
      {Type::aaaa, "\1\2\3\4"s},  {Type::txt, ""s},         {Type::txt, "\5abc"s},
      {Type::txt, "\3abc\1"s},    {Type::mx, ""s},          {Type::mx, "\0\1"s},
      {Type::mx, "\0\1\1a\0\0"s}, {Type::mx, "\0\1\1a"s},   {Type::ptr, ""s},
      {Type::ptr, "\1a\0x"s},     {Type::ptr, "\xC0\xFF"s},
  };
  for (const auto& [type, data] : wrong) {
    const Question question{"example.com", type};
    DnsMessage message(DnsMessage::response, question);
    message.add(answer, "example.com", static_cast<unsigned>(type), 300, data);
    CHECK(parse(message, question).outcome == Outcome::failure);
  }
}

TEST_CASE("a host that has no plain text is left out", "[dns]") {
  const Question question{"example.com", Type::mx};
  DnsMessage message(DnsMessage::response, question);
  message.add(answer, "example.com", 15, 300, "\0\1\3a.b\3com\0"s);
  CHECK(parse(message, question).outcome == Outcome::no_data);
  message.add(answer, "example.com", 15, 300, "\0\2\1c\3com\0"s);
  const Answer got = parse(message, question);
  REQUIRE(got.records.size() == 1);
  CHECK(dns::text(got.records[0]) == "2 c.com");
}

TEST_CASE("CNAMEs are followed inside the message, in any order", "[dns][RFC 1034 §3.6.2]") {
  const Answer got = parse(to_example()
                               .add(answer, "c.example", txt, 300, "\1x")
                               .add(answer, "b.example", 5, 20, support::dns_name("C.example"))
                               .add(answer, "example.com", 5, 40, support::dns_name("b.example"))
                               .add(answer, "other.example", txt, 1, "\1y"));
  CHECK(got == Answer{Outcome::found, {"x"s}, base::Seconds(20), false});
}

TEST_CASE("CNAMEs that loop, contradict each other or do not end are a failure", "[dns]") {
  const auto alias = [](DnsMessage& message, const std::string& from, const std::string& to) {
    message.add(answer, from, 5, 300, support::dns_name(to));
  };
  DnsMessage self = to_example();
  alias(self, "example.com", "example.com");
  CHECK(parse(self).outcome == Outcome::failure);

  DnsMessage two = to_example();
  alias(two, "example.com", "a.example");
  alias(two, "a.example", "example.com");
  CHECK(parse(two).outcome == Outcome::failure);

  DnsMessage fork = to_example();
  alias(fork, "example.com", "a.example");
  alias(fork, "example.com", "b.example");
  CHECK(parse(fork).outcome == Outcome::failure);

  DnsMessage chain = to_example();
  alias(chain, "example.com", "n0.example");
  for (int i = 0; i < 30; ++i) {
    alias(chain, "n" + std::to_string(i) + ".example", "n" + std::to_string(i + 1) + ".example");
  }
  CHECK(parse(chain).outcome == Outcome::failure);
}

TEST_CASE("a dot inside a label is not the end of one", "[dns]") {
  // "example\.com", one label, has a TXT record. "example.com" has none.
  DnsMessage message = to_example();
  message.add_raw(answer,
                  "\x0B"
                  "example.com\0"s,
                  txt, 300, "\1x");
  CHECK(parse(message).outcome == Outcome::no_data);
}

TEST_CASE("a name that does not exist keeps its negative TTL", "[dns][RFC 2308 §5]") {
  const auto nothing = [](unsigned code, std::uint32_t ttl, std::uint32_t minimum) {
    return parse(to_example(DnsMessage::response | code)
                     .add(authority, "com", DnsMessage::soa, ttl, support::soa_data(minimum)));
  };
  CHECK(nothing(3, 900, 60) == Answer{Outcome::no_name, {}, base::Seconds(60), false});
  CHECK(nothing(3, 60, 900) == Answer{Outcome::no_name, {}, base::Seconds(60), false});
  CHECK(nothing(0, 60, 900) == Answer{Outcome::no_data, {}, base::Seconds(60), false});
  CHECK(nothing(0, 0x80000000, 900).ttl == base::Seconds(0));  // RFC 2181 §8.
  CHECK(parse(to_example(DnsMessage::response | 3)).ttl == base::Seconds(0));
  CHECK(parse(to_example(DnsMessage::response | 3)).outcome == Outcome::no_name);
}

TEST_CASE("NXDOMAIN after a CNAME is about the last name", "[dns][RFC 6604 §3]") {
  const Answer got = parse(to_example(DnsMessage::response | 3)
                               .add(answer, "example.com", 5, 20, support::dns_name("no.example"))
                               .add(authority, "", DnsMessage::soa, 60, support::soa_data(60)));
  CHECK(got == Answer{Outcome::no_name, {}, base::Seconds(20), false});
}

TEST_CASE("NXNAME in the NSEC of the name is NXDOMAIN", "[dns][RFC 9824 §2]") {
  const auto denied = [](std::string_view owner, std::initializer_list<unsigned> types) {
    return parse(to_example()
                     .add(authority, "com", DnsMessage::soa, 60, support::soa_data(60))
                     .add(authority, owner, DnsMessage::nsec, 60,
                          support::nsec_data("\\000.example.com", types)))
        .outcome;
  };
  CHECK(denied("example.com", {46, 47, 128}) == Outcome::no_name);
  CHECK(denied("example.com", {46, 47}) == Outcome::no_data);
  CHECK(denied("other.com", {46, 47, 128}) == Outcome::no_data);
}

TEST_CASE("a referral says nothing about the name", "[dns][RFC 2308 §2.2]") {
  DnsMessage message = to_example();
  message.add(authority, "com", DnsMessage::ns, 60, support::dns_name("ns.example"));
  CHECK(parse(message).outcome == Outcome::failure);
  message.add(authority, "com", DnsMessage::soa, 60, support::soa_data(60));
  CHECK(parse(message).outcome == Outcome::no_data);
}

TEST_CASE("the AD bit is passed on", "[dns][RFC 4035 §3.2.3]") {
  const auto with = [](unsigned flags) {
    return parse(to_example(flags).add(answer, "example.com", txt, 60, "\1x")).authentic;
  };
  CHECK(with(DnsMessage::response | DnsMessage::authentic));
  CHECK_FALSE(with(DnsMessage::response));
  CHECK_FALSE(parse(to_example(DnsMessage::response | DnsMessage::authentic | 2)).authentic);
}

TEST_CASE("what is no answer to the question is a failure", "[dns]") {
  const auto flags = [](unsigned value) {
    return parse(to_example(value).add(answer, "example.com", txt, 60, "\1x")).outcome;
  };
  CHECK(flags(DnsMessage::response) == Outcome::found);
  CHECK(flags(0x0180) == Outcome::failure);                         // A query.
  CHECK(flags(DnsMessage::response | 0x2800) == Outcome::failure);  // An UPDATE.
  CHECK(flags(DnsMessage::response | DnsMessage::truncated) == Outcome::failure);
  for (unsigned code = 1; code < 16; ++code) {  // With NXDOMAIN the record is a contradiction.
    CHECK(flags(DnsMessage::response | code) == Outcome::failure);
  }

  DnsMessage none;
  none.add(answer, "example.com", txt, 60, "\1x");
  CHECK(parse(none).outcome == Outcome::failure);
  CHECK(parse(DnsMessage().ask("example.com", 1)).outcome == Outcome::failure);
  CHECK(parse(DnsMessage().ask("example.com", txt, 3)).outcome == Outcome::failure);
  CHECK(parse(DnsMessage().ask("example.org", txt)).outcome == Outcome::failure);
  CHECK(parse(to_example().ask("example.com", txt)).outcome == Outcome::failure);
  CHECK(parse(DnsMessage().ask("EXAMPLE.com", txt)).outcome == Outcome::no_data);
  CHECK(parse("").outcome == Outcome::failure);
  CHECK(parse(std::string(70'000, '\0')).outcome == Outcome::failure);
}

TEST_CASE("a name that a DNAME makes too long cannot exist", "[dns][RFC 6672 §2.2]") {
  constexpr unsigned dname = 39;
  constexpr unsigned name_exists = DnsMessage::response | 6;
  const std::string where = support::dns_name("a.very.long.example");
  const Answer alone = parse(to_example(name_exists).add(answer, "com", dname, 60, where));
  CHECK(alone.outcome == Outcome::no_name);
  const std::string alias = support::dns_name("b.example");
  const Answer behind = parse(to_example(name_exists)
                                  .add(answer, "example.com", DnsMessage::cname, 60, alias)
                                  .add(answer, "example", dname, 60, where));
  CHECK(behind.outcome == Outcome::no_name);
}

TEST_CASE("no other code says anything of the name", "[dns][RFC 1035 §4.1.1]") {
  for (unsigned code = 1; code < 16; ++code) {
    if (code == DnsMessage::name_error || code == 6) continue;
    INFO(code);
    CHECK(parse(to_example(DnsMessage::response | code)).outcome == Outcome::failure);
  }
}

TEST_CASE("the extended part of a code counts", "[dns][RFC 6891 §6.1.3]") {
  CHECK(parse(to_example().add(additional, "", DnsMessage::opt, 0x00000000, "")).outcome ==
        Outcome::no_data);
  // BADVERS, whose lower bits are those of NOERROR.
  CHECK(parse(to_example().add(additional, "", DnsMessage::opt, 0x01000000, "")).outcome ==
        Outcome::failure);
}

TEST_CASE("more than 200 records are no answer", "[dns]") {
  DnsMessage message = to_example();
  for (int i = 0; i < 200; ++i)
    message.add_raw(answer, "\xC0\x0C", txt, 60, "\1x");
  CHECK(parse(message).records.size() == 200);
  message.add_raw(answer, "\xC0\x0C", txt, 60, "\1x");
  CHECK(parse(message).outcome == Outcome::failure);
}

TEST_CASE("every truncation of an answer is a failure", "[dns]") {
  const std::string whole = to_example()
                                .add(answer, "example.com", 5, 60, support::dns_name("b.example"))
                                .add(answer, "b.example", txt, 60, "\3abc")
                                .add(authority, "", DnsMessage::soa, 60, support::soa_data(60))
                                .add(additional, "", DnsMessage::opt, 0, "")
                                .octets();
  REQUIRE(parse(whole).outcome == Outcome::found);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(parse(whole.substr(0, size)).outcome == Outcome::failure);
  }
}

TEST_CASE("no octets at all upset the parser", "[dns]") {
  const Question question{"example.com", GENERATE(Type::txt, Type::mx, Type::ptr, Type::a)};
  DnsMessage message(DnsMessage::response, question);
  message.add(answer, "example.com", 5, 60, "\1b\xC0\x0C"s);
  for (const unsigned type : {16U, 15U, 12U, 1U}) {
    const std::string data = type == 15  ? "\0\1\1m\xC0\x0C"s
                             : type == 1 ? "\1\2\3\4"s
                                         : "\1b\xC0\x0C"s;
    message.add_raw(answer, "\1b\xC0\x0C"s, type, 60, data);
  }
  message.add(authority, "com", DnsMessage::soa, 60, support::soa_data(60));
  message.add(authority, "b.example.com", DnsMessage::nsec, 60, support::nsec_data("c", {128}));
  const std::string whole = message.octets();

  std::mt19937 random(42);
  for (int round = 0; round < 20'000; ++round) {
    std::string mutated = whole;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % mutated.size();
      if (random() % 8 == 0) mutated.resize(at + 1);
      static constexpr unsigned char likely[] = {0, 1, 0xC0, 0xFF, 0x3F, 0x80};
      mutated[at % mutated.size()] =
          static_cast<char>(random() % 2 == 0 ? likely[random() % 6] : random() % 256);
    }
    const Answer got = dns::parse_response(support::as_bytes(mutated), question);
    if ((got.outcome == Outcome::found) != !got.records.empty()) FAIL("round " << round);
    if (got.ttl < base::Seconds(0) || got.ttl > base::Seconds(0x7FFFFFFF)) FAIL("round " << round);
  }
}

TEST_CASE("a query is what RFC 1035 and RFC 6891 want", "[dns][RFC 1035 §4.1][RFC 6891 §6.1]") {
  const auto query = [](const dns::QueryOptions& options) {
    const auto octets = dns::make_query({"Example.com", Type::txt}, 0x1234, options).value();
    return std::string(reinterpret_cast<const char*>(octets.data()), octets.size());
  };
  const std::string asked = "\7example\3com\0\0\x10\0\1"s;
  CHECK(query({.edns = false}) == "\x12\x34\1\0\0\1\0\0\0\0\0\0"s + asked);
  CHECK(query({}) == "\x12\x34\1\0\0\1\0\0\0\0\0\1"s + asked + "\0\0\x29\x04\xD0\0\0\0\0\0\0"s);
  CHECK(query({.authentic = true, .compact_denial = true}) ==
        "\x12\x34\1\x20\0\1\0\0\0\0\0\1"s + asked + "\0\0\x29\x04\xD0\0\0\xC0\0\0\0"s);
  CHECK_FALSE(dns::make_query({"a..b", Type::txt}, 1, {}));
}

TEST_CASE("the case of a query's letters is chance, and nothing else changes", "[dns]") {
  const Question question{"abcdefghij.klmnopq-12_.rstuvwxyz@[`{", Type::txt};
  const std::vector<std::byte> plain = dns::make_query(question, 0x4142, {}).value();
  std::vector<std::byte> mixed = plain;
  std::vector<std::uint16_t> random{0x5555, 0xFFFF};
  dns::mix_case(mixed, [&] { return std::exchange(random[0], random[1]); });
  std::string expected(reinterpret_cast<const char*>(plain.data()), plain.size());
  const auto swap = [&](std::string_view from, std::string_view to) {
    expected.replace(expected.find(from), from.size(), to);
  };
  swap("abcdefghij", "AbCdEfGhIj");
  swap("klmnopq", "KlMnOpQ");
  swap("rstuvwxyz", "RSTUVWXYZ");
  CHECK(std::string(reinterpret_cast<const char*>(mixed.data()), mixed.size()) == expected);
}

TEST_CASE("a response repeats the question in the query's own spelling or another", "[dns]") {
  std::vector<std::byte> query = dns::make_query({"example.com", Type::txt}, 7, {}).value();
  const std::string response = to_example().octets();
  CHECK(dns::repeats_question(support::as_bytes(response), query));
  dns::mix_case(query, [] { return std::uint16_t{0x0010}; });
  CHECK_FALSE(dns::repeats_question(support::as_bytes(response), query));
  std::string same = response;
  same.replace(same.find("example"), 7, "examPle");
  CHECK(dns::repeats_question(support::as_bytes(same), query));
  CHECK(dns::parse_response(support::as_bytes(same), {"example.com", Type::txt}).outcome ==
        Outcome::no_data);
  for (std::size_t size = 0; size < 12 + 13 + 4; ++size)
    CHECK_FALSE(dns::repeats_question(support::as_bytes(same.substr(0, size)), query));
}

TEST_CASE("the code of a response is read if there is one", "[dns]") {
  CHECK(dns::response_code(support::as_bytes(to_example(0x8185).octets())) == 5U);
  CHECK_FALSE(dns::response_code({}));
}
