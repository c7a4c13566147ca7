"""Fields in our name: removed up to 100 of them, also those written with blanks before the colon or
in front of our name; past that the message is refused at once, and Postfix's cleanup lives."""

import re

import harness

import rawsmtp
import world
from judge import wait_for
from lab import AUTHSERV_ID, RECIPIENT, Lab

RESULTS = b"Authentication-Results: " + AUTHSERV_ID.encode() + b"; dmarc=pass header.from=forged.example"
SIGNALS = "X-Postern-Signals"
KINDS = {
    "results": RESULTS,
    "results of no version": b"Authentication-Results: other.example 2; dmarc=pass header.from=forged.example",
    "quarantine": b"X-Postern-Quarantine: forged.example",
    "signals": SIGNALS.encode() + b": forged.example",
}
# Each is one field, and must be gone.
SPELLINGS = [
    RESULTS.replace(b":", b" :", 1), RESULTS.replace(b":", b"\t:", 1),
    RESULTS.replace(b":", b" \t :", 1), RESULTS.upper().replace(b":", b" :", 1),
    KINDS["quarantine"].replace(b":", b" :", 1), KINDS["quarantine"].replace(b":", b"\t:", 1),
    KINDS["signals"].replace(b":", b" :", 1),
    *[RESULTS.replace(b": ", b": " + blank, 1)
      for blank in (b"\xa0", "\u00a0".encode(), "\u2003".encode(), "\u200b".encode(),
                    "\u3000".encode(), "\ufeff".encode(), b"(\xa0)", b"\n \xc2\xa0\n ")],
    RESULTS.replace(b";", "\u00a0;".encode(), 1), RESULTS.replace(b".", "\u2060.".encode(), 1),
]


def send(lab, fields, mark, login=None):
    message = b"From: <x@attacker.example>\nMessage-ID: <" + mark + b">\n" + \
        b"".join(field + b"\n" for field in fields) + b"\nHello.\n"
    replies = rawsmtp.send(lab.postfix.port, world.FORGER, b"mail.attacker.example",
                           b"<x@attacker.example>", RECIPIENT.encode(),
                           message.replace(b"\n", b"\r\n"), login=login)
    harness.check(len(replies) == 1, f"{mark}: {replies}")
    return replies[0]


def delivered(lab, mark):
    raw = wait_for(lambda: lab.postfix.delivered(mark.decode()))
    harness.check(raw and len(raw) == 1, f"{mark} was not delivered once")
    return raw[0].split(b"\n\n", 1)[0]


def check_spellings(lab):
    reply = send(lab, SPELLINGS, b"spellings@x")
    harness.check(reply.code == 250, f"spellings: {reply}")
    header = delivered(lab, b"spellings@x")
    harness.check(b"forged.example" not in header.lower(), f"not all are gone:\n{header!r}")


def check_kind(lab, preset, name, field, login):
    # What is delivered is the work of the lab: of the largest in monitor one kind does.
    many = preset != "monitor" or field is RESULTS and login is None
    for count in (100, 101, 20_000) if many else (100, 101):
        mark = f"{preset}-{name.replace(' ', '-')}-{count}-{login or ''}@x".encode()
        reply = send(lab, [field] * count, mark, login)
        what = f"{preset}, {count} fields ({name}), login {login}: {reply}"
        event = lab.postern.events()[-1]
        harness.check(event["circumstances"]["own_fields"] == count, f"{what}\n{event}")
        if count > 100:
            harness.check(event["rule"] == "own-fields-too-many", f"{what}\n{event}")
            harness.check(event["would"] == "reject", f"{what}\n{event}")
        if count > 100 and preset != "monitor":
            harness.check(reply.code == 550 and "5.7.1" in reply.text, what)
            continue
        harness.check(reply.code == 250, what)
        header = delivered(lab, mark)
        forged = header.count(b"forged.example")
        harness.check(forged == (0 if count == 100 else count), f"{what}: {forged} stay")
        if count > 100:
            # What a reader finds first is ours.
            first = re.search(rb"(?m)^Authentication-Results:(.*)$", header)[1]
            harness.check(first.split(b";")[0].strip() == AUTHSERV_ID.encode() and
                          b"dmarc=pass" not in first, f"{what}: {first!r}")


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    for preset in ("strict", "monitor"):
        lab = Lab(options.milter, preset, policy=f'signals_header = "{SIGNALS}"')
        with lab:
            check_spellings(lab)
            for name, field in KINDS.items():
                check_kind(lab, preset, name, field, None)
            check_kind(lab, preset, "results", RESULTS, "alice")
            # One below very many others costs as much as many.
            far = [b"a:"] * 20_050 + [RESULTS]
            reply = send(lab, far, b"far@x")
            harness.check(lab.postern.events()[-1]["rule"] == "own-fields-too-many", str(reply))
            harness.check_stop(lab)
            log = lab.postfix.output()
            harness.check(not re.search("panic|fatal|throttl|killed by signal", log), log)
    print("fields in our name: removed up to 100, refused above")


if __name__ == "__main__":
    main()
