"""Forged mail through a real Postfix, octet for octet: none may pass DMARC for the forged domain,
and results in our name are ours. --table prints what became of each (docs/attacks.md)."""

import dataclasses
import re

import harness

import attacks
import rawsmtp
import world
from judge import QUARANTINE_HEADER, is_ours, wait_for
from lab import RECIPIENT, Lab
from tap import Tap

# Fields that Postfix puts above ours, once each.
POSTFIX_ABOVE = (b"return-path", b"x-original-to", b"delivered-to")


@dataclasses.dataclass
class Fate:
    attack: attacks.Attack
    replies: list
    events: list                               # Of this session, oldest first.
    delivered: dict                            # queue id -> octets
    seen: dict                                 # queue id -> tap.Seen
    faults: list = dataclasses.field(default_factory=list)

    @property
    def rules(self):
        """What decided on the message, and on those it hid: "mta" when Postfix let none through."""
        return [event["rule"] for event in self.events] or ["mta"]


def split(raw):
    """Header fields (name, value with folds as LF) and body of a delivered message."""
    header, _, body = raw.partition(b"\n\n")
    fields = []
    for line in re.split(rb"\n(?![ \t])", header):
        name, _, value = line.partition(b":")
        fields.append((name, value))
    return fields, body


def our_results(fields):
    values = [(place, " ".join(value.decode(errors="replace").split()))
              for place, (name, value) in enumerate(fields)
              if name.strip().lower() == b"authentication-results"]
    return [(place, value) for place, value in values
            if is_ours(re.sub(r"\([^)]*\)|\"", " ", value).lower())]


def check_delivered(fate, raw):
    say = fate.faults.append
    fields, _ = split(raw)
    ours = our_results(fields)
    if len(ours) > 1:
        say("several Authentication-Results in our name")
    if not ours:
        if not fate.attack.login:
            say("delivered without results of ours")
        return
    place, value = ours[0]
    for name, _ in fields[:place]:
        if name.lower() not in (*POSTFIX_ABOVE, QUARANTINE_HEADER.lower().encode()):
            say(f"{name!r} stands above our results")
    if "dmarc=pass" in value and fate.attack.forged in value.lower():
        say("dmarc=pass for the forged domain")


def same_message(seen, raw):
    """Whether what was delivered is what the filter saw, but for what either of them added."""
    fields, body = split(raw)
    ours = our_results(fields)
    added = (*POSTFIX_ABOVE, b"received", QUARANTINE_HEADER.lower().encode())
    kept = [(name.strip().lower(), value.strip()) for place, (name, value) in enumerate(fields)
            if place not in [p for p, _ in ours] and name.lower() not in added]
    passed = [(name.strip().lower(), value.strip()) for name, value in seen.fields
              if not our_results([(name, value)]) and name.lower() not in added]
    # The Maildir's octets: LF, and virtual(8) ends a message with an empty line.
    return kept == passed and body.rstrip(b"\n") == \
        seen.body.replace(b"\r\n", b"\n").rstrip(b"\n")


def run(lab, tap, attack):
    before = len(lab.postern.events())
    replies = rawsmtp.send(lab.postfix.port, world.FORGER, attack.helo, attack.mail_from,
                           RECIPIENT.encode(), attack.message, attack.options, attack.login)
    fate = Fate(attack, replies, lab.postern.events()[before:], {}, {})
    for reply in replies:
        queued = re.search(r"queued as (\S+)", reply.text)
        if queued:
            mail = wait_for(lambda: [data for path in (lab.postfix.inbox / "new").glob("*")
                                     if f"id {queued[1]}\n".encode() in
                                     (data := path.read_bytes())])
            if not mail:
                fate.faults.append(f"{queued[1]} was accepted, but not delivered within 15 s")
            else:
                fate.delivered[queued[1]] = mail[0]
                check_delivered(fate, mail[0])
                seen = tap.of(queued[1])
                fate.seen[queued[1]] = seen
                if seen is None or not same_message(seen, mail[0]):
                    fate.faults.append("delivered is not what the filter saw")
    for event in fate.events:
        dmarc = event.get("dmarc") or {}
        if dmarc.get("result") == "pass" and attack.forged in str(event.get("from_domain")):
            fate.faults.append("event: dmarc=pass for the forged domain")
    return fate


def wanted(attack, preset):
    rules = [rule for rule in (attack.expect, attack.then) if rule]
    if preset == "strict":
        return [rule.replace(attacks.QUARANTINED, "dmarc-reject") for rule in rules]
    return rules


def row(fate):
    reply = str(fate.replies[0]) if fate.replies else "no reply"
    return f"{fate.attack.name:16} {' '.join(fate.rules):28} {reply[:70]}" + \
           "".join(f"\n   NOT OK: {fault}" for fault in fate.faults)


def table_row(fate):
    """As in docs/attacks.md."""
    fates = {"mta": "refused by Postfix", "dmarc-pass": "delivered", "no-dmarc": "delivered",
             attacks.QUARANTINED: "quarantined"}
    return f"| {fate.attack.name} | {fate.attack.title} | " + " ; ".join(
        fates.get(rule, "refused") + (f": `{rule}`" if rule != "mta" else "")
        for rule in fate.rules) + " |"


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--preset", choices=("rfc9989", "strict"), default="rfc9989")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    harness.require_root()
    lab = Lab(options.milter, options.preset, world_type=attacks.AttackWorld)
    tap = Tap(lab.directory / "tap.sock", lab.postern.directory / "postern.sock")
    lab.postfix.set("smtpd_milters", f"unix:{lab.directory}/tap.sock")
    with lab:
        fates = [run(lab, tap, attack) for attack in attacks.all_attacks(lab.world)]
        for fate in fates:
            expected = wanted(fate.attack, options.preset)
            if fate.rules != expected:
                fate.faults.append(f"{fate.rules} instead of {expected}")
            if options.table:
                print(table_row(fate))
            if fate.faults:
                print(row(fate), flush=True)
        wrong = sum(bool(fate.faults) for fate in fates)
        harness.check(not wrong, f"{wrong} of {len(fates)} attacks are not as expected")
        harness.check_stop(lab)
    print(f"{len(fates)} attacks are as expected")


if __name__ == "__main__":
    main()
