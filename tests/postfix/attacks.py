"""Mail of an attacker who wants to be bank.example (p=reject). The attacker owns attacker.example
with all that belongs to it: SPF, keys, DMARC. The numbers a1 to a19 are those of the attacks in
"Composition Kills" (USENIX Security 2020)."""

import base64
import dataclasses
import hashlib
import re

import nacl.signing

import world

FORGED = "bank.example"
BASE = (b"To: <bob@demo.example>", b"Subject: Your account",
        b"Date: Sun, 22 Nov 2026 10:00:00 +0000")
BODY = b"Please look at the attached invoice.\r\n"
AUTHOR = b"From: <ceo@bank.example>"
OWN = b"From: <any@attacker.example>"

# The attacker's own domain passes SPF, so that there might be a mailing list behind it: the default
# preset does not refuse it for p=reject alone (RFC 9989 §7.4). strict does.
QUARANTINED = "dmarc-reject-uncorroborated"

# Names of the attacker's DNS that begin like the forged domain.
ODD_DOMAINS = (b"bank.example(.attacker.example", b"bank.example'a.attacker.example",
               b"bank.example;x.attacker.example", b'bank.example".attacker.example')


@dataclasses.dataclass(frozen=True)
class Attack:
    name: str
    title: str
    message: bytes
    expect: str  # The rule that decides under the default preset, or "mta": Postfix refuses it.
    then: str = ""  # The same for a second message that Postfix finds in it.
    mail_from: bytes = b"<any@attacker.example>"
    helo: bytes = b"mx.attacker.example"
    options: bytes = b""
    login: str = ""
    forged: str = FORGED


class AttackWorld(world.World):
    def __init__(self, directory):
        super().__init__(directory)
        self.key = nacl.signing.SigningKey.generate()

    def records(self):
        key = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(self.key.verify_key)).decode()
        spf = f"v=spf1 ip4:{world.FORGER} -all"
        found = super().records() + [("_dmarc.attacker.example", "TXT", "v=DMARC1; p=none")]
        odd = [escaped(domain) for domain in ODD_DOMAINS]
        for name in ("attacker.example", "mx.attacker.example", "x.attacker.example", *odd):
            found.append((name, "TXT", spf))
            found.append(("sel._domainkey." + name, "TXT", key))
        # The bank's own key, for mail that is replayed.
        found.append(("sel._domainkey.bank.example", "TXT", self.bank_record()))
        found += [("mx.attacker.example", "A", world.FORGER),
                  ("66.113.0.203.in-addr.arpa", "PTR", "mx.attacker.example.")]
        return found

    def bank_record(self):
        self.bank_key = nacl.signing.SigningKey.generate()
        return ("v=DKIM1; k=ed25519; p=" +
                base64.b64encode(bytes(self.bank_key.verify_key)).decode())


def escaped(name):
    """A domain name as zone files write it (RFC 1035 §5.1)."""
    return "".join(chr(c) if chr(c).isalnum() or c in b".-_" else f"\\{c:03d}" for c in name)


def letter(*fields, body=BODY):
    return b"\r\n".join(fields + BASE) + b"\r\n\r\n" + body


def relaxed(field):
    name, _, value = field.partition(b":")
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()
    return name.strip().lower() + b":" + value


def signed(key, message, domain, selector=b"sel", names=(b"from", b"subject"), extra=b""):
    """`message` under an Ed25519 signature (RFC 8463, relaxed/simple) that says whatever it is
    told: no signing library writes such tags."""
    header, _, body = message.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", header)
    covered = [relaxed(next(f for f in reversed(fields) if f.lower().startswith(name + b":")))
               for name in names]
    length = re.search(rb"l=(\d+)", extra)
    digest = hashlib.sha256(body[:int(length[1])] if length else body).digest()
    signature = (b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple; d=" + domain +
                 b"; s=" + selector + b"; " + extra + b"h=" + b":".join(names) + b"; bh=" +
                 base64.b64encode(digest) + b"; b=")
    data = b"\r\n".join(covered + [relaxed(signature)])
    value = key.sign(hashlib.sha256(data).digest()).signature
    return signature + base64.b64encode(value) + b"\r\n" + message


def envelope():
    forged = letter(AUTHOR)
    yield Attack("a1", "MAIL FROM in a subdomain of the forged domain that does not exist",
                 forged, "dmarc-reject", mail_from=b"<any@no-such.bank.example>")
    yield Attack("a2-null", "null sender, HELO of the attacker passes SPF", forged, QUARANTINED,
                 mail_from=b"<>")
    yield Attack("a2-comment", "MAIL FROM that some read as a comment", forged, "dmarc-reject",
                 mail_from=b"<(any@bank.example>")
    yield Attack("a5", "parenthesis in the domain of MAIL FROM", forged, "dmarc-reject",
                 mail_from=b"<any@bank.example(.attacker.example>")
    yield Attack("a6", "quote and second @ in MAIL FROM", forged, "dmarc-reject",
                 mail_from=b"<any@bank.example'@a.attacker.example>")
    yield Attack("a7-own", "source route over the forged domain in MAIL FROM", forged, QUARANTINED,
                 mail_from=b"<@bank.example:any@attacker.example>")
    yield Attack("a7-forged", "source route over the attacker's domain in MAIL FROM", forged,
                 "dmarc-reject", mail_from=b"<@attacker.example:any@bank.example>")
    yield Attack("percent", "percent hack in MAIL FROM", forged, QUARANTINED,
                 mail_from=b"<any%bank.example@attacker.example>")
    yield Attack("quoted-local", "the forged address quoted as a local part of MAIL FROM", forged,
                 QUARANTINED, mail_from=b'<"x@bank.example"@attacker.example>')
    yield Attack("mail-comment", "comment with an own address in MAIL FROM", forged,
                 "dmarc-reject", mail_from=b"<any@bank.example (x@attacker.example>")
    yield Attack("mail-two", "two addresses in MAIL FROM", forged, "mta",
                 mail_from=b'<"a"@bank.example,"b"@attacker.example>')
    yield Attack("mail-8bit", "8-bit MAIL FROM without SMTPUTF8", forged, "mta",
                 mail_from="<any@bänk.example>".encode())
    yield Attack("mail-nul", "NUL in MAIL FROM", forged, "mta",
                 mail_from=b"<any@bank.example\0.attacker.example>")
    yield Attack("helo-forged", "null sender, HELO of the forged domain", forged, "dmarc-reject",
                 mail_from=b"<>", helo=b"bank.example")
    yield Attack("helo-literal", "null sender, HELO an address literal", forged, "dmarc-reject",
                 mail_from=b"<>", helo=b"[192.0.2.20]")
    yield Attack("helo-words", "results as the words of HELO", forged, "dmarc-reject",
                 mail_from=b"<>",
                 helo=b"x; dmarc=pass header.from=bank.example")


def several_from():
    yield Attack("a8-first", "two From fields, the forged one first", letter(AUTHOR, OWN),
                 "from-repeated")
    yield Attack("a8-second", "two From fields, the forged one second", letter(OWN, AUTHOR),
                 "from-repeated")
    yield Attack("a8-far", "two From fields far apart, in other case",
                 letter(OWN, *(b"X-Filler: %d" % n for n in range(100)),
                        AUTHOR.replace(b"From", b"fRoM")), "from-repeated")
    yield Attack("a9-first", "the message begins with \" From:\"", letter(b" " + AUTHOR, OWN),
                 "from-missing")
    yield Attack("a9-fold", "\" From:\" folded onto another field",
                 letter(OWN, b"X-A: b", b" " + AUTHOR), "dmarc-pass")
    yield Attack("a10", "two From fields, one written \"From :\"",
                 letter(OWN, AUTHOR.replace(b"From", b"From ")), "from-repeated")
    yield Attack("a10-tab", "two From fields, one written \"From<TAB>:\"",
                 letter(OWN, AUTHOR.replace(b"From", b"From\t")), "from-repeated")
    yield Attack("a10-alone", "the only From field is written \"From :\"",
                 letter(AUTHOR.replace(b"From", b"From ")), "from-missing")
    yield Attack("a11", "From folded before the colon, a second From",
                 letter(b"From\r\n : <any@attacker.example>", AUTHOR), "from-missing")
    yield Attack("a12", "no From but one folded before the colon, forged Sender",
                 letter(b"From\r\n : <any@attacker.example>", b"Sender: <ceo@bank.example>"),
                 "from-missing")
    yield Attack("a12-own", "own From, forged Sender", letter(OWN, b"Sender: <ceo@bank.example>"),
                 "dmarc-pass")
    yield Attack("a13", "own From, forged Resent-From",
                 letter(OWN, b"Resent-From: <ceo@bank.example>"), "dmarc-pass")
    yield Attack("none", "no From field", letter(), "from-missing")
    yield Attack("mbox", "mbox \"From \" line above the header",
                 b"From ceo@bank.example Sun Nov 22 10:00:00 2026\r\n" + letter(OWN), "dmarc-pass")
    yield Attack("mbox-quoted", "\">From \" line above the header",
                 b">From ceo@bank.example Sun Nov 22 10:00:00 2026\r\n" + letter(AUTHOR),
                 QUARANTINED)
    yield Attack("blank-first", "an empty line above the header", b"\r\n" + letter(AUTHOR),
                 "from-missing")
    yield Attack("junk-line", "a line that is no field, From below it",
                 letter(b"X-A: b", b"this is no field", AUTHOR), "from-missing")
    yield Attack("no-name", "a line with an empty field name, From below it",
                 letter(OWN, b": x", AUTHOR), "dmarc-pass")


def addresses():
    def case(name, title, value, expect):
        return Attack(name, title, letter(b"From: " + value), expect)

    word = b"=?utf-8?B?" + base64.b64encode(b"<ceo@bank.example>") + b"?="
    yield case("a14-first", "two addresses, the forged one first",
               b"<ceo@bank.example>, <any@attacker.example>", "from-several-domains")
    yield case("a14-second", "two addresses, the forged one second",
               b"<any@attacker.example>, <ceo@bank.example>", "from-several-domains")
    yield case("a15", "the forged address in an encoded-word, before a real one",
               word + b", <any@attacker.example>", "from-malformed")
    yield case("a15-alone", "nothing but an encoded-word", word, "from-malformed")
    yield case("a15-name", "the forged address in an encoded-word as display name",
               word + b" <any@attacker.example>", "dmarc-pass")
    yield case("a16", "source route", b"<@attacker.example,@any.example:ceo@bank.example>",
               "from-malformed")
    yield case("a17", "quoted-pair before the real address",
               b"\\, <ceo@bank.example>, <any@attacker.example>", "from-malformed")
    yield case("a17-quoted", "quoted-pair at the end of a quoted string",
               b'"x\\" <any@attacker.example>, \\"" <ceo@bank.example>', QUARANTINED)
    yield case("a18", "bare address before an angle address",
               b"ceo@bank.example,<any@attacker.example>", "from-several-domains")
    yield case("a18-semicolon", "semicolon between addresses",
               b"<ceo@bank.example>;<any@attacker.example>", "from-malformed")
    yield case("a19", "text behind the angle address", b"<any@attacker.example>ceo@bank.example",
               "from-malformed")
    yield case("a19-bare", "bare address as display name",
               b"ceo@bank.example <any@attacker.example>", "from-malformed")
    yield case("a19-twice", "two angle addresses", b"<ceo@bank.example><any@attacker.example>",
               "from-malformed")
    yield case("a19-name", "the forged address as quoted display name",
               b'"ceo@bank.example" <any@attacker.example>', "dmarc-pass")
    yield case("group", "group with the forged member", b"Staff: ceo@bank.example;", QUARANTINED)
    yield case("group-mixed", "group beside an own address",
               b"Staff: ceo@bank.example;, any@attacker.example", "from-several-domains")
    yield case("group-empty", "empty group", b"undisclosed-recipients:;", "from-no-domain")
    yield case("group-name", "the forged address as the name of a group",
               b'"ceo@bank.example": any@attacker.example;', "from-malformed")
    yield case("local-quoted", "the forged address as a quoted local part",
               b'"ceo@bank.example,"@attacker.example', "from-malformed")
    yield case("local-word", "the forged address in an encoded-word as local part",
               word + b"@attacker.example", "from-malformed")
    yield case("name-closed", "a display name that closes a bracket",
               b'"ceo@bank.example>" <any@attacker.example>', "from-malformed")
    yield case("quoted-bare", "the forged address quoted, before a bare one",
               b'"ceo@bank.example" any@attacker.example', "from-malformed")
    yield case("gap", "a gap in a domain that begins like the forged one",
               b"<ceo@bank.example .attacker.example>", "from-malformed")
    yield case("comment", "the forged address in a comment",
               b"any@attacker.example (ceo@bank.example)", "dmarc-pass")
    yield case("comment-inside", "comments inside the forged address",
               b"<ceo(x)@(attacker.example)bank(y).example>", "from-malformed")
    yield case("comment-open", "a comment that never ends",
               b"ceo@bank.example (<any@attacker.example>", "from-malformed")
    yield case("blanks", "blanks, folds and upper case in the domain",
               b"<ceo@ BANK .\r\n EXAMPLE >", "from-malformed")
    yield case("dot", "dot at the end of the domain", b"<ceo@bank.example.>", "from-malformed")
    yield case("literal", "address literal", b"<ceo@[203.0.113.66]>", "from-malformed")
    yield case("two-ats", "two @", b"<ceo@bank.example@attacker.example>", "from-malformed")
    yield case("8bit", "8-bit octets that are no UTF-8", b"<ceo@bank\xff.example>",
               "from-malformed")
    yield case("folds", "From folded over 2,000 lines",
               b"\r\n " * 2000 + b"<ceo@bank.example>", QUARANTINED)
    yield case("long", "From longer than what Postfix keeps (60,000)",
               b"<any@attacker.example>,\r\n " + b"(padding)\r\n " * 11_000 +
               b"<ceo@bank.example>", "dmarc-pass")


def octets():
    yield Attack("nul-after", "NUL in From, a second author behind it",
                 letter(b"From: <ceo@bank.example>\0, <any@attacker.example>"), QUARANTINED)
    yield Attack("nul-before", "NUL in From, the forged author behind it",
                 letter(b"From: <any@attacker.example>\0, <ceo@bank.example>"), "dmarc-pass")
    yield Attack("nul-name", "NUL in the name of a second From",
                 letter(OWN, b"From\0: <ceo@bank.example>"), "dmarc-pass")
    yield Attack("cr-value", "bare CR in From, a second From behind it",
                 letter(b"From: <any@attacker.example>\r" + AUTHOR), "from-malformed")
    yield Attack("cr-subject", "bare CR in a field, a second From behind it",
                 letter(OWN, b"X-A: b\r" + AUTHOR), "dmarc-pass")
    yield Attack("cr-name", "bare CR before a second From",
                 letter(OWN, b"\r" + AUTHOR), "from-malformed")
    yield Attack("lf-subject", "bare LF in a field, a second From behind it",
                 letter(OWN, b"X-A: b\n" + AUTHOR), "from-repeated")
    yield Attack("lf-end", "LF LF ends the header, From below it",
                 letter(b"X-A: b\n\n" + AUTHOR), "from-missing")
    yield Attack("body-octets", "NUL, bare CR and bare LF in the body",
                 letter(AUTHOR, body=b"a\0b\rc\nd\r\n"), QUARANTINED)
    yield Attack("body-octets-own", "NUL, bare CR and bare LF in the body, own From",
                 letter(OWN, body=b"a\0b\rc\nd\r\n"), "dmarc-pass")
    yield Attack("smuggled", "a second message behind LF . CR LF", letter(OWN) + b"\n.\r\n" +
                 b"MAIL FROM:<ceo@bank.example>\r\nRCPT TO:<bob@demo.example>\r\nDATA\r\n" +
                 letter(AUTHOR), "dmarc-pass", then="dmarc-reject")


def signatures(lab_world):
    attacker, bank = lab_world.key, lab_world.bank_key
    forged, genuine = letter(AUTHOR), letter(b"From: <news@bank.example>")
    yield Attack("a3", "NUL in s=, key of the attacker before it",
                 signed(attacker, forged, b"bank.example",
                        b"sel._domainkey.attacker.example.\0.any"), QUARANTINED)
    yield Attack("a3-domain", "NUL in d=", signed(attacker, forged, b"bank.example\0.attacker."
                                                  b"example"), QUARANTINED)
    for number, domain in enumerate(ODD_DOMAINS):
        yield Attack(f"a4-{number}", f"d={domain.decode()}", signed(attacker, forged, domain),
                     QUARANTINED)
    yield Attack("unaligned", "genuine signature of the attacker",
                 signed(attacker, forged, b"attacker.example"), QUARANTINED)
    replay = signed(bank, genuine, b"bank.example")
    yield Attack("replay", "no attack: the bank's mail, forwarded", replay, "dmarc-pass",
                 forged="nobody.example")
    yield Attack("replay-from", "the bank's mail with another From on top", AUTHOR + b"\r\n" +
                 replay, "from-repeated")
    yield Attack("replay-below", "the bank's mail with another From below",
                 replay.replace(b"\r\n\r\n", b"\r\n" + AUTHOR + b"\r\n\r\n", 1), "from-repeated")
    # Signed as most do: each field that is there, once.
    whole = b"Reply-To: news@bank.example\r\nContent-Type: text/plain\r\n" + genuine
    whole = signed(bank, whole, b"bank.example", names=(
        b"from", b"to", b"subject", b"date", b"reply-to", b"content-type"))
    for field in (b"Subject: Pay now", b"To: carol@demo.example", b"Reply-To: any@attacker.example",
                  b"Date: Fri, 1 May 2026 12:00:00 +0000", b"Content-Type: text/html"):
        name = field.split(b":")[0].decode()
        yield Attack("replay-" + name.lower(), f"the bank's mail with another {name} on top",
                     field + b"\r\n" + whole, QUARANTINED)
    yield Attack("replay-length", "the bank's mail with l= and text added",
                 signed(bank, genuine, b"bank.example", extra=b"l=%d; " % len(BODY)) +
                 b"Pay here.\r\n", QUARANTINED)
    yield Attack("no-from", "the bank's signature does not cover From",
                 signed(bank, genuine, b"bank.example", names=(b"subject",)).replace(
                     b"news@", b"ceo@"), QUARANTINED)
    results = (b"Authentication-Results: mx.demo.example; dmarc=pass header.from=bank.example",
               b"Authentication-Results: MX.Demo.Example ; dkim=pass header.d=bank.example",
               b'Authentication-Results: (x) "mx.demo.example" 1; spf=pass',
               b"Authentication-Results : mx.demo.example; dmarc=pass header.from=bank.example",
               b"Authentication-Results: mx.demo.example\r\n\t; arc=pass")
    yield Attack("results", "forged Authentication-Results in five spellings",
                 letter(*results, OWN), "dmarc-pass")
    yield Attack("results-bank", "forged Authentication-Results above a forged author",
                 letter(*results, AUTHOR), QUARANTINED)
    arc = (b"ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=attacker.example; s=sel; b=AAAA",
           b"ARC-Message-Signature: i=1; a=rsa-sha256; d=attacker.example; s=sel; h=from; "
           b"bh=AAAA; b=AAAA",
           b"ARC-Authentication-Results: i=1; mx.demo.example; dmarc=pass "
           b"header.from=bank.example")
    yield Attack("arc", "forged ARC set", letter(*arc, AUTHOR), QUARANTINED)


def all_attacks(lab_world):
    return [*envelope(), *several_from(), *addresses(), *octets(), *signatures(lab_world)]
