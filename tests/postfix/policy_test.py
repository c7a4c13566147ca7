"""What the site's own rules make of mail that comes through a real Postfix."""

import email
import re

import dkim
import harness

import judge
import world
from judge import wait_for
from lab import DOMAIN, Lab
from send import send

RELAY = "192.0.2.150"    # Our own outer MTA.
SCANNER = "192.0.2.160"  # Sends as our domain without signing.
OWN = "own.example"      # Ours, and still p=none.
STRICT = "strict." + DOMAIN
MILD = "mild." + DOMAIN

TRUST = f"""\
relays = ["{RELAY}"]
arc_sealers = ["list.example"]
"""

# Behind "preset": the rest of [policy], and tables of their own.
POLICY = f"""\
mixed = "{{mixed}}"
signals_header = "X-Postern-Signals"
reply_url = "https://help.{DOMAIN}/{{{{event_id}}}}"

[[protected]]
domain = "{OWN}"
allow_networks = ["{SCANNER}"]
allow_dkim = ["club.example"]

[[tenant]]
recipients = ["{STRICT}"]
preset = "strict"
reply_text = "5.7.26 DMARC of {{{{from_domain}}}}: ask the strict tenant"

[[tenant]]
recipients = ["*.{MILD}", "{MILD}"]
preset = "monitor"

[[override]]
match = {{{{ client = "198.51.100.77" }}}}
action = "accept"

[[override]]
match = {{{{ forwarder = "forwarder.example" }}}}
action = "accept"

[[stage]]
domain = "shop.example"
enforce = "tag"
"""


class OwnWorld(world.World):
    def records(self):
        return super().records() + [
            (OWN, "TXT", "v=spf1 ip4:192.0.2.90 -all"),
            (OWN, "MX", f"10 mail.{OWN}."),
            ("_dmarc." + OWN, "TXT", "v=DMARC1; p=none"),
        ]

    def seal(self, message, results):
        """The message as list.example passes it on: with an ARC set that tells what it saw."""
        seen = b"Authentication-Results: list.example; " + results.encode() + b"\r\n" + message
        _, key, _ = self.keys["rsa"]
        fields = dkim.arc_sign(seen, b"rsa", b"list.example", key, b"list.example",
                               include_headers=[b"from", b"to", b"subject", b"date",
                                                b"message-id"])
        return b"".join(fields) + message


def letter(author, name, **more):
    return world.write(author, name + "@lab.example", **more)


class Trial:
    """Sends mail and tells what became of it: reply, event, delivered message."""

    def __init__(self, lab):
        self.lab = lab

    def __call__(self, name, message, client=world.FORGER, mail_from="", recipients=("bob@" + DOMAIN,),
                 helo="[203.0.113.66]"):
        reply = send(self.lab.postfix.port, client, helo, mail_from, recipients, message,
                     name=world.HOSTS.get(client))
        message_id = name + "@lab.example"
        queued = re.search(r"queued as (\S+)", reply.text)
        event = self.lab.postern.event(message_id, queued and queued[1])
        harness.check(event is not None, f"{name}: no event; the reply was {reply}")
        mail = None
        if reply.code == 250:
            delivered = wait_for(lambda: self.lab.postfix.delivered(message_id))
            harness.check(delivered, f"{name}: accepted, but not delivered")
            mail = email.message_from_bytes(delivered[0])
        return reply, event, mail


def expect(outcome, code, rule, action=None, would=None):
    reply, event, mail = outcome
    harness.check(reply.code == code, f"{reply}, not {code}; rule {event['rule']}: {event['why']}")
    harness.check(event["rule"] == rule, f"rule {event['rule']}, not {rule}: {event['why']}")
    for key, wanted in (("action", action), ("would", would)):
        harness.check(wanted in (None, event[key]), f"{key} is {event[key]}, not {wanted}")
    return reply, event, mail


def results(mail):
    return " ".join(mail["Authentication-Results"].split())


def protected(trial):
    forged = letter("ceo@" + OWN, "own-forged")
    reply, _, _ = expect(trial("own-forged", forged, mail_from="ceo@" + OWN),
                         550, "protected-domain", "reject")
    harness.check("DMARC" in reply.text and OWN in reply.text and "https://help." in reply.text,
                  f"an unhelpful reply: {reply}")
    _, _, mail = expect(trial("own-scanner", letter("scan@" + OWN, "own-scanner"), client=SCANNER,
                              mail_from="scan@" + OWN), 250, "protected-exception", "accept")
    harness.check("reason=protected-exception" in results(mail), results(mail))
    signed = trial.lab.world.sign(letter("news@" + OWN, "own-esp"), "club.example")
    expect(trial("own-esp", signed, client=world.CLUB, mail_from="b@club.example"),
           250, "protected-exception", "accept")
    post = letter("ceo@" + OWN, "own-list", extra=["List-Id: <talk.list.example>"])
    expect(trial("own-list", post, client=world.LIST, mail_from="talk-bounces@list.example"),
           250, "protected-domain-indirect", "quarantine")


def overrides(trial):
    forged = letter("ceo@bank.example", "override-client")
    _, _, mail = expect(trial("override-client", forged, client="198.51.100.77"),
                        250, "override-client", "accept")
    harness.check("dmarc=fail reason=override-client" in results(mail), results(mail))
    # The forwarder's host, and what forwarding explains: the envelope is still the author's.
    expect(trial("override-forwarder", letter("ceo@bank.example", "override-forwarder"),
                 client=world.FORWARDER, mail_from="ceo@bank.example",
                 helo="out.forwarder.example"), 250, "override-forwarder", "accept")
    # The same host sending as somebody else by itself.
    expect(trial("own-envelope", letter("ceo@bank.example", "own-envelope"),
                 client=world.FORWARDER, mail_from="x@forwarder.example",
                 helo="out.forwarder.example"), 250, "dmarc-reject-uncorroborated", "quarantine")


def sealer(trial):
    sent = trial.lab.world.sign(letter("alice@sender.example", "sealed"), "sender.example")
    changed = sent.replace(b"at noon", b"at noon\r\n--\r\nthe list")
    truly = "dmarc=pass header.from=sender.example; spf=pass smtp.mailfrom=sender.example"
    _, _, mail = expect(
        trial("sealed", trial.lab.world.seal(changed, truly), client=world.LIST,
              mail_from="talk-bounces@list.example", helo="lists.list.example"),
        250, "arc-sealer", "accept")
    harness.check("arc=pass" in results(mail) and "reason=arc-sealer" in results(mail),
                  results(mail))
    unseen = letter("alice@sender.example", "sealed-fail")
    expect(trial("sealed-fail",
                 trial.lab.world.seal(unseen, "dmarc=fail header.from=sender.example"),
                 client=world.LIST, mail_from="talk-bounces@list.example",
                 helo="lists.list.example"), 250, "dmarc-reject-uncorroborated", "quarantine")


def relayed(trial):
    def through(client, name):
        received = (f"Received: from mail.sender.example (unknown [{client}])\n"
                    f"\tby mx0.{DOMAIN} (Postfix) with ESMTP id 4XyZ; "
                    "Sat, 21 Nov 2026 10:00:00 +0000")
        return letter("alice@sender.example", name, extra=[received])
    _, event, mail = expect(
        trial("relay-genuine", through(world.SENDER, "relay-genuine"), client=RELAY,
              mail_from="alice@sender.example"), 250, "dmarc-pass", "accept")
    harness.check(event["client"]["ip"] == world.SENDER and event["client"]["relay"] == RELAY,
                  f"client {event['client']}")
    harness.check("spf=pass" in results(mail), results(mail))
    expect(trial("relay-forged", through(world.FORGER, "relay-forged"), client=RELAY,
                 mail_from="alice@sender.example"), 550, "dmarc-reject", "reject")
    # Nothing to go by, and no wait mends that: nobody may be refused for it.
    expect(trial("relay-silent", letter("alice@sender.example", "relay-silent"), client=RELAY,
                 mail_from="alice@sender.example"), 250, "dmarc-temperror", "quarantine")


def staged(trial):
    expect(trial("staged", letter("sales@shop.example", "staged"), mail_from="sales@shop.example"),
           250, "dmarc-quarantine", "tag", "quarantine")


def signals(trial):
    forged = letter("info@0wn.example", "lookalike",
                    extra=["Reply-To: <a@elsewhere.example>", "X-Postern-Signals: forged"])
    _, event, mail = expect(trial("lookalike", forged, mail_from="x@club.example"),
                            250, "no-dmarc")
    harness.check("lookalike:" + OWN in event["signals"], f"signals {event['signals']}")
    fields = mail.get_all("X-Postern-Signals")
    harness.check(len(fields) == 1 and "lookalike" in fields[0], f"signals header {fields}")


def tenants(trial, lab):
    both = ["a@" + STRICT, "b@" + MILD, "c@sub." + MILD]
    reply, _, _ = expect(trial("tenant-strict", letter("ceo@bank.example", "tenant-strict"),
                               recipients=both[:1]), 550, "dmarc-reject", "reject")
    harness.check(reply.text.startswith("5.7.26") and "strict tenant" in reply.text, f"{reply}")
    expect(trial("tenant-mild", letter("ceo@bank.example", "tenant-mild"), recipients=both[1:]),
           250, "dmarc-reject", "tag", "reject")
    _, event, mail = expect(trial("tenant-both", letter("ceo@bank.example", "tenant-both"),
                                  recipients=both), 250, "dmarc-reject", "tag")
    harness.check([(each["recipients_domain"], each["action"]) for each in event["stricter"]] ==
                  [(STRICT, "reject")], f"stricter {event['stricter']}")
    harness.check(STRICT + "=reject" in (mail[judge.QUARANTINE_HEADER] or ""),
                  f"quarantine header {mail[judge.QUARANTINE_HEADER]}")

    lab.postern.configure(policy=POLICY.format(mixed="strictest"))
    lab.postern.reload()
    sent = iter(range(1000))

    def refused():
        name = f"tenant-strictest-{next(sent)}"
        return trial(name, letter("ceo@bank.example", name), recipients=both)[0].code == 550
    harness.check(wait_for(refused, 10), "mixed = \"strictest\" is not taken")


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    lab = Lab(options.milter, "rfc9989", policy=POLICY.format(mixed="mildest"), trust=TRUST,
              world_type=OwnWorld)
    lab.postfix.set("virtual_mailbox_domains", f"{DOMAIN} {STRICT} {MILD} sub.{MILD}")
    with lab:
        trial = Trial(lab)
        for cases in (protected, overrides, sealer, relayed, staged, signals):
            cases(trial)
        tenants(trial, lab)
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
