"""The mail that the demo and the tests with a real Postfix send, and what must become of it."""

import dataclasses

import world
from world import write

PRESETS = ("monitor", "rfc9989", "strict")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    client: str
    helo: str
    mail_from: str
    message: bytes
    # preset: "deliver", "tag", "quarantine", "reject" or "defer". monitor is always delivered;
    # what is said there is what it would have done.
    expect: dict
    results: tuple = ()  # These stand in our Authentication-Results of a delivered message.
    domain: str = ""     # The reply of a rejection names it, and DMARC.
    present: tuple = ()  # Header text that must be delivered.
    absent: tuple = ()   # Header text that must not.
    rule: str = ""       # The event's rule begins so.
    login: str = ""      # SMTP AUTH user

    @property
    def message_id(self):
        return self.name + "@lab.example"


def always(outcome):
    return dict.fromkeys(PRESETS, outcome)


ENFORCED = {"monitor": "reject", "rfc9989": "reject", "strict": "reject"}
QUARANTINED = {"monitor": "quarantine", "rfc9989": "quarantine", "strict": "quarantine"}


def broken(message):
    """The message with one word of its body changed after signing."""
    return message.replace(b"at noon", b"at my bank's page")


def genuine(lab_world):
    def message(name, **more):
        return write("alice@sender.example", f"{name}@lab.example", **more)

    own = dict(client=world.SENDER, helo="mail.sender.example", mail_from="alice@sender.example")
    yield Case("genuine-rsa", "genuine: SPF and DKIM (RSA)", **own, expect=always("deliver"),
               message=lab_world.sign(message("genuine-rsa"), "sender.example", "rsa"),
               results=("spf=pass", "dkim=pass", "header.a=rsa-sha256", "dmarc=pass"))
    yield Case("genuine-ed25519", "genuine: SPF and DKIM (Ed25519)", **own,
               expect=always("deliver"),
               message=lab_world.sign(message("genuine-ed25519"), "sender.example", "ed"),
               results=("spf=pass", "dkim=pass", "header.a=ed25519-sha256", "dmarc=pass"))
    yield Case("forwarded", "forwarded unchanged: SPF fails, DKIM holds", world.FORWARDER,
               world.HOSTS[world.FORWARDER], "alice@sender.example",
               lab_world.sign(message("forwarded"), "sender.example"), always("deliver"),
               results=("spf=fail", "dkim=pass", "dmarc=pass"))
    yield Case("bounce", "bounce: null sender, SPF by HELO", world.SENDER, "mail.sender.example",
               "", write("mailer-daemon@sender.example", "bounce@lab.example",
                         "Undelivered Mail Returned to Sender"),
               always("deliver"), results=("spf=pass", "smtp.helo=mail.sender.example",
                                           "dmarc=pass"))
    forged = ("Authentication-Results: mx.demo.example; dmarc=pass header.from=bank.example",
              "Authentication-Results: other.example; spf=pass smtp.mailfrom=kept.example",
              "Authentication-Results: MX.demo.example (x); dkim=pass header.d=bank.example")
    yield Case("forged-results", "genuine, with forged results in our name", **own,
               expect=always("deliver"), results=("spf=pass", "dkim=pass", "dmarc=pass"),
               message=lab_world.sign(message("forged-results", extra=forged), "sender.example"),
               present=("kept.example",), absent=("bank.example",))


def forged(lab_world):
    def case(name, title, author, expect, client=world.FORGER, helo="[203.0.113.66]", **more):
        domain = author.partition("@")[2]
        return Case(name, title, client, helo, more.pop("mail_from", author),
                    more.pop("message", None) or
                    write(author, f"{name}@lab.example", "Your account is locked"),
                    expect, domain=domain, **more)

    yield case("forged-reject", "forged, author's domain says p=reject", "ceo@bank.example",
               ENFORCED, results=("spf=fail", "dmarc=fail"))
    yield case("forged-subdomain", "forged subdomain that does not exist",
               "ceo@pay.bank.example", ENFORCED, results=("dmarc=fail",))
    yield case("forged-quarantine", "forged, author's domain says p=quarantine",
               "sales@shop.example", QUARANTINED, results=("spf=fail", "dmarc=fail"))
    yield case("forged-none", "forged, author's domain says p=none", "info@club.example",
               always("deliver"), results=("spf=fail", "dmarc=fail"))
    signed = broken(lab_world.sign(
        write("alice@sender.example", "broken-reject@lab.example"), "sender.example"))
    yield case("broken-reject", "broken signature, p=reject", "alice@sender.example", ENFORCED,
               message=signed, results=("spf=fail", "dkim=fail", "dmarc=fail"))
    signed = broken(lab_world.sign(
        write("info@club.example", "broken-none@lab.example"), "club.example"))
    yield case("broken-none", "broken signature, p=none", "info@club.example",
               always("deliver"), message=signed,
               results=("spf=fail", "dkim=fail", "dmarc=fail"))
    both = write(["friend@club.example", "ceo@bank.example"], "two-authors@lab.example")
    yield Case("two-authors", "two From fields", world.CLUB, "mail.club.example",
               "friend@club.example", both, ENFORCED)


def special(lab_world, accept):
    post = lab_world.sign(write("alice@sender.example", "mailing-list@lab.example"),
                          "sender.example")
    post = broken(post).replace(b"Subject: ", b"List-Id: <talk.list.example>\r\nSubject: [talk] ")
    yield Case("mailing-list", "mailing list breaks the signature, p=reject", world.LIST,
               "lists.list.example", "talk-bounces@list.example",
               lab_world.sign(post, "list.example"),
               {"monitor": "reject", "rfc9989": "quarantine", "strict": "reject"},
               domain="sender.example",
               results=("spf=pass", "dkim=fail", "header.d=list.example", "dmarc=fail"))
    yield Case("dns-silent", "DNS of the author's domain does not answer", world.FORGER,
               "[203.0.113.66]", "bob@silent.example",
               write("bob@silent.example", "dns-silent@lab.example"),
               always("tag" if accept else "defer"), results=("spf=temperror", "dmarc=temperror"))
    yield Case("authenticated", "our own user, logged in (SMTP AUTH)", world.FORGER,
               "[192.168.0.7]", "ceo@bank.example",
               write("ceo@bank.example", "authenticated@lab.example"), always("deliver"),
               rule="trusted", login="ceo")
    yield Case("trusted", "a client in [trust] networks", world.PARTNER, "partner.example",
               "ceo@bank.example", write("ceo@bank.example", "trusted@lab.example"),
               always("deliver"), rule="trusted")


def all_cases(lab_world, accept=False):
    """Every case; accept: the configuration says temporary_error = "accept"."""
    return [*genuine(lab_world), *forged(lab_world), *special(lab_world, accept)]
