"""Behind a real Sendmail: genuine mail passes octet for octet, forged mail is refused in our words or
quarantined, fields in our name are removed or refused, who logs in is known by his real name, and what
has no From shows no author that nobody judged."""

import base64
import pathlib
import socket
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postfix"))
import harness

import sendmail
import world
from judge import wait_for
from nameserver import Nameserver
from postern import Postern

DOMAIN = "demo.example"
SERVER, FORGER = "127.0.0.10", "127.0.0.66"  # Sendmail has no XCLIENT: clients are on loopback.
RESULTS = "Authentication-Results: mx.demo.example; dmarc=pass header.from=forged.example"


class LoopbackWorld(world.World):
    """The lab's domains, sending from loopback addresses."""

    def records(self):
        found = [(name, kind, value.replace(world.SENDER, SERVER))
                 for name, kind, value in super().records()]
        return found + [("10.0.0.127.in-addr.arpa", "PTR", "mail.sender.example.")]


class Lab:
    def __init__(self, options, preset="rfc9989", policy="", trust=""):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="postern-sendmail."))
        self.directory.chmod(0o711)
        self.world = LoopbackWorld(self.directory / "keys")
        self.dns = Nameserver(self.directory / "dns", self.world.records(), self.world.silent)
        self.postern = Postern(self.directory / "postern", options.milter, self.dns.port, "",
                               preset, "inet-sendmail", policy=policy, trust=trust)
        milter = self.postern.settings["socket"]
        self.sendmail = sendmail.Sendmail(options.root, DOMAIN, milter,
                                          {"scan+ner": "secret", "bob": "secret"})
        self.parts = (self.sendmail, self.postern, self.dns)

    def __enter__(self):
        try:
            for part in reversed(self.parts):
                part.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for part in self.parts:
            part.stop()
        import shutil
        shutil.rmtree(self.directory, ignore_errors=True)


def converse(lab, client, helo, mail_from, message, login=None):
    """The last reply: "250 2.0.0 …"."""
    with socket.create_connection(("127.0.0.1", lab.sendmail.port), 60,
                                  source_address=(client, 0)) as connection:
        stream = connection.makefile("rb")

        def step(line=None):
            if line is not None:
                connection.sendall(line + b"\r\n")
            while (reply := stream.readline().decode(errors="replace"))[3:4] == "-":
                pass
            return reply.strip()

        reply = step()
        commands = [b"EHLO " + helo.encode()]
        if login:
            commands.append(b"AUTH PLAIN " + base64.b64encode(
                b"\0" + login.encode() + b"\0secret"))
        commands += [b"MAIL FROM:<" + mail_from.encode() + b">", b"RCPT TO:<bob@demo.example>",
                     b"DATA"]
        for command in commands:
            reply = step(command)
            if not reply[:1] in ("2", "3"):
                return reply
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        reply = step(stuffed + b".")
        step(b"QUIT")
        return reply


def split(raw):
    """[(name, value)], folds as they are, and the body."""
    import re
    header, _, body = raw.partition(b"\n\n")
    fields = [line.partition(b":")[::2] for line in re.split(rb"\n(?![ \t])", header)]
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields], body


def delivered(lab, mark):
    mails = wait_for(lambda: lab.sendmail.delivered(mark))
    harness.check(mails and len(mails) == 1, f"{mark} was not delivered once\n" +
                  "\n".join(lab.sendmail.log[-10:]))
    return split(mails[0])


def values(fields, name):
    return [value for one, value in fields if one.strip().lower() == name.lower()]


def send_genuine(lab):
    for selector in ("rsa", "ed"):
        text = world.write("alice@sender.example", f"genuine-{selector}@x",
                           text="A line.\n.dots\n\ttab  and blanks   \n\n\n")
        reply = converse(lab, SERVER, "mail.sender.example", "alice@sender.example",
                         lab.world.sign(text, "sender.example", selector))
        harness.check(reply.startswith("250"), reply)
        fields, _ = delivered(lab, f"genuine-{selector}@x")
        results = values(fields, "Authentication-Results")
        harness.check(len(results) == 1 and results[0].startswith(" mx.demo.example;"), str(results))
        for part in ("spf=pass", "dkim=pass", "dmarc=pass"):
            harness.check(part in results[0], f"{selector}: {part} is not in {results}")
        # After Return-Path, before Received.
        names = [name.lower() for name, _ in fields]
        harness.check(names.index("authentication-results") < names.index("received"), str(names))
        event = lab.postern.event(f"genuine-{selector}@x")
        harness.check(event["queue_id"], "the event has no queue id")


def send_forged(lab):
    reply = converse(lab, FORGER, "x.example", "ceo@bank.example",
                     world.write("ceo@bank.example", "forged@x"))
    harness.check(reply.startswith("550 5.7.1 Email rejected per DMARC policy for bank.example"),
                  reply)
    reply = converse(lab, FORGER, "x.example", "ceo@shop.example",
                     world.write("ceo@shop.example", "shop@x", extra=["X-Postern-Quarantine: no"]))
    fields, _ = delivered(lab, "shop@x")
    harness.check(values(fields, "X-Postern-Quarantine") == [" yes"], str(fields))


def send_own_fields(lab):
    """Sendmail tells a filter of names without the blanks before the colon."""
    forged = [RESULTS, RESULTS.replace(":", " :", 1), RESULTS.replace(":", "\t:", 1),
              RESULTS.replace(": ", ": \u00a0", 1), "X-Postern-Quarantine : forged.example"]
    kept = ["Authentication-Results: other.example; dmarc=pass", "X-Other: 1"]
    for count, extra in (("few", forged + kept), ("100", [RESULTS] * 100 + kept),
                         ("101", [RESULTS] * 101)):
        text = world.write("a@club.example", f"own-{count}@x", extra=extra)
        reply = converse(lab, FORGER, "x.example", "a@attacker.example", text)
        event = lab.postern.events()[-1]
        if count == "101":
            harness.check(reply.startswith("550 5.7.1") and
                          event["rule"] == "own-fields-too-many", f"{reply} {event}")
            continue
        harness.check(reply.startswith("250"), reply)
        fields, _ = delivered(lab, f"own-{count}@x")
        harness.check(not any("forged.example" in value for _, value in fields), str(fields))
        harness.check(len(values(fields, "Authentication-Results")) == 2, str(fields))
        harness.check(values(fields, "X-Other") == [" 1"], str(fields))


def send_as_user(lab):
    """{auth_authen} is xtext in Sendmail (RFC 3461 §4)."""
    text = world.write("ceo@bank.example", "user@x", extra=[RESULTS])
    reply = converse(lab, FORGER, "x.example", "ceo@bank.example", text, login="scan+ner")
    harness.check(reply.startswith("250"), reply + "\n" + "\n".join(lab.sendmail.log[-10:]))
    event = lab.postern.events()[-1]
    harness.check(event["rule"] == "trusted-authenticated", str(event))
    harness.check(event["client"]["user"] == "scan+ner", str(event["client"]))
    fields, _ = delivered(lab, "user@x")
    harness.check(not values(fields, "Authentication-Results"), str(fields))


def send_without_from(lab):
    """Where such mail is not refused: Sendmail writes a From field of MAIL FROM, after the filter, so
    that its domain is the author that is judged."""
    for number, field in enumerate(("", "From:\r\n", "From: \r\n")):
        text = f"{field}To: <bob@demo.example>\r\nMessage-ID: <no-from-{number}@x>\r\n\r\nPay.\r\n"
        reply = converse(lab, FORGER, "x.example", "ceo@bank.example", text.encode())
        harness.check(reply.startswith("550 5.7.1"), f"{field!r}: {reply}")
        reply = converse(lab, SERVER, "mail.sender.example", "alice@sender.example", text.encode())
        harness.check(reply.startswith("250"), f"{field!r}: {reply}")
        fields, _ = delivered(lab, f"no-from-{number}@x")
        harness.check(any("alice@sender.example" in value for value in values(fields, "From")),
                      f"{field!r}: {fields}")


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--root", required=True, help="where Sendmail is, or is to be put")
    options = parser.parse_args()
    harness.require_root()
    try:
        options.root = sendmail.root_at(options.root)
    except sendmail.Cannot as reason:
        print(f"skipped: {reason}")
        sys.exit(harness.SKIPPED)
    with Lab(options) as lab:
        send_genuine(lab)
        send_forged(lab)
        send_own_fields(lab)
        send_as_user(lab)
        harness.check_stop(lab)
    with Lab(options, policy='from_fault = "tag"') as lab:
        send_without_from(lab)
        harness.check_stop(lab)
    print("as expected behind Sendmail")


if __name__ == "__main__":
    main()
