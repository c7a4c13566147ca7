#include "store/report_row.hpp"

#include <functional>

#include <catch2/catch.hpp>

#include "event/event_reader.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using event::Event;
using policy::Action;
using store::OverrideReason;
using store::ReportRow;

base::Domain domain(std::string_view text) { return *base::Domain::parse(text); }

ReportRow made_of(const Event& event) {
  const auto row = store::row_of(event);
  REQUIRE(row);
  return *row;
}

Event changed(const std::function<void(Event&)>& change) {
  Event event = support::sample_event();
  change(event);
  return event;
}

void decide(Event& event, Action action, std::string rule) {
  event.decision.action = event.decision.would = action;
  event.decision.rule = std::move(rule);
}

}  // namespace

TEST_CASE("a row holds what a record of the report groups by", "[store][RFC 9990 §3.1.1]") {
  const ReportRow row = made_of(support::sample_event());
  CHECK(row.policy_domain == "example.com");
  CHECK(row.published.p == "reject");
  CHECK(row.published.sp.empty());
  CHECK(row.published.record == "v=DMARC1; p=reject; rua=mailto:dmarc@example.com");
  CHECK(row.published.discovery == "treewalk");
  CHECK(row.source_ip == "192.0.2.1");
  CHECK(row.header_from == "example.com");
  CHECK(row.envelope_from == "example.com");
  CHECK(row.disposition == "reject");
  CHECK_FALSE(row.dkim_aligned);
  CHECK_FALSE(row.spf_aligned);
  CHECK(row.reasons.empty());
  CHECK(row.dkim == std::vector<store::DkimRow>{{"example.com", "s1", "fail"}});
  CHECK(row.spf == store::SpfRow{"example.com", "fail"});  // MAIL FROM, not HELO.
}

TEST_CASE("a row is the same from the event and from its line", "[store]") {
  const Event event = support::sample_event();
  const auto read = event::from_line(event::to_line(event));
  REQUIRE(read);
  CHECK(made_of(*read) == made_of(event));
}

TEST_CASE("a row survives its JSON text", "[store]") {
  ReportRow row = made_of(support::sample_event());
  row.reasons = {{"local_policy", "\"quoted\" \\ \xc3\xa4\n"}, {"other", ""}};
  row.dkim = {{"a.example", "\x01", "pass"}, {"b.example", "", "none"}};
  row.published.testing = true;
  for (const auto& spf : {row.spf, std::optional<store::SpfRow>()}) {
    row.spf = spf;
    const auto read = store::row_from_json(store::to_json(row));
    REQUIRE(read);
    CHECK(*read == row);
  }
  CHECK_FALSE(store::row_from_json("no JSON"));
  CHECK_FALSE(store::row_from_json(R"({"source_ip":7})"));
}

TEST_CASE("mail that no report is about has no row", "[store][RFC 9990 §3.1]") {
  const std::pair<const char*, std::function<void(Event&)>> table[] = {
      {"trusted", [](Event& event) { event.verified = false; }},
      {"without a record", [](Event& event) { event.facts.dmarc.policy_domain.reset(); }},
      {"from this machine", [](Event& event) { event.connection.client.reset(); }},
      {"of no author", [](Event& event) { event.facts.authors.clear(); }},
      {"deferred", [](Event& event) { decide(event, Action::defer, "dmarc-temperror"); }},
  };
  for (const auto& [what, change] : table) {
    INFO(what);
    CHECK_FALSE(store::row_of(changed(change)));
  }
}

TEST_CASE("what was done differs from the policy only with a reason",
          "[store][RFC 9990 §3.1.1.9]") {
  using Reasons = std::vector<OverrideReason>;
  const std::string rfc = "p=reject alone is not enough (RFC 9989 7.4)";
  struct Row {
    std::string what;
    std::function<void(Event&)> change;
    std::string disposition;
    Reasons reasons;
  };
  const auto ruled = [](Action action, std::string rule) {
    return [=](Event& event) { decide(event, action, rule); };
  };
  const Row table[] = {
      {"as published", [](Event&) {}, "reject", {}},
      {"override by address",
       ruled(Action::accept, "override-client"),
       "none",
       {{"local_policy", "override-client"}}},
      {"known forwarder",
       ruled(Action::tag, "override-forwarder"),
       "none",
       {{"trusted_forwarder", "override-forwarder"}}},
      {"protected domain",
       ruled(Action::quarantine, "protected-domain-indirect"),
       "quarantine",
       {{"local_policy", "protected-domain-indirect"}}},
      {"uncorroborated",
       ruled(Action::quarantine, "dmarc-reject-uncorroborated"),
       "quarantine",
       {{"local_policy", rfc}}},
      {"a list's mail",
       [](Event& event) {
         decide(event, Action::quarantine, "dmarc-reject-uncorroborated");
         event.decision.corroboration = {"spf-fail", "-list-mail"};
       },
       "quarantine",
       {{"mailing_list", rfc}}},
      {"preset monitor",
       [](Event& event) { event.decision.action = Action::accept; },
       "none",
       {{"local_policy", "not fully enforced at this site"}}},
      {"DNS in trouble",
       [](Event& event) {
         event.decision.action = Action::accept;
         event.circumstances.dns_degraded = true;
       },
       "none",
       {{"local_policy", "not enforced: DNS in trouble"}}},
      {"t=y",
       [](Event& event) {
         event.facts.dmarc.policy = dmarc::Policy::quarantine;
         decide(event, Action::quarantine, "dmarc-quarantine");
       },
       "quarantine",
       {{"policy_test_mode", "t=y"}}},
      {"a trusted sealer",
       [](Event& event) {
         decide(event, Action::accept, "arc-sealer");
         event.facts.arc.sealers = {{domain("d2.example"), "s2", "", {}},
                                    {domain("d1.example"), "s1", "", {}}};
       },
       "none",
       {{"local_policy", "arc=pass as[2].d=d2.example as[2].s=s2 as[1].d=d1.example as[1].s=s1"}}},
      {"a trusted sealer, of an old event that has the newest only",
       [](Event& event) {
         decide(event, Action::accept, "arc-sealer");
         event.facts.arc.instances = 12;
         event.facts.arc.sealers = {{domain("d2.example"), "", "", {}}};
       },
       "none",
       {{"local_policy", "arc=pass as[12].d=d2.example"}}},
      {"temporary error",
       [](Event& event) {
         event.facts.dmarc.status = dmarc::Status::temperror;
         decide(event, Action::tag, "dmarc-temperror");
       },
       "none",
       {{"other", "temporary error: not all checks could be completed"}}},
      {"a pass",
       [](Event& event) {
         event.facts.dmarc.status = dmarc::Status::pass;
         decide(event, Action::accept, "dmarc-pass");
       },
       "pass",
       {}},
      {"a pass under p=none",
       [](Event& event) {
         event.facts.dmarc.status = dmarc::Status::pass;
         event.facts.dmarc.policy = event.facts.dmarc.published = dmarc::Policy::none;
         decide(event, Action::accept, "dmarc-pass");
       },
       "none",
       {}},
  };
  for (const Row& row : table) {
    INFO(row.what);
    const ReportRow made = made_of(changed(row.change));
    CHECK(made.disposition == row.disposition);
    CHECK(made.reasons == row.reasons);
  }
}

TEST_CASE("of too many signatures the aligned passes are reported first",
          "[store][RFC 9990 §3.1.3]") {
  Event event = support::sample_event();
  const auto add = [&](std::string_view name, dkim::Status status, int number) {
    dkim::Result result;
    result.status = status;
    result.domain = domain(name);
    result.selector = "s" + std::to_string(number);
    event.facts.dkim.push_back(result);
  };
  event.facts.dkim.clear();
  for (int i = 0; i < 60; ++i)
    add("fails.example", dkim::Status::fail, i);
  for (int i = 0; i < 60; ++i)
    add("passes.example", dkim::Status::pass, i);
  for (int i = 0; i < 30; ++i)
    add("sub.example.com", dkim::Status::pass, i);
  for (int i = 0; i < 30; ++i)
    add("example.com", dkim::Status::pass, i);
  add("example.com", dkim::Status::pass, 0);  // Twice the same is once.
  event.facts.dkim.push_back({});             // Nobody's: it cannot be named.
  const ReportRow row = made_of(event);
  const auto count = [&](std::string_view name) {
    return std::ranges::count(row.dkim, name, &store::DkimRow::domain);
  };
  CHECK(row.dkim.size() == 100);
  CHECK(count("example.com") == 30);
  CHECK(count("sub.example.com") == 30);
  CHECK(count("passes.example") == 40);
  CHECK(count("fails.example") == 0);
  CHECK(std::ranges::is_sorted(row.dkim));
}

TEST_CASE("of several records at the policy domain none is published", "[store][RFC 9989 §4.10]") {
  const ReportRow row = made_of(changed([](Event& event) {
    for (dns::Lookup& lookup : event.facts.dns) {
      if (lookup.question.name == "_dmarc.example.com") {
        lookup.answer.records = {lookup.answer.records.front(), "v=DMARC1; p=none"};
      }
    }
  }));
  CHECK(row.published.record.empty());
  CHECK(row.published.p == "reject");  // What the event says was applied.
}

TEST_CASE("reports, bounces and auto-submitted mail cause no report", "[store][RFC 3834 §5]") {
  struct Row {
    std::string what;
    std::function<void(Event&)> change;
    bool causes;
  };
  const Row table[] = {
      {"ordinary mail", [](Event&) {}, true},
      {"a bounce", [](Event& event) { event.envelope.mail_from.clear(); }, false},
      {"auto-submitted", [](Event& event) { event.facts.message.auto_submitted = true; }, false},
      {"of our reports' address",
       [](Event& event) { event.envelope.mail_from = "Reports@example.org"; }, false},
      {"to it", [](Event& event) { event.envelope.recipients.push_back("<reports@example.ORG>"); },
       false},
  };
  for (const Row& row : table) {
    INFO(row.what);
    CHECK(store::causes_report(changed(row.change), "reports@example.org") == row.causes);
  }
}
