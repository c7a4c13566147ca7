#include "tests/support/sample_event.hpp"

#include <chrono>
#include <string>

namespace support {

namespace {

using namespace std::chrono_literals;

base::Domain domain(std::string_view text) { return *base::Domain::parse(text); }

dns::Lookup lookup(std::string name, dns::Type type, dns::Outcome outcome,
                   std::vector<dns::Record> records) {
  return {{std::move(name), type}, {outcome, std::move(records), 300s, false}};
}

std::vector<dns::Lookup> sample_lookups() {
  using enum dns::Outcome;
  const std::string key = "v=DKIM1; k=rsa; p=" + std::string(392, 'A');
  return {
      lookup("1.2.0.192.in-addr.arpa", dns::Type::ptr, found, {"mail.example.net"}),
      lookup("_dmarc.com", dns::Type::txt, no_data, {}),
      lookup("_dmarc.example.com", dns::Type::txt, found,
             {"v=DMARC1; p=reject; rua=mailto:dmarc@example.com"}),
      lookup("_dmarc.example.net", dns::Type::txt, no_name, {}),
      lookup("example.com", dns::Type::txt, found, {"v=spf1 ip4:198.51.100.0/24 -all"}),
      lookup("mail.example.net", dns::Type::a, found, {*base::IpAddress::parse("192.0.2.1")}),
      lookup("mail.example.net", dns::Type::aaaa, no_data, {}),
      lookup("s1._domainkey.example.com", dns::Type::txt, found, {key}),
  };
}

verify::Facts sample_facts() {
  verify::Facts facts;
  facts.authors = {{"alice", domain("example.com")}};
  facts.spf = {
      {spf::Status::none, spf::Identity::helo, domain("mail.example.net"), "", {}, "", ""},
      {spf::Status::fail, spf::Identity::mail_from, domain("example.com"), "-all", {}, "",
       "example.com sends from 198.51.100.0/24 only"},
  };
  facts.dkim = {{dkim::Status::fail, dkim::Reason::body_hash_mismatch, domain("example.com"), "s1",
                 "rsa-sha256", "alice@example.com", "AbCdEfGh", false, 2048}};
  facts.iprev = iprev::Result{iprev::Status::pass, "mail.example.net"};
  facts.dmarc.status = dmarc::Status::fail;
  facts.dmarc.author = facts.dmarc.policy_domain = facts.dmarc.organization = domain("example.com");
  facts.dmarc.policy = facts.dmarc.published = dmarc::Policy::reject;
  facts.dmarc.policy_tag = "p";
  facts.message.message_id = "<1@mail.example.net>";
  facts.message.size = 4711;
  facts.dns = sample_lookups();
  return facts;
}

}  // namespace

event::Event sample_event() {
  event::Event event;
  event.id = "0mnzk3r1q3000abc1234";
  event.time = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + 12h + 34min + 56s + 7ms;
  event.gateway = "mx.example.org";
  event.config = "1-0123456789abcdef";
  event.connection = {base::IpAddress::parse("192.0.2.1"), "mail.example.net", "mail.example.net",
                      "mx.example.org", false};
  event.envelope = {"alice@example.com",
                    {"bob@Example.org", "carol@example.org", "dan@example.net", "postmaster"},
                    "4XyZ"};
  event.facts = sample_facts();
  event.decision.action = event.decision.would = policy::Action::reject;
  event.decision.rule = "dmarc-reject";
  event.decision.why = "nothing aligned; SPF -all";
  event.decision.corroboration = {"nothing-authenticated", "spf-fail"};
  event.decision.reply = {550, "5.7.1",
                          "Email rejected per DMARC policy for example.com (see " + event.id + ")"};
  event.timings = {1234us, 567us};
  return event;
}

event::Event monstrous_event() {
  event::Event event = sample_event();
  std::string junk;
  for (int i = 0; i < 20'000; ++i)
    junk += static_cast<char>(i * 7 + i / 256);
  const std::string label(60, 'a');
  const base::Domain longest = domain(label + "." + label + "." + label + "." + label);
  event.id = event.gateway = event.config = event.envelope.queue_id = junk;
  event.connection.relay = base::IpAddress::parse("2001:db8:1111:2222:3333:4444:5555:6666");
  event.connection.user = junk;
  event.connection.client_name = event.connection.helo = event.envelope.mail_from = junk;
  for (int i = 0; i < 3000; ++i) {
    event.envelope.recipients.push_back("x@" + std::to_string(i) + std::string(300, '\x01'));
  }
  verify::Facts& facts = event.facts;
  facts.authors.assign(1000, {junk, longest});
  facts.from_fault = mail::FromFault::several_domains;
  facts.spf.assign(2, {spf::Status::fail, spf::Identity::helo, longest, junk, {}, junk, junk});
  facts.dkim.assign(5000, {dkim::Status::fail, dkim::Reason::syntax, longest, junk, junk, junk,
                           junk, true, 8192});
  facts.arc = {arc::Status::fail, 50, 50, {}, junk};
  facts.arc.sealers.assign(50, {longest, junk, junk, longest});
  facts.iprev = iprev::Result{iprev::Status::fail, junk};
  facts.dmarc.author = facts.dmarc.policy_domain = facts.dmarc.organization = longest;
  facts.dmarc.reason = facts.dmarc.policy_tag = junk;
  facts.dmarc.record.emplace().text = "v=DMARC1; p=none; " + junk;
  facts.spf_breadth = ~0ULL;
  facts.message.message_id = junk;
  facts.message.size = ~0ULL >> 1;
  facts.message.list_mail = facts.message.header_truncated = true;
  facts.message.delivered_before = true;
  facts.dns.assign(200, lookup(junk, dns::Type::txt, dns::Outcome::found, {junk, junk, junk}));
  event.decision.rule = event.decision.why = junk;
  event.decision.corroboration.assign(1000, junk);
  event.decision.reply.text = junk;
  event.decision.tenant = junk;
  event.decision.stricter.assign(1000, {junk, policy::Action::quarantine, junk});
  event.circumstances = {
      true, true, ~0ULL >> 1, {~0ULL >> 1, ~0ULL >> 1}, std::vector<std::string>(1000, junk)};
  event.signals.assign(1000, junk);
  event.failure_headers = junk;
  return event;
}

}  // namespace support
