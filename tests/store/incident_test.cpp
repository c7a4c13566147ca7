#include "store/incident.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/facts.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using store::Failure;

// What the two mechanisms said of mail from example.com.
struct Said {
  dmarc::Status dmarc = dmarc::Status::fail;
  dkim::Status dkim = dkim::Status::none;  // none: no signature.
  bool dkim_aligned = false;
  spf::Status spf = spf::Status::none;
  bool spf_aligned = false;
};

verify::Facts facts_of(const Said& said) {
  verify::Facts facts = support::facts_of(said.dmarc, dmarc::Policy::reject);
  if (said.dkim != dkim::Status::none) {
    facts.dkim = {support::dkim_result(said.dkim, "example.com")};
  }
  facts.spf = {support::spf_result(said.spf, "example.com")};
  facts.dmarc.dkim_aligned = said.dkim_aligned;
  facts.dmarc.spf_aligned = said.spf_aligned;
  return facts;
}

char letter(std::optional<Failure> failure) {
  if (!failure) return '-';
  return *failure == Failure::dmarc ? 'D' : *failure == Failure::dkim ? 'k' : 's';
}

}  // namespace

TEST_CASE("fo= says which failures are told", "[store][RFC 9989 §4.7]") {
  using enum dmarc::Status;
  const auto ok = dkim::Status::pass;
  const auto bad = dkim::Status::fail;
  const auto temporary = dkim::Status::temperror;
  const auto unsigned_mail = dkim::Status::none;
  struct Row {
    Said said;
    const char* expected;  // For fo = 0, 1, d, s, 0:d:s, 1:d:s.
  };
  const auto row = GENERATE_COPY(values<Row>({
      // Both aligned: nothing to tell, unless a mechanism failed beside.
      {{pass, ok, true, spf::Status::pass, true}, "------"},
      // One aligned: only 1, and what else failed.
      {{pass, ok, true, spf::Status::fail, false}, "-D-ssD"},
      {{pass, ok, true, spf::Status::softfail, false}, "-D-ssD"},
      {{pass, ok, true, spf::Status::none, false}, "-D---D"},
      {{pass, bad, false, spf::Status::pass, true}, "-Dk-kD"},
      {{pass, unsigned_mail, false, spf::Status::pass, true}, "-D---D"},
      // None aligned.
      {{fail, bad, false, spf::Status::fail, false}, "DDksDD"},
      {{fail, unsigned_mail, false, spf::Status::none, false}, "DD--DD"},
      // Passed, but for a domain that is not aligned.
      {{fail, ok, false, spf::Status::pass, false}, "DD--DD"},
      // A temporary error is no failure.
      {{pass, temporary, false, spf::Status::pass, true}, "------"},
      {{pass, ok, true, spf::Status::temperror, false}, "------"},
      {{temperror, temporary, false, spf::Status::fail, false}, "------"},
      {{none, bad, false, spf::Status::fail, false}, "------"},
      {{permerror, bad, false, spf::Status::fail, false}, "------"},
      // A signature that was not evaluated has not failed; one that could not be, has.
      {{pass, dkim::Status::policy, false, spf::Status::pass, true}, "-D---D"},
      {{pass, dkim::Status::permerror, false, spf::Status::pass, true}, "-Dk-kD"},
      {{pass, ok, true, spf::Status::permerror, false}, "-D---D"},
  }));
  std::string told;
  for (const char* fo : {"0", "1", "d", "s", "0:d:s", "1:d:s"})
    told += letter(store::wanted_failure(fo, facts_of(row.said)));
  INFO("dmarc=" << dmarc::name(row.said.dmarc) << " dkim=" << dkim::name(row.said.dkim)
                << " spf=" << spf::name(row.said.spf));
  CHECK(told == row.expected);
}

TEST_CASE("messages of one source about one domain are one incident", "[store][RFC 9991 §8.1]") {
  event::Event event = support::sample_event();
  const std::string incident = store::incident_of(event, Failure::dmarc);
  CHECK(incident == "example.com 192.0.2.1 dmarc");
  event.id = "another";
  event.envelope.mail_from = "mallory@example.com";
  CHECK(store::incident_of(event, Failure::dmarc) == incident);
  CHECK(store::incident_of(event, Failure::spf) != incident);
}
