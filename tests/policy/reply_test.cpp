#include "policy/reply.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace {

const policy::ReplyFields fields{
    .from_domain = "example.com", .event_id = "0k3", .reason = "SPF -all"};

bool is_printable_ascii(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

TEST_CASE("fields are filled in once", "[policy]") {
  CHECK(policy::fill_in("{from_domain} {event_id} {reason}", fields) == "example.com 0k3 SPF -all");
  CHECK(policy::fill_in("{x} {from_domain {{event_id}} 100%", fields) ==
        "{x} {from_domain {0k3} 100%");
  CHECK(policy::fill_in("{reason}",
                        {.from_domain = "a", .event_id = "", .reason = "{from_domain}"}) ==
        "{from_domain}");
  CHECK(policy::fill_in("", fields).empty());
  policy::ReplyFields more = fields;
  more.client = "192.0.2.7";
  more.failed = "spf=fail dkim=none";
  CHECK(policy::fill_in("{failed} from {client}", more) == "spf=fail dkim=none from 192.0.2.7");
}

TEST_CASE("replies are printable ASCII and bounded", "[policy][RFC 5321 §4.2]") {
  CHECK(policy::fill_in("a\r\n550 b\tc\x7F\xC3\xBC", fields) == "a??550 b?c???");
  const std::string huge(10'000, 'x');
  CHECK(policy::fill_in(huge, fields).size() == policy::reply_octets_max);
  CHECK(policy::fill_in("{reason}{reason}", {"", "", huge}).size() == policy::reply_octets_max);
}

TEST_CASE("a DMARC refusal names DMARC and the domain whatever the site wrote",
          "[policy][RFC 9989 §7.2]") {
  const auto refused = [](std::string_view text) {
    return policy::dmarc_refusal("5.7.1", text, fields);
  };
  CHECK(refused("Email rejected per DMARC policy for {from_domain}") ==
        policy::Reply{550, "5.7.1", "Email rejected per DMARC policy for example.com"});
  CHECK(refused("Go away").text == "DMARC policy of example.com: Go away");
  CHECK(refused("DMARC says no").text == "DMARC policy of example.com: DMARC says no");
  CHECK(refused("").text == "DMARC policy of example.com: ");
  CHECK(policy::dmarc_refusal("5.7.26", "DMARC {from_domain}", fields).enhanced_code == "5.7.26");

  const std::string late = refused(std::string(500, 'x') + " DMARC {from_domain}").text;
  CHECK(late.starts_with("DMARC policy of example.com: xxx"));
  CHECK(late.size() == policy::reply_octets_max);
}

TEST_CASE("each refusal and deferral has the code registered for it", "[policy][RFC 7372 §3]") {
  using mail::FromFault;
  using policy::Doubt;
  const auto coded = [](const policy::Reply& reply) {
    return std::to_string(reply.code) + " " + reply.enhanced_code;
  };
  CHECK(coded(policy::spf_refusal("bounce.example", fields)) == "550 5.7.23");
  CHECK(policy::spf_refusal("bounce.example", fields).text ==
        "SPF check of bounce.example failed (see 0k3)");
  CHECK(policy::spf_refusal("", fields).text == "SPF check failed (see 0k3)");

  CHECK(coded(policy::deferral(Doubt::dmarc, fields)) == "451 4.7.1");
  CHECK(coded(policy::deferral(Doubt::spf, fields)) == "451 4.7.24");
  CHECK(coded(policy::deferral(Doubt::dkim, fields)) == "451 4.7.5");
  for (const Doubt doubt : {Doubt::dmarc, Doubt::spf, Doubt::dkim}) {
    CHECK(policy::deferral(doubt, fields).text.starts_with("DMARC of example.com "));
  }

  for (const FromFault fault : {FromFault::missing, FromFault::repeated, FromFault::malformed,
                                FromFault::no_domain, FromFault::several_domains}) {
    const policy::Reply reply = policy::from_refusal(fault, fields);
    CHECK(coded(reply) == "550 5.7.1");
    CHECK(reply.text.contains("From header field"));
    CHECK(reply.text.ends_with("(see 0k3)"));
    CHECK(is_printable_ascii(reply.text));
  }
  CHECK(policy::from_refusal(FromFault::repeated, fields).text ==
        "Message has several From header fields (RFC 5322 section 3.6) (see 0k3)");
}

TEST_CASE("a refusal of the site's own says that it is local policy", "[policy]") {
  CHECK(policy::local_refusal(fields) ==
        policy::Reply{550, "5.7.1", "Rejected by local policy (see 0k3)"});
}

TEST_CASE("a URL follows the text where there is room for all of it", "[policy]") {
  const policy::Reply reply{550, "5.7.1", "No"};
  const auto text = [&](const std::string& url) { return with_url(reply, url, fields).text; };
  CHECK(text("") == "No");
  CHECK(text("https://mx.example/{event_id}") == "No https://mx.example/0k3");
  CHECK(text(std::string(policy::reply_octets_max - 3, 'u')).size() == policy::reply_octets_max);
  CHECK(text(std::string(policy::reply_octets_max - 2, 'u')) == "No");
  CHECK(text(std::string(10'000, 'u')) == "No");
}
