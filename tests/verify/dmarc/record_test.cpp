#include "verify/dmarc/record.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace {

using dmarc::Policy;
using dmarc::Record;

// What it says; as it is written is another matter.
Record parsed(std::string_view text) {
  auto record = dmarc::parse_record(text);
  INFO("record: " << text);
  REQUIRE(record.has_value());
  CHECK(record->text == text);
  record->text.clear();
  return *std::move(record);
}

}  // namespace

TEST_CASE("a record is DMARC only when it begins with v=DMARC1", "[dmarc][RFC 9989 §4.7]") {
  struct Row {
    const char* text;
    bool is_dmarc;
  };
  const auto row = GENERATE(values<Row>({
      {"v=DMARC1", true},
      {"v=DMARC1;", true},
      {"v = DMARC1 ; p=none", true},    // WSP around "=" and ";" (§4.8)
      {"v\t=\tDMARC1\t;p=none", true},  //
      {"V=DMARC1; p=none", true},       // Names are case-insensitive, only the value is not.
      {"v=dmarc1; p=none", false},
      {"v=Dmarc1; p=none", false},
      {"v=DMARC2; p=none", false},
      {"v=DMARC10; p=none", false},
      {"v=DMARC1 p=none", false},
      {"v=DMARC1\\; p=none", false},  // Zone file escapes that were published.
      {" v=DMARC1; p=none", false},
      {"p=none; v=DMARC1", false},  // Not first.
      {"; v=DMARC1; p=none", false},
      {"v=spf1 -all", false},
      {"DMARC1", false},
      {"", false},
  }));
  INFO(row.text);
  const auto record = dmarc::parse_record(row.text);
  CHECK(record.has_value() == row.is_dmarc);
  if (!record) CHECK(record.error() == dmarc::RecordError::not_dmarc);
}

TEST_CASE("every tag has the default of RFC 9989", "[dmarc][RFC 9989 §4.7]") {
  const Record record = parsed("v=DMARC1");
  CHECK(record == Record{});
  CHECK_FALSE(record.policy);
  CHECK_FALSE(record.policy_invalid);
  CHECK(record.dkim_alignment == dmarc::Alignment::relaxed);
  CHECK(record.spf_alignment == dmarc::Alignment::relaxed);
  CHECK_FALSE(record.public_suffix);
  CHECK_FALSE(record.testing);
  CHECK(record.failure_options == "0");
}

TEST_CASE("every tag is read", "[dmarc][RFC 9989 §4.7]") {
  const Record record = parsed(
      "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=s; psd=n; t=y; "
      "rua=mailto:a@example.com; ruf=mailto:f@example.com; fo=1:d:s");
  CHECK(record.policy == Policy::reject);
  CHECK(record.subdomain_policy == Policy::quarantine);
  CHECK(record.nonexistent_policy == Policy::none);
  CHECK(record.dkim_alignment == dmarc::Alignment::strict);
  CHECK(record.spf_alignment == dmarc::Alignment::strict);
  CHECK(record.public_suffix == false);
  CHECK(record.testing);
  CHECK(record.aggregate_to == std::vector<std::string>{"mailto:a@example.com"});
  CHECK(record.failure_to == std::vector<std::string>{"mailto:f@example.com"});
  CHECK(record.failure_options == "1:d:s");
}

TEST_CASE("tag names and values ignore case, order and white space", "[dmarc][RFC 9989 §4.8]") {
  const Record record = parsed("v=DMARC1;;\tT = Y;ASPF\t=\tS ; SP=None; P = Reject ; PSD=Y;;");
  CHECK(record.policy == Policy::reject);
  CHECK(record.subdomain_policy == Policy::none);
  CHECK(record.spf_alignment == dmarc::Alignment::strict);
  CHECK(record.public_suffix == true);
  CHECK(record.testing);
}

TEST_CASE("unknown and historic tags are ignored", "[dmarc][RFC 9989 §4.7]") {
  CHECK(parsed("v=DMARC1; p=reject; pct=50; rf=bob; ri=99999999999999999999; x=y; 0; fo:0; tagonly;"
               "p1=none; =; =none") == parsed("v=DMARC1; p=reject"));
}

TEST_CASE("a malformed tag is as good as absent", "[dmarc][RFC 9989 §4.8]") {
  CHECK(parsed("v=DMARC1; p=reject; adkim=strict; aspf=; t=yes; psd=maybe; rua=bogus; ruf=;fo=9") ==
        parsed("v=DMARC1; p=reject"));
}

TEST_CASE("a policy that says nothing known is remembered as invalid",
          "[dmarc][RFC 9989 §4.10.1]") {
  CHECK(parsed("v=DMARC1; p=bogus").policy_invalid);
  CHECK(parsed("v=DMARC1; p=").policy_invalid);
  CHECK(parsed("v=DMARC1; p=n").policy_invalid);  // No abbreviations.
  CHECK(parsed("v=DMARC1; p=reject; sp=bogus").policy_invalid);
  CHECK(parsed("v=DMARC1; p=reject; np=bogus").policy_invalid);
  CHECK_FALSE(parsed("v=DMARC1; sp=reject").policy_invalid);  // Absent is not invalid.
}

TEST_CASE("of a tag that occurs twice the first valid value wins", "[dmarc]") {
  CHECK(parsed("v=DMARC1; p=none; p=reject").policy == Policy::none);
  const Record record =
      parsed("v=DMARC1; p=bogus; p=reject; psd=u; psd=y; rua=x; rua=mailto:a@b.c");
  CHECK(record.policy == Policy::reject);
  CHECK_FALSE(record.policy_invalid);
  CHECK_FALSE(record.public_suffix);
  CHECK(record.aggregate_to == std::vector<std::string>{"mailto:a@b.c"});
}

TEST_CASE("report addresses keep their valid URIs without size limits", "[dmarc][RFC 9989 §4.8]") {
  const Record record = parsed(
      "v=DMARC1; rua=mailto:a@example.com!10m ,\tmailto:b%21@example.com ! 2G,, bogus, mailto:, "
      "mailto:nobody, mailto:@example.com, mailto:x@, mailto:c d@example.com, https://r.example/x, "
      "MAILTO:\xFF@example.com, 1x:y");
  CHECK(record.aggregate_to == std::vector<std::string>{"mailto:a@example.com",
                                                        "mailto:b%21@example.com",
                                                        "https://r.example/x"});
}

TEST_CASE("failure options are a set and need ruf", "[dmarc][RFC 9989 §4.7]") {
  struct Row {
    const char* fo;
    const char* options;
  };
  const auto row = GENERATE(values<Row>({
      {"0", "0"},
      {"1", "1"},
      {"S:D", "d:s"},
      {"s : 1 : d", "1:d:s"},
      {"d:d", "d"},
      {"0:1", "0"},  // They exclude each other: malformed, so the default.
      {"1:x", "0"},
      {"1:", "1"},
      {":1", "0"},
      {"", "0"},
  }));
  INFO(row.fo);
  const std::string text = "v=DMARC1; p=none; fo=" + std::string(row.fo);
  CHECK(parsed(text + "; ruf=mailto:f@example.com").failure_options == row.options);
  CHECK(parsed(text).failure_options == "0");
}

TEST_CASE("the length of a record and its number of URIs are bounded", "[dmarc]") {
  std::string many = "v=DMARC1; p=none; rua=mailto:a@b.c";
  for (int i = 0; i < 500; ++i)
    many += ",mailto:a@b.c";
  CHECK(parsed(many).aggregate_to.size() == dmarc::uris_max);

  std::string longest = "v=DMARC1; p=none; x=";
  longest.append(dmarc::record_octets_max - longest.size(), 'x');
  CHECK(parsed(longest).policy == Policy::none);
  const auto longer = dmarc::parse_record(longest + 'x');
  REQUIRE_FALSE(longer.has_value());
  CHECK(longer.error() == dmarc::RecordError::too_long);
}

TEST_CASE("policies are named as in records", "[dmarc]") {
  CHECK(dmarc::name(Policy::none) == "none");
  CHECK(dmarc::name(Policy::quarantine) == "quarantine");
  CHECK(dmarc::name(Policy::reject) == "reject");
}

TEST_CASE("pct=0 of old records is known", "[dmarc][RFC 7489 §6.3]") {
  const auto zero = [](std::string_view text) { return dmarc::parse_record(text)->pct_zero; };
  CHECK(zero("v=DMARC1; p=reject; pct=0"));
  CHECK(zero("v=DMARC1; p=reject; PCT = 000"));
  CHECK_FALSE(zero("v=DMARC1; p=reject"));
  CHECK_FALSE(zero("v=DMARC1; p=reject; pct=100"));
  CHECK_FALSE(zero("v=DMARC1; p=reject; pct=0000"));
  CHECK_FALSE(zero("v=DMARC1; p=reject; pct="));
}
