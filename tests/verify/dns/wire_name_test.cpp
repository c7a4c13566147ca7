#include "verify/dns/wire_name.hpp"

#include <catch2/catch.hpp>

#include "tests/support/dns_message.hpp"

using namespace std::string_literals;

namespace {

std::optional<dns::WireName> read(const std::string& octets, std::size_t at = 0) {
  return dns::read_name(support::as_bytes(octets), at);
}

}  // namespace

TEST_CASE("names are read in lower case, compressed or not", "[dns][RFC 1035 §4.1.4]") {
  const std::string octets = "\3CoM\0\7Example\xC0\0\4mail\xC0\5"s;
  const auto name = read(octets, 15);
  REQUIRE(name);
  CHECK(name->labels == "\4mail\7example\3com");
  CHECK(name->end == octets.size());
  CHECK(read("\0"s)->labels.empty());
}

TEST_CASE("a name that loops, points ahead or ends too early is none", "[dns][RFC 1035 §4.1.4]") {
  CHECK_FALSE(read("\xC0\0"s));        // To itself.
  CHECK_FALSE(read("\1a\xC0\0"s, 2));  // Round and round, one label a turn.
  CHECK_FALSE(read("\xC0\2\1a\0"s));   // Ahead.
  CHECK_FALSE(read("\1a\xFF\xFF"s));   // Past the end.
  CHECK_FALSE(read("\1a\xC0"s));       // Half a pointer.
  CHECK_FALSE(read("\5abc"s));         // Half a label.
  CHECK_FALSE(read("\1a"s));           // No root.
  CHECK_FALSE(
      read("\x41"
           "a\0"s));  // The label types that were never used.
  CHECK_FALSE(read("", 0));
  CHECK_FALSE(read("\0"s, 7));
}

TEST_CASE("names end at 255 octets and after 128 jumps", "[dns][RFC 1035 §2.3.4]") {
  const std::string label = "\x3F" + std::string(63, 'x');
  const std::string most = label + label + label + "\x3D" + std::string(61, 'y');
  CHECK(read(most + '\0')->labels.size() == 254);
  CHECK_FALSE(read(label + label + label + "\x3E" + std::string(62, 'y') + '\0'));

  std::string pointers = "\0\0"s;
  for (unsigned i = 0; i < 200; ++i)
    pointers += support::dns_u16(0xC000 | i * 2);
  CHECK(read(pointers, 2 * 128));
  CHECK_FALSE(read(pointers, 2 * 129));
}

TEST_CASE("text becomes labels if DNS can hold it", "[dns][RFC 1035 §2.3.4]") {
  CHECK(dns::to_labels("Mail.Example") == "\4mail\7example");
  CHECK(dns::to_labels("a\\b.c d") == "\3a\\b\3c d");  // No escapes: octets mean themselves.
  for (const char* impossible : {"", ".", "a.", ".a", "a..b"}) {
    INFO(impossible);
    CHECK_FALSE(dns::to_labels(impossible));
  }
  CHECK(dns::to_labels(std::string(63, 'x')));
  CHECK_FALSE(dns::to_labels(std::string(64, 'x')));
  std::string longest;
  for (int i = 0; i < 126; ++i)
    longest += "a.";
  CHECK(dns::to_labels(longest + "b"));  // 253 octets.
  CHECK_FALSE(dns::to_labels(longest + "bc"));
}

TEST_CASE("a host with odd octets has no text", "[dns]") {
  CHECK(dns::to_text("\4mail\7example") == "mail.example");
  CHECK(dns::to_text("") == "");
  CHECK_FALSE(dns::to_text("\3a.b\7example"));  // Would pass for a name of three labels.
  CHECK_FALSE(dns::to_text("\3a\\b"));
  CHECK_FALSE(dns::to_text("\3a b"));
  CHECK_FALSE(dns::to_text("\3a\nb"));
  CHECK_FALSE(dns::to_text("\3a\0b"s));
  CHECK_FALSE(dns::to_text("\2\xC3\xA9"));
}
