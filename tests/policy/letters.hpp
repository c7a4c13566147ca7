#pragma once

#include <string>
#include <vector>

#include "policy/decision.hpp"
#include "tests/support/facts.hpp"

// The words of the policy table for what a message is like. Each says in `is` what it does to the
// facts, so that the page an operator reads cannot say anything else than the test checks.
namespace policy_table {

struct Letter {
  std::string is;
  verify::Facts facts;
  verify::Connection connection;
  verify::Envelope envelope;
  policy::Circumstances circumstances;
};

// From alice@example.com, client 192.0.2.7, to nobody in particular.
[[nodiscard]] Letter genuine(dmarc::Policy policy = dmarc::Policy::reject);  // DMARC passes.
[[nodiscard]] Letter forged(dmarc::Policy policy = dmarc::Policy::reject);   // Nothing passes.
[[nodiscard]] Letter unpublished();                                          // No DMARC record.
[[nodiscard]] Letter useless_record();
// A temporary error hides the verdict.
[[nodiscard]] Letter undecided(dmarc::Policy policy = dmarc::Policy::reject);
[[nodiscard]] Letter undecided_record();  // … even the record.
[[nodiscard]] Letter faulty(mail::FromFault fault);

[[nodiscard]] Letter from_author(Letter letter, const std::string& domain);
[[nodiscard]] Letter from_client(Letter letter, const std::string& address);
[[nodiscard]] Letter without_reverse_name(Letter letter);
// Its reverse name cannot be had; it calls itself `helo`.
[[nodiscard]] Letter with_reverse_error(Letter letter, const std::string& helo);
[[nodiscard]] Letter with_client_name(Letter letter, const std::string& name);  // Confirmed.
[[nodiscard]] Letter with_spf(Letter letter, spf::Status status, const std::string& domain);
[[nodiscard]] Letter null_sender(Letter letter);  // MAIL FROM:<>, SPF none for HELO.
[[nodiscard]] Letter rewritten(Letter letter);    // SRS.
[[nodiscard]] Letter with_signature(Letter letter, dkim::Status status, const std::string& domain);
[[nodiscard]] Letter list_mail(Letter letter);
[[nodiscard]] Letter delivered_before(Letter letter);              // Traces of that in its header.
[[nodiscard]] Letter inheriting(Letter letter, dmarc::Policy np);  // From a name below, np= there.
[[nodiscard]] Letter through_relay(Letter letter);  // … that does not say from whom.
[[nodiscard]] Letter with_chain(Letter letter, arc::Status status);
// A valid chain of these sealers, newest first; the last one saw DMARC pass for `author`.
[[nodiscard]] Letter sealed(Letter letter, const std::vector<std::string>& sealers,
                            const std::string& author = "example.com");
[[nodiscard]] Letter with_seal_error(Letter letter);  // A key of its sealers cannot be had.
[[nodiscard]] Letter by_user(Letter letter, const std::string& user);
[[nodiscard]] Letter to(Letter letter, const std::vector<std::string>& recipients);
[[nodiscard]] Letter with_sender(Letter letter, const std::string& domain);
[[nodiscard]] Letter shown_as(Letter letter, const std::string& display_name);
[[nodiscard]] Letter replying_to(Letter letter, const std::string& domain);
// DMARC passes by SPF alone, through an include that authorises so many addresses.
[[nodiscard]] Letter by_include(Letter letter, const std::string& domain, std::uint64_t breadth);
[[nodiscard]] Letter seen_before(Letter letter, std::uint64_t times);  // Its signature was.
[[nodiscard]] Letter with_lot(Letter letter, unsigned lot);
[[nodiscard]] Letter repeating(Letter letter, const std::string& field);  // With other words.
// A signature of that domain covers a field that the MTA cut.
[[nodiscard]] Letter with_cut_field(Letter letter, const std::string& domain);
[[nodiscard]] Letter cut_off(Letter letter);  // The header section passes our limit.
// That many fields in our name in its header section.
[[nodiscard]] Letter with_own_fields(Letter letter, std::uint64_t fields);
[[nodiscard]] Letter while_degraded(Letter letter);
[[nodiscard]] Letter after_long_deferral(Letter letter);

// Short words for letters that many rows need.
[[nodiscard]] Letter with_key_error(Letter letter, const std::string& domain);
[[nodiscard]] Letter signed_by(Letter letter, const std::string& domain);
[[nodiscard]] Letter with_spf_error(Letter letter);
[[nodiscard]] Letter with_spf_fail(Letter letter);
[[nodiscard]] Letter with_spf_pass(Letter letter, const std::string& domain);
[[nodiscard]] Letter list_post(dmarc::Policy policy = dmarc::Policy::reject);

}  // namespace policy_table
