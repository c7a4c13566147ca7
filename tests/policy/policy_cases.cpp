#include "tests/policy/policy_cases.hpp"

namespace policy_table {

namespace {

using arc::Status;
using dmarc::Policy;
using mail::FromFault;
using policy::Preset;
using policy::TemporaryError;
using enum policy::Action;

const Site monitor = preset(Preset::monitor);
const Site rfc9989 = preset(Preset::rfc9989);
const Site strict = preset(Preset::strict);

// clang-format off
Topic presets() {
  return {"Presets",
      "What a published policy does under each preset. `monitor` delivers everything and remembers what it would have done.", {
      {forged(),                   monitor, held(tag, reject),     "dmarc-reject", ""},
      {list_post(),                monitor, held(tag, reject),     "dmarc-reject", ""},
      {forged(Policy::quarantine), monitor, held(tag, quarantine), "dmarc-quarantine", ""},
      {forged(Policy::none),       monitor, accept,                "dmarc-none", ""},
      {genuine(),                  monitor, accept,                "dmarc-pass", ""},
      {forged(),                   rfc9989, reject,                "dmarc-reject", "550 5.7.1"},
      {list_post(),                rfc9989, quarantine,            "dmarc-reject-uncorroborated", ""},
      {forged(Policy::quarantine), rfc9989, quarantine,            "dmarc-quarantine", ""},
      {forged(Policy::none),       rfc9989, accept,                "dmarc-none", ""},
      {genuine(),                  rfc9989, accept,                "dmarc-pass", ""},
      {forged(),                   strict,  reject,                "dmarc-reject", "550 5.7.1"},
      {list_post(),                strict,  reject,                "dmarc-reject", "550 5.7.1"},
      {forged(Policy::quarantine), strict,  quarantine,            "dmarc-quarantine", ""},
      {forged(Policy::none),       strict,  accept,                "dmarc-none", ""},
      {genuine(),                  strict,  accept,                "dmarc-pass", ""},
      {unpublished(),              strict,  accept,                "no-dmarc", ""},
      {useless_record(),           strict,  accept,                "no-dmarc", ""},
  }};
}

Topic corroboration() {
  const auto refused = [](const Letter& letter, const std::string& evidence) {
    return Row{letter, rfc9989, reject, "dmarc-reject", "550 5.7.1", "", "", evidence};
  };
  const auto doubted = [](const Letter& letter, const std::string& evidence) {
    return Row{letter, rfc9989, quarantine, "dmarc-reject-uncorroborated", "", "", "", evidence};
  };
  const auto deferred = [](const Letter& letter, const std::string& evidence) {
    return Row{letter, rfc9989, defer, "corroboration-temperror", "451 4.7.1", "", "", evidence};
  };
  const Letter bounced = with_spf_pass(forged(), "bounce.example");
  const Letter unnamed = without_reverse_name(bounced);
  return {"Corroboration",
      "Under `rfc9989` a message that fails p=reject is refused only when something else speaks for refusing it (RFC 9989 §7.4),\n"
      "and nothing against: signs that it came a roundabout way (RFC 7960), here and in the event with a `-` in front. A List-* field\n"
      "or a broken ARC chain, which anybody can write, weighs only beside an identity that is authenticated. A temporary error that\n"
      "hides whether the evidence is enough is doubt.", {
      refused(forged(),                                                  "nothing-authenticated"),
      refused(with_spf_fail(forged()),                                   "nothing-authenticated, spf-fail"),
      refused(without_reverse_name(forged()),                            "nothing-authenticated, no-fcrdns"),
      doubted(bounced,                                                   ""),
      refused(unnamed,                                                   "no-fcrdns"),
      doubted(rewritten(unnamed),                                        "no-fcrdns, -forwarder"),
      refused(list_mail(forged()),                                       "nothing-authenticated"),
      doubted(list_post(),                                               "-list-mail, -other-signature"),
      doubted(list_mail(unnamed),                                        "no-fcrdns, -list-mail"),
      doubted(with_chain(forged(), Status::pass),                        "nothing-authenticated, -arc-chain"),
      refused(with_chain(forged(), Status::fail),                        "nothing-authenticated"),
      doubted(with_chain(unnamed, Status::fail),                         "no-fcrdns, -arc-chain"),
      doubted(signed_by(with_spf_fail(forged()), "list.example"),        "spf-fail, -other-signature"),
      doubted(delivered_before(with_client_name(with_spf_fail(forged()), "mx1.forward.example")), "nothing-authenticated, spf-fail, -delivered-before"),
      refused(with_client_name(with_spf_fail(forged()), "mx1.forward.example"), "nothing-authenticated, spf-fail"),
      refused(delivered_before(without_reverse_name(with_spf_fail(forged()))), "nothing-authenticated, spf-fail, no-fcrdns"),
      deferred(with_key_error(with_spf_fail(forged()), "list.example"),  "spf-fail, -unchecked"),
      deferred(delivered_before(with_reverse_error(with_spf_fail(forged()), "mx1.forward.example")), "nothing-authenticated, spf-fail, -unchecked"),
      deferred(with_reverse_error(bounced, "mx.bounce.example"),         "-unchecked"),
      {after_long_deferral(with_key_error(forged(), "list.example")), rfc9989, quarantine, "corroboration-temperror", "", "", "", "-unchecked"},
      {with_key_error(forged(), "list.example"), on_temporary_error(rfc9989, TemporaryError::accept), quarantine, "corroboration-temperror", "", "", "", "-unchecked"},
  }, Point::evidence};
}

Topic protected_domains() {
  const Site guarded = protecting(rfc9989, "example.com");
  return {"Protected domains",
      "The organisation's own domains are enforced whatever they publish, p=none and no record included. Who may send as one\n"
      "without proving it is named: here network 198.51.100.0/24, signer esp.example, SASL user scanner.", {
      {forged(Policy::none),                                      guarded, reject,     "protected-domain", "550 5.7.1"},
      {forged(),                                                  guarded, reject,     "protected-domain", "550 5.7.1"},
      {unpublished(),                                             guarded, reject,     "protected-domain", "550 5.7.1"},
      {useless_record(),                                          guarded, reject,     "protected-domain", "550 5.7.1"},
      {from_author(forged(Policy::none), "pay.example.com"),      guarded, reject,     "protected-domain", "550 5.7.1"},
      {from_author(forged(Policy::none), "pay.example.com"), protecting_only(rfc9989, "example.com"), accept, "dmarc-none", ""},
      {from_author(forged(Policy::none), "notexample.com"),       guarded, accept,     "dmarc-none", ""},
      {with_spf_pass(forged(Policy::none), "bounce.example"),     guarded, reject,     "protected-domain", "550 5.7.1"},
      {genuine(Policy::none),                                     guarded, accept,     "dmarc-pass", ""},
      {signed_by(unpublished(), "mail.example.com"),              guarded, accept,     "no-dmarc", ""},
      {with_spf_pass(unpublished(), "example.com"),               guarded, accept,     "no-dmarc", ""},
      {list_post(Policy::none),                                   guarded, quarantine, "protected-domain-indirect", ""},
      {list_post(Policy::none),         protecting(strict,  "example.com"), reject,             "protected-domain", "550 5.7.1"},
      {list_mail(forged(Policy::none)),                           guarded, reject,     "protected-domain", "550 5.7.1"},
      {with_chain(forged(Policy::none), Status::fail),            guarded, reject,     "protected-domain", "550 5.7.1"},
      {delivered_before(with_client_name(forged(Policy::none), "mx1.forward.example")), guarded, reject, "protected-domain", "550 5.7.1"},
      {forged(Policy::none),            protecting(monitor, "example.com"), held(tag, reject),  "protected-domain", ""},
      {forged(Policy::none), overriding(guarded, client("198.51.100.0/24"), accept), reject,    "protected-domain", "550 5.7.1"},
      {signed_by(forged(Policy::none), "mail.esp.example"),       guarded, accept,     "protected-exception", ""},
      {by_user(forged(Policy::none), "scanner"),                  guarded, accept,     "protected-exception", ""},
      {by_user(forged(Policy::none), "scanner2"),                 guarded, reject,     "protected-domain", "550 5.7.1"},
      {from_client(forged(Policy::none), "198.51.100.25"),        guarded, accept,     "protected-exception", ""},
      {undecided(),                                               guarded, defer,      "protected-temperror", "451 4.7.1"},
      {undecided(Policy::none),                                   guarded, defer,      "protected-temperror", "451 4.7.1"},
      {undecided(Policy::none), on_temporary_error(guarded, TemporaryError::accept), defer, "protected-temperror", "451 4.7.1"},
      {after_long_deferral(undecided(Policy::none)), on_temporary_error(guarded, TemporaryError::accept), quarantine, "protected-temperror", ""},
      {with_spf_error(unpublished()),                             guarded, defer,      "protected-temperror", "451 4.7.1"},
      {with_key_error(forged(Policy::none), "esp.example"),       guarded, defer,      "protected-temperror", "451 4.7.1"},
      {with_key_error(forged(Policy::none), "evil.example"),      guarded, defer,      "protected-temperror", "451 4.7.1"},
      {with_key_error(forged(Policy::none), "evil.example"), protecting(strict, "example.com"), reject, "protected-domain", "550 5.7.1"},
      {signed_by(undecided_record(), "example.com"),              guarded, tag,        "dmarc-temperror", ""},
      {undecided(),                 protecting(monitor, "example.com"), held(tag, defer), "protected-temperror", ""},
  }};
}

Topic overrides() {
  const Site list_ok = overriding(strict, signer("list.example"), accept);
  const Site known = overriding(strict, forwarder("forward.example"), accept);
  const policy::Match partner = and_from(client("192.0.2.0/24"), "example.com");
  return {"Overrides",
      "Exceptions by what is authenticated or by the client's address, never by From alone. The tenant's own list is asked first,\n"
      "then the site's; in each the first that matches counts. One that lets mail through is silent where DMARC passes anyway.", {
      {forged(),                            overriding(strict, client("192.0.2.0/24"), accept),   accept, "override-client", ""},
      {forged(),                            overriding(strict, client("198.51.100.0/24"), accept), reject, "dmarc-reject", "550 5.7.1"},
      {genuine(),                           overriding(strict, client("192.0.2.0/24"), accept),   accept, "dmarc-pass", ""},
      {genuine(),                           overriding(strict, client("192.0.2.0/24"), tag),      accept, "dmarc-pass", ""},
      {genuine(),                           overriding(strict, client("192.0.2.0/24"), reject),   reject, "override-client", "550 5.7.1"},
      {genuine(),                           overriding(strict, client("192.0.2.0/24"), quarantine), quarantine, "override-client", ""},
      {genuine(),                           overriding(monitor, client("192.0.2.0/24"), reject),  held(tag, reject), "override-client", ""},
      {unpublished(),                       overriding(strict, client("192.0.2.0/24"), tag),      tag,    "override-client", ""},
      {forged(),                            overriding(strict, partner, accept),                  accept, "override-client", ""},
      {from_author(forged(), "other.example"), overriding(strict, partner, accept),               reject, "dmarc-reject", "550 5.7.1"},
      {forged(), overriding(overriding(strict, client("192.0.2.7"), reject), client("192.0.2.0/24"), accept), reject, "override-client", "550 5.7.1"},
      {forged(), overriding(overriding(strict, client("192.0.2.0/24"), accept), client("192.0.2.7"), reject), accept, "override-client", ""},
      {signed_by(forged(), "list.example"),      list_ok, accept, "override-dkim", ""},
      {signed_by(forged(), "mail.list.example"), list_ok, accept, "override-dkim", ""},
      {signed_by(forged(), "badlist.example"),   list_ok, reject, "dmarc-reject", "550 5.7.1"},
      {with_signature(forged(), dkim::Status::fail, "list.example"), list_ok, reject, "dmarc-reject", "550 5.7.1"},
      {sealed(forged(), {"list.example"}), overriding(strict, sealer("list.example"), accept), accept, "override-arc-sealer", ""},
      {with_client_name(with_spf_fail(forged()), "mx1.forward.example"), known, accept, "override-forwarder", ""},
      {with_client_name(rewritten(with_spf_pass(forged(), "forward.example")), "mx1.forward.example"), known, accept, "override-forwarder", ""},
      {with_client_name(null_sender(forged()), "mx1.forward.example"),   known, accept, "override-forwarder", ""},
      {with_client_name(with_spf_pass(forged(), "bulk.example"), "mx1.forward.example"), known, reject, "dmarc-reject", "550 5.7.1"},
      {with_client_name(with_spf_fail(forged()), "mx1.elsewhere.example"), known, reject, "dmarc-reject", "550 5.7.1"},
      {without_reverse_name(with_spf_fail(forged())), known, reject, "dmarc-reject", "550 5.7.1"},
      {with_key_error(forged(), "list.example"),           list_ok, defer,  "override-temperror", "451 4.7.1"},
      {after_long_deferral(with_key_error(forged(), "list.example")), list_ok, quarantine, "override-temperror", ""},
      {with_key_error(forged(), "list.example"), on_temporary_error(list_ok, TemporaryError::accept), tag, "override-temperror", ""},
      {with_key_error(forged(Policy::none), "list.example"), list_ok, accept, "dmarc-none", ""},
      {with_key_error(forged(), "list.example"), overriding(strict, signer("list.example"), reject), reject, "dmarc-reject", "550 5.7.1"},
      {with_key_error(genuine(), "list.example"), overriding(strict, signer("list.example"), reject), defer, "override-temperror", "451 4.7.1"},
      {after_long_deferral(with_key_error(genuine(), "list.example")), overriding(strict, signer("list.example"), reject), quarantine, "override-temperror", ""},
      {with_reverse_error(with_spf_fail(forged()), "mx1.forward.example"), known, defer, "override-temperror", "451 4.7.1"},
      {after_long_deferral(with_reverse_error(with_spf_fail(forged()), "mx1.forward.example")), known, quarantine, "override-temperror", ""},
      {with_reverse_error(with_spf_fail(forged()), "evil.example"), known, reject, "dmarc-reject", "550 5.7.1"},
      {with_seal_error(sealed(forged(), {"list.example"})), overriding(strict, sealer("list.example"), accept), defer, "override-temperror", "451 4.7.1"},
  }};
}

Topic sealers() {
  const Site believing = trusting_sealers(strict, {"list.example", "gateway.example"});
  return {"Trusted sealers",
      "An ARC chain saves a message when the set that saw DMARC pass for its author, and every newer one, was sealed by somebody\n"
      "in `trust.arc_sealers` (RFC 8617 §7.2.1).", {
      {sealed(forged(), {"list.example"}),                       believing, accept, "arc-sealer", ""},
      {sealed(forged(), {"gateway.example", "list.example"}),    believing, accept, "arc-sealer", ""},
      {sealed(forged(), {"stranger.example", "list.example"}),   believing, reject, "dmarc-reject", "550 5.7.1"},
      {sealed(forged(), {"list.example", "stranger.example"}),   believing, reject, "dmarc-reject", "550 5.7.1"},
      {sealed(forged(), {"list.example"}, "other.example"),      believing, reject, "dmarc-reject", "550 5.7.1"},
      {sealed(forged(), {"list.example"}),                       strict,    reject, "dmarc-reject", "550 5.7.1"},
      {sealed(genuine(), {"list.example"}),                      believing, accept, "dmarc-pass", ""},
      {with_seal_error(sealed(forged(), {"list.example"})),      believing, defer,  "arc-sealer-temperror", "451 4.7.1"},
      {after_long_deferral(with_seal_error(sealed(forged(), {"list.example"}))), believing, quarantine, "arc-sealer-temperror", ""},
      {with_seal_error(sealed(forged(), {"evil.example"})),      believing, reject, "dmarc-reject", "550 5.7.1"},
      {sealed(forged(), {"list.example"}), protecting(believing, "example.com"), reject, "protected-domain", "550 5.7.1"},
  }};
}

Topic tenants() {
  Site two = with_tenant(with_tenant(rfc9989, {"a.example"}, Preset::strict),
                         {"b.example", "*.b.example"}, Preset::monitor);
  const std::string configured = two.wants;
  two.wants = "as above";
  const policy::Override own{client("192.0.2.0/24"), accept};
  const Site with_own = with_tenant(overriding(rfc9989, client("192.0.2.0/24"), quarantine), {"a.example"}, Preset::strict, {own});
  const Letter mail = list_post();
  const std::string text =
      "Each recipient's tenant is judged by its own rules, but an MTA takes one answer for the whole message. `mixed = \"mildest\"`\n"
      "does what the mildest of them asks, and event and quarantine header name each recipient domain that asked for more;\n"
      "`strictest` does the opposite. The sender sees one reply, and all recipients get the same copy or none: so under `mildest` a\n"
      "sender who adds a recipient of a mild tenant gets mail through to a strict one, under `strictest` a forged copy to the strict\n"
      "one keeps the mild one's back. In most rows the site has\n";
  return {"Tenants and mixed recipients", text + configured + ".", {
      {to(mail, {"x@a.example"}),                   two, reject,            "dmarc-reject", "550 5.7.1", "a.example"},
      {to(mail, {"x@b.example"}),                   two, held(tag, reject), "dmarc-reject", "",          "b.example"},
      {to(mail, {"x@deep.in.b.example"}),           two, held(tag, reject), "dmarc-reject", "",          "b.example"},
      {to(mail, {"x@in.a.example"}),                two, quarantine,        "dmarc-reject-uncorroborated", ""},
      {to(mail, {"x@else.example"}),                two, quarantine,        "dmarc-reject-uncorroborated", ""},
      {to(mail, {"postmaster"}),                    two, quarantine,        "dmarc-reject-uncorroborated", ""},
      {mail,                                        two, quarantine,        "dmarc-reject-uncorroborated", ""},
      {to(mail, {"x@a.example", "y@A.EXAMPLE"}),    two, reject,            "dmarc-reject", "550 5.7.1", "a.example"},
      {to(mail, {"x@a.example", "y@b.example"}),    two, held(tag, reject), "dmarc-reject", "",          "b.example", "a.example reject (dmarc-reject)"},
      {to(mail, {"x@a.example", "y@b.example", "z@else.example"}), two, held(tag, reject), "dmarc-reject", "", "b.example",
          "a.example reject (dmarc-reject), else.example quarantine (dmarc-reject-uncorroborated)"},
      {to(mail, {"x@a.example", "z@else.example"}), two, quarantine,        "dmarc-reject-uncorroborated", "", "", "a.example reject (dmarc-reject)"},
      {to(mail, {"x@a.example", "y@b.example"}), strictest(two), reject,    "dmarc-reject", "550 5.7.1", "a.example"},
      {to(genuine(), {"x@a.example", "y@b.example"}), two, accept,          "dmarc-pass", "",            "a.example"},
      {to(forged(), {"x@a.example"}),               with_own, accept,       "override-client", "",       "a.example"},
      {to(genuine(), {"x@a.example"}),              with_own, accept,       "dmarc-pass", "",            "a.example"},
      {to(forged(), {"z@else.example"}),            with_own, quarantine,   "override-client", ""},
  }, Point::recipients};
}

Topic stages() {
  return {"Stages",
      "`enforce` bounds what is done, step by step: monitor, tag, quarantine, reject. With a percentage that share of the mail gets\n"
      "the full step and the rest one step less; a message's lot (0 to 99) is the same at every retry and on every gateway. A stage\n"
      "of the sender's domain and one of the tenant or site both count: the milder wins.", {
      {forged(), staged(strict, {accept, 100}),                          held(accept, reject),     "dmarc-reject", ""},
      {forged(), staged(strict, {tag, 100}),                             held(tag, reject),        "dmarc-reject", ""},
      {forged(), staged(strict, {quarantine, 100}),                      held(quarantine, reject), "dmarc-reject", ""},
      {with_lot(forged(), 24), staged(strict, {reject, 25}),             reject,                   "dmarc-reject", "550 5.7.1"},
      {with_lot(forged(), 25), staged(strict, {reject, 25}),             held(quarantine, reject), "dmarc-reject", ""},
      {with_lot(forged(), 25), staged(strict, {quarantine, 25}),         held(tag, reject),        "dmarc-reject", ""},
      {with_lot(forged(), 25), staged(strict, {tag, 25}),                held(accept, reject),     "dmarc-reject", ""},
      {forged(Policy::quarantine), staged(strict, {quarantine, 100}),    quarantine,               "dmarc-quarantine", ""},
      {forged(), staged_for(strict, "example.com", {tag, 100}),          held(tag, reject),        "dmarc-reject", ""},
      {from_author(forged(), "mail.example.com"), staged_for(strict, "example.com", {tag, 100}), held(tag, reject), "dmarc-reject", ""},
      {from_author(forged(), "other.example"),    staged_for(strict, "example.com", {tag, 100}), reject, "dmarc-reject", "550 5.7.1"},
      {from_author(forged(), "mail.example.com"), staged_for(staged_for(strict, "mail.example.com", {reject, 100}), "example.com", {tag, 100}), reject, "dmarc-reject", "550 5.7.1"},
      {forged(), staged_for(staged(strict, {quarantine, 100}), "example.com", {tag, 100}),        held(tag, reject), "dmarc-reject", ""},
      {forged(), staged_for(staged(strict, {tag, 100}), "example.com", {quarantine, 100}),        held(tag, reject), "dmarc-reject", ""},
      {forged(), staged(monitor, {quarantine, 100}),                     held(tag, reject),        "dmarc-reject", ""},
      {faulty(FromFault::repeated), staged(strict, {quarantine, 100}),   held(quarantine, reject), "from-repeated", ""},
      {forged(Policy::none), staged(protecting(strict, "example.com"), {quarantine, 100}), held(quarantine, reject), "protected-domain", ""},
      {undecided(), staged(strict, {quarantine, 100}), defer, "dmarc-temperror", "451 4.7.1"},
      {undecided(), staged(strict, {tag, 100}),        held(tag, defer), "dmarc-temperror", ""},
      {after_long_deferral(undecided()), staged(strict, {quarantine, 100}), quarantine, "dmarc-temperror", ""},
  }};
}

Topic temporary_errors() {
  const Site deferring = on_temporary_error(rfc9989, TemporaryError::defer);
  const Site accepting = on_temporary_error(rfc9989, TemporaryError::accept);
  return {"Temporary errors",
      "Neither pass nor fail (RFC 9989 §5.3.6), so never a refusal; and no way in. Mail in doubt is deferred where the author's\n"
      "policy is, or may be, to hold back what fails; when it has been deferred for `defer_hours_max` it is quarantined. The reply's\n"
      "code says which check is to blame. `temporary_error = \"defer\"` defers what p=none would deliver as well, `\"accept\"` delivers\n"
      "all of it: also that of whoever makes a name fail to answer.", {
      {with_spf_error(undecided()),                                     strict,    defer, "dmarc-temperror", "451 4.7.24"},
      {with_spf_error(undecided()),                                     rfc9989,   defer, "dmarc-temperror", "451 4.7.24"},
      {with_key_error(undecided(), "example.com"),                      rfc9989,   defer, "dmarc-temperror", "451 4.7.5"},
      {with_key_error(with_spf_error(undecided()), "example.com"),      rfc9989,   defer, "dmarc-temperror", "451 4.7.1"},
      {with_key_error(with_spf_error(undecided()), "other.example"),    rfc9989,   defer, "dmarc-temperror", "451 4.7.24"},
      {undecided(),                                                     rfc9989,   defer, "dmarc-temperror", "451 4.7.1"},
      {undecided(Policy::quarantine),                                   rfc9989,   defer, "dmarc-temperror", "451 4.7.1"},
      {undecided(Policy::none),                                         rfc9989,   tag,   "dmarc-temperror", ""},
      {inheriting(undecided(Policy::none), Policy::reject),             rfc9989,   defer, "dmarc-temperror", "451 4.7.1"},
      {undecided_record(),                                              rfc9989,   defer, "dmarc-temperror", "451 4.7.1"},
      {signed_by(undecided_record(), "example.com"),                    rfc9989,   tag,   "dmarc-temperror", ""},
      {signed_by(undecided_record(), "mail.example.com"),               rfc9989,   defer, "dmarc-temperror", "451 4.7.1"},
      {after_long_deferral(undecided()),                                rfc9989,   quarantine, "dmarc-temperror", ""},
      {after_long_deferral(undecided()),                                strict,    quarantine, "dmarc-temperror", ""},
      {after_long_deferral(undecided_record()),                         rfc9989,   quarantine, "dmarc-temperror", ""},
      {through_relay(undecided()),                                      rfc9989,   quarantine, "dmarc-temperror", ""},
      {undecided(Policy::none),                                         deferring, defer, "dmarc-temperror", "451 4.7.1"},
      {after_long_deferral(undecided(Policy::none)),                    deferring, tag,   "dmarc-temperror", ""},
      {after_long_deferral(undecided()),                                deferring, quarantine, "dmarc-temperror", ""},
      {undecided(),                                                     accepting, tag,   "dmarc-temperror", ""},
      {undecided(),                                                     monitor, held(tag, defer), "dmarc-temperror", ""},
      {without_reverse_name(with_spf_error(undecided())),               strict,    defer, "dmarc-temperror", "451 4.7.24"},
  }};
}

Topic degraded() {
  const Site accepting = accepting_when_degraded(strict);
  const Site networks = overriding(strict, client("192.0.2.0/24"), reject);
  const Site guarded = protecting(accepting, "example.com");
  return {"Degraded DNS",
      "While the resolver itself fails, nothing that rests on its answers and is more than a tag is done: the mail is deferred, and\n"
      "quarantined when that has lasted too long; or tagged where `dns_degraded = \"accept\"` and the domain is not protected. What\n"
      "needs no DNS goes on.", {
      {while_degraded(forged()),                       strict,    held(defer, reject),     "dns-degraded", "451 4.7.1"},
      {while_degraded(forged()),                       accepting, held(tag, reject),       "dns-degraded", ""},
      {while_degraded(forged(Policy::quarantine)),     strict,    held(defer, quarantine), "dns-degraded", "451 4.7.1"},
      {while_degraded(forged(Policy::quarantine)),     accepting, held(tag, quarantine),   "dns-degraded", ""},
      {after_long_deferral(while_degraded(forged())),  strict,    held(quarantine, reject), "dns-degraded", ""},
      {while_degraded(forged()), staged(strict, {quarantine, 100}), held(defer, reject),   "dns-degraded", "451 4.7.1"},
      {while_degraded(forged()), staged(strict, {tag, 100}), held(tag, reject),            "dmarc-reject", ""},
      {while_degraded(forged()),                       monitor,   held(tag, reject),       "dmarc-reject", ""},
      {while_degraded(forged(Policy::none)),           strict,    accept,                  "dmarc-none", ""},
      {while_degraded(genuine()),                      strict,    accept,                  "dmarc-pass", ""},
      {while_degraded(undecided(Policy::none)),        strict,    tag,                     "dmarc-temperror", ""},
      {while_degraded(undecided()),                    strict,    defer,                   "dns-degraded", "451 4.7.1"},
      {while_degraded(undecided()),                    accepting, held(tag, defer),        "dns-degraded", ""},
      {while_degraded(unpublished()),                  guarded,   held(defer, reject),     "dns-degraded", "451 4.7.1"},
      {after_long_deferral(while_degraded(unpublished())), guarded, held(quarantine, reject), "dns-degraded", ""},
      {while_degraded(signed_by(forged(), "spam.example")), overriding(strict, signer("spam.example"), reject), held(defer, reject), "dns-degraded", "451 4.7.1"},
      {while_degraded(genuine()),                      networks,  reject,                  "override-client", "550 5.7.1"},
      {while_degraded(faulty(FromFault::repeated)),    strict,    reject,                  "from-repeated", "550 5.7.1"},
      {while_degraded(cut_off(unpublished())),         strict,    quarantine,              "header-too-large", ""},
  }};
}

Topic spf_alone() {
  const Site refusing = on_spf_fail(rfc9989, reject);
  return {"SPF alone",
      "Only where no DMARC is published (RFC 9989 §7.1), only `fail`, and only when the site asks for it. A temporary error is doubt.", {
      {with_spf_fail(unpublished()),         strict,   accept, "no-dmarc", ""},
      {with_spf_fail(unpublished()),         refusing, reject, "spf-fail", "550 5.7.23"},
      {with_spf_fail(useless_record()),      refusing, reject, "spf-fail", "550 5.7.23"},
      {with_spf(unpublished(), spf::Status::softfail, "example.com"),  refusing, accept, "no-dmarc", ""},
      {with_spf(unpublished(), spf::Status::temperror, "example.com"), refusing, defer, "spf-temperror", "451 4.7.1"},
      {after_long_deferral(with_spf(unpublished(), spf::Status::temperror, "example.com")), refusing, quarantine, "spf-temperror", ""},
      {with_spf(unpublished(), spf::Status::temperror, "example.com"), strict,   accept, "no-dmarc", ""},
      {with_spf(unpublished(), spf::Status::permerror, "example.com"), refusing, accept, "no-dmarc", ""},
      {with_spf_fail(genuine()),             refusing, accept, "dmarc-pass", ""},
      {with_spf_fail(forged(Policy::none)),  refusing, accept, "dmarc-none", ""},
      {with_spf_fail(undecided()),           refusing, defer,  "dmarc-temperror", "451 4.7.1"},
      {with_spf_fail(unpublished()), on_spf_fail(monitor, reject),    held(tag, reject), "spf-fail", ""},
      {with_spf_fail(unpublished()), on_spf_fail(strict, quarantine), quarantine,        "spf-fail", ""},
  }};
}

Topic replies() {
  const Site guarded = protecting(strict, "example.com");
  return {"Replies",
      "What the sending side reads. A refusal by DMARC names DMARC and the domain whatever the site wrote (RFC 9989 §7.2).", {
      {forged(), strict, reject, "dmarc-reject", "550 5.7.1 Email rejected per DMARC policy for example.com (see 0k3)"},
      {forged(), with_reply(strict, "5.7.26", "DMARC of {from_domain}: {failed} from {client}"), reject, "dmarc-reject",
          "550 5.7.26 DMARC of example.com: spf=none dkim=none from 192.0.2.7"},
      {forged(), with_reply(strict, "5.7.1", "Go away"), reject, "dmarc-reject", "550 5.7.1 DMARC policy of example.com: Go away"},
      {forged(), with_reply_url(strict, "https://mx.example/why?{event_id}"), reject, "dmarc-reject",
          "550 5.7.1 Email rejected per DMARC policy for example.com (see 0k3) https://mx.example/why?0k3"},
      {unpublished(), with_reply(guarded, "5.7.1", "{reason}"), reject, "protected-domain",
          "550 5.7.1 DMARC policy of example.com: example.com is protected; protected-domain, nothing-authenticated; no aligned pass: spf=none, dkim=none"},
      {genuine(), overriding(strict, client("192.0.2.0/24"), reject), reject, "override-client", "550 5.7.1 Rejected by local policy (see 0k3)"},
      {with_spf_fail(unpublished()), on_spf_fail(strict, reject), reject, "spf-fail", "550 5.7.23 SPF check of example.com failed (see 0k3)"},
      {faulty(FromFault::missing), strict, reject, "from-missing", "550 5.7.1 Message has no From header field (RFC 5322 section 3.6) (see 0k3)"},
      {undecided(), strict, defer, "dmarc-temperror", "451 4.7.1 DMARC of example.com cannot be checked now: temporary error (see 0k3)"},
  }};
}
// clang-format on

}  // namespace

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all = {
      presets(), corroboration(),    protected_domains(), overrides(), sealers(),   tenants(),
      stages(),  temporary_errors(), degraded(),          structure(), spf_alone(), replies(),
  };
  return all;
}

}  // namespace policy_table
