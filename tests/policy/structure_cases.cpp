// Messages whose very form is at fault.
#include "tests/policy/policy_cases.hpp"

namespace policy_table {

using dmarc::Policy;
using mail::FromFault;
using policy::Preset;
using enum policy::Action;

// clang-format off
Topic structure() {
  const Site monitor = preset(Preset::monitor);
  const Site rfc9989 = preset(Preset::rfc9989);
  const Site strict = preset(Preset::strict);
  return {"Faulty messages",
      "Without one readable author there is nothing DMARC could be about (RFC 9989 §11.5). A header section beyond our limit is no\n"
      "reason to refuse, but nothing in it was checked; nor is a field that the MTA cut before it was handed to us, where the author's\n"
      "own signature covers it. Forged fields in our name are removed; where they are more than an MTA can\n"
      "be asked to remove (100, or one below 20,000 others), the message is refused.", {
      {with_own_fields(genuine(), 100),       strict,  accept,                "dmarc-pass", ""},
      {with_own_fields(genuine(), 101),       rfc9989, reject,                "own-fields-too-many", "550 5.7.1"},
      {with_own_fields(genuine(), 101),       monitor, held(tag, reject),     "own-fields-too-many", ""},
      {with_own_fields(genuine(), 101), overriding(strict, client("192.0.2.0/24"), accept), reject, "own-fields-too-many", "550 5.7.1"},
      {with_own_fields(cut_off(unpublished()), 20000), strict, reject,        "own-fields-too-many", "550 5.7.1"},
      {while_degraded(with_own_fields(genuine(), 101)), strict, reject,       "own-fields-too-many", "550 5.7.1"},
      {faulty(FromFault::missing),         rfc9989, reject,                "from-missing", "550 5.7.1"},
      {faulty(FromFault::repeated),        strict,  reject,                "from-repeated", "550 5.7.1"},
      {faulty(FromFault::malformed),       rfc9989, reject,                "from-malformed", "550 5.7.1"},
      {faulty(FromFault::no_domain),       rfc9989, reject,                "from-no-domain", "550 5.7.1"},
      {null_sender(faulty(FromFault::no_domain)), strict,  quarantine,     "from-no-domain", ""},
      {null_sender(faulty(FromFault::malformed)), rfc9989, reject,         "from-malformed", "550 5.7.1"},
      {null_sender(faulty(FromFault::no_domain)), on_from_fault(strict, tag), tag, "from-no-domain", ""},
      {faulty(FromFault::several_domains), rfc9989, reject,                "from-several-domains", "550 5.7.1"},
      {faulty(FromFault::repeated),        monitor, held(tag, reject),     "from-repeated", ""},
      {faulty(FromFault::missing), on_from_fault(rfc9989, quarantine), quarantine,            "from-missing", ""},
      {faulty(FromFault::missing), on_from_fault(monitor, quarantine), held(tag, quarantine), "from-missing", ""},
      {faulty(FromFault::missing), on_from_fault(strict, tag),         tag,                   "from-missing", ""},
      {faulty(FromFault::missing), on_from_fault(strict, accept),      accept,                "from-missing", ""},
      {faulty(FromFault::repeated), overriding(strict, client("192.0.2.0/24"), accept), reject, "from-repeated", "550 5.7.1"},
      {cut_off(unpublished()),                strict,  quarantine,            "header-too-large", ""},
      {cut_off(unpublished()), protecting(strict, "example.com"), quarantine, "header-too-large", ""},
      {cut_off(unpublished()),                monitor, held(tag, quarantine), "header-too-large", ""},
      {cut_off(faulty(FromFault::missing)),   strict,  quarantine,            "header-too-large", ""},
      {cut_off(faulty(FromFault::repeated)),  strict,  reject,                "from-repeated", "550 5.7.1"},
      {with_cut_field(forged(), "example.com"),  strict,  quarantine,            "header-field-cut", ""},
      {with_cut_field(forged(), "example.com"),  rfc9989, quarantine,            "header-field-cut", ""},
      {with_cut_field(forged(), "example.com"),  monitor, held(tag, quarantine), "header-field-cut", ""},
      {with_cut_field(forged(), "other.example"), strict, reject,                "dmarc-reject", "550 5.7.1"},
      {with_cut_field(forged(Policy::none), "example.com"), strict, accept,      "dmarc-none", ""},
      {with_cut_field(forged(), "example.com"), protecting(strict, "example.com"), quarantine, "header-field-cut", ""},
  }};
}
// clang-format on

}  // namespace policy_table
