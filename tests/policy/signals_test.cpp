#include "policy/signals.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/policy/signal_cases.hpp"
#include "tests/support/facts.hpp"

using dmarc::Status;
using support::facts_of;
using support::name;

namespace {

// Protects example.org and bank.example; each test changes the message to what it is about.
struct Lab {
  policy::Rules rules;
  verify::Facts facts = facts_of(Status::pass, dmarc::Policy::reject);
  verify::Connection connection;
  verify::Envelope envelope;
  policy::Circumstances circumstances;

  Lab() {
    rules.protection = policy::Protection({
        {.domain = name("example.org")},
        {.domain = name("mybank.test")},
    });
  }
  void set_author(std::string_view domain) {
    facts.authors.front().domain = name(domain);
    facts.dmarc.author = name(domain);
    facts.dmarc.organization = name(domain).suffix(2);
  }
  [[nodiscard]] std::vector<std::string> signals() const {
    return policy::find_signals({facts, connection, envelope, circumstances, "id"}, rules);
  }
};

using Signals = std::vector<std::string>;

}  // namespace

TEST_CASE("every row of the signals in docs/policy.md is what find_signals() tells", "[policy]") {
  for (const policy_table::SignalRow& row : policy_table::signal_rows()) {
    INFO(row.letter.is);
    CHECK(policy_table::signals_of(row.letter) == row.signals);
  }
}

TEST_CASE("an ordinary message gives no signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  lab.facts.message.display_name = "Alice Partner";
  lab.facts.message.reply_to_domains = {name("mail.partner.test")};
  CHECK(lab.signals().empty());
  lab.set_author("mail.example.org");  // Protected itself.
  lab.facts.message.display_name = "example.org <help@example.org>";
  lab.facts.message.reply_to_domains.clear();
  CHECK(lab.signals().empty());
}

TEST_CASE("an author that looks like a protected domain is a signal", "[policy]") {
  Lab lab;
  lab.set_author("rnybank.test");
  CHECK(lab.signals() == Signals{"lookalike:mybank.test"});
  lab.set_author("login.example.net");
  CHECK(lab.signals() == Signals{"lookalike:example.org"});
  lab.facts.from_fault = mail::FromFault::repeated;
  CHECK(lab.signals().empty());
}

TEST_CASE("a protected MAIL FROM that SPF does not pass is a signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  lab.facts.spf = {support::spf_result(spf::Status::fail, "bounce.example.org")};
  CHECK(lab.signals() == Signals{"protected_mail_from:example.org"});
  lab.facts.spf.front().status = spf::Status::none;
  CHECK(lab.signals() == Signals{"protected_mail_from:example.org"});
  for (const spf::Status status : {spf::Status::pass, spf::Status::temperror}) {
    lab.facts.spf.front().status = status;
    CHECK(lab.signals().empty());
  }
  lab.facts.spf = {support::spf_result(spf::Status::fail, "elsewhere.test")};
  CHECK(lab.signals().empty());
}

TEST_CASE("a protected Sender that nothing vouches for is a signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  lab.facts.message.sender_domain = name("mail.example.org");
  CHECK(lab.signals() == Signals{"protected_sender:example.org"});
  for (const dkim::Status status : {dkim::Status::pass, dkim::Status::temperror}) {
    lab.facts.dkim = {support::dkim_result(status, "example.org")};
    CHECK(lab.signals().empty());
  }
  lab.facts.dkim = {support::dkim_result(dkim::Status::pass, "elsewhere.test")};
  CHECK(lab.signals() == Signals{"protected_sender:example.org"});
  lab.set_author("example.org");
  CHECK(lab.signals().empty());
}

TEST_CASE("a display name that shows somebody else is a signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  const auto of = [&](std::string display_name) {
    lab.facts.message.display_name = std::move(display_name);
    return lab.signals();
  };
  CHECK(of("boss@other.test") == Signals{"display_name_address:other.test"});
  CHECK(of("boss@Other.test.") == Signals{"display_name_address:other.test"});
  CHECK(of("me@partner.test, you@other.test") == Signals{"display_name_address:other.test"});
  CHECK(of("me@partner.test") == Signals{});
  CHECK(of("a @ b, @, @.., @home") == Signals{});
  CHECK(of("MyBank Support") == Signals{"display_name_protected:mybank.test"});
  CHECK(of("Support (\u041CyB\u0430nk)") == Signals{"display_name_protected:mybank.test"});
  CHECK(of("example.org") == Signals{"display_name_protected:example.org"});
  CHECK(of("Mybanks of America") == Signals{});
  CHECK(of("help@example.org") ==
        Signals{"display_name_address:example.org", "display_name_protected:example.org"});
  CHECK(of("x@\xFF\xFF.test") == Signals{});
}

TEST_CASE("answers that go elsewhere are a signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  lab.facts.message.reply_to_domains = {name("a.partner.test"), name("other.test")};
  CHECK(lab.signals() == Signals{"reply_to_elsewhere:other.test"});
  lab.facts.dmarc.organization.reset();  // Without DMARC the registered name is a good guess.
  CHECK(lab.signals() == Signals{"reply_to_elsewhere:other.test"});
}

TEST_CASE("a pass by nothing but a broad include is a signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  lab.facts.spf = {support::spf_result(spf::Status::pass, "partner.test")};
  lab.facts.spf.front().mechanism = "include:_spf.Everybody.test";
  lab.facts.dmarc.spf_aligned = true;
  lab.facts.spf_breadth = 65'536;
  CHECK(lab.signals() == Signals{"spf_only_broad:_spf.everybody.test"});
  lab.facts.spf.front().mechanism = "include:(...)";
  CHECK(lab.signals() == Signals{"spf_only_broad"});
  lab.facts.spf_breadth = 65'535;
  CHECK(lab.signals().empty());
  lab.facts.spf_breadth = 65'536;
  lab.facts.dmarc.dkim_aligned = true;
  CHECK(lab.signals().empty());
}

TEST_CASE("a signature that is seen again and again is a signal", "[policy]") {
  Lab lab;
  lab.set_author("partner.test");
  lab.circumstances.signature_repeats = 9;
  CHECK(lab.signals().empty());
  lab.circumstances.signature_repeats = 10;
  CHECK(lab.signals() == Signals{"repeated_signature:10"});
}
