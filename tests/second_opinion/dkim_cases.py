"""DKIM: generated messages, the verdict of python3-dkim, and why the two may differ."""

import base64
import hashlib
import re
import types

import dkim
import nacl.signing

from rsa_keys import RsaKey

NOW = 1_790_000_000
DOMAIN = "example.com"
dkim.time = types.SimpleNamespace(time=lambda: NOW)

# name: (where it is written, when it holds). `ours` is [status, reason], `theirs` whether it
# passed, and why not; `marks` what was done to the message; `own` the value of the field.
CLASSES = {
    "SHA-1 is refused": (
        "RFC 8301 §3.1: rsa-sha1 MUST NOT be verified",
        lambda ours, theirs, marks, own: ours[1] == "forbidden_algorithm" and theirs[0]),
    "From must be signed": (
        "RFC 6376 §6.1.1: without From in h= the signature is permfail",
        lambda ours, theirs, marks, own: ours[1] == "from_not_signed" and theirs[0]),
    "x= is after t=": (
        "RFC 6376 §3.5: x= MUST be greater than t=; theirs compares only what is expired",
        lambda ours, theirs, marks, own: ours[1] == "expires_before_signed" and theirs[0]),
    "clock skew": (
        "RFC 6376 §3.5, §6.3: how late is too late is the verifier's choice: 300 s, theirs 10 h",
        lambda ours, theirs, marks, own: ours[1] == "expired" and theirs[0]),
    "signed in future": (
        "RFC 6376 §3.5: t= in the future MAY be refused: we do from 24 h on, theirs from 10 h on",
        lambda ours, theirs, marks, own: ours[0] == "pass" and "in the future" in theirs[1]),
    "l= beyond the end": (
        "RFC 6376 §3.5: l= MUST NOT be larger than the body",
        lambda ours, theirs, marks, own: ours[1] == "body_too_short" and theirs[0]),
    "key not for SHA-256": (
        "RFC 6376 §3.6.1: h= of the key lists the acceptable hashes; theirs ignores it",
        lambda ours, theirs, marks, own: ours[1] == "key_not_for_hash" and theirs[0]),
    "t=s": (
        "RFC 6376 §3.6.1: with t=s the domain of i= MUST be d=; theirs ignores the flag",
        lambda ours, theirs, marks, own: ours[1] == "key_strict_identity" and theirs[0]),
    "second From": (
        "RFC 6376 §5.4.2: the last field of the name is hashed and no more; theirs adds a From",
        lambda ours, theirs, marks, own: ours[0] == "pass" and not theirs[0] and "two From" in marks),
    "repeated field": (
        "RFC 6376 §8.15: one that may occur once and stands there with other words than were signed",
        lambda ours, theirs, marks, own: ours[1] == "repeated_field" and theirs[0]),
    "list of service types": (
        "RFC 6376 §3.6.1: s= is a list, and unknown types are ignored",
        lambda ours, theirs, marks, own: ours[0] == "pass" and "key: s=email:other" in marks),
    "list of query methods": (
        "RFC 6376 §3.5: q= is a list, and unknown methods are ignored",
        lambda ours, theirs, marks, own: ours[0] == "pass" and "q= value is not" in theirs[1]),
    "tag names": (
        "RFC 6376 §3.2: a tag name has letters, digits and _; theirs looks at its first octet",
        lambda ours, theirs, marks, own: theirs[0] and (
            ours[1] == "syntax" and "x-unknown" in own or
            ours[1] == "key_syntax" and {"key: x-unknown=1", "key: junk"} & set(marks))),
    "white space after b=": (
        "RFC 6376 §3.7: b= is hashed without the white space around its value; theirs keeps the last",
        lambda ours, theirs, marks, own: ours[0] == "pass" and theirs[1] == "no pass" and
        re.search(r"(^|;)\s*b\s*=[^;]*\s;", own)),
    "b= at the beginning": (
        "RFC 6376 §3.7: b= is hashed without its value; theirs does not see it in front of all",
        lambda ours, theirs, marks, own: ours[0] == "pass" and theirs[1] == "no pass" and
        re.match(r"b\s*=", own)),
    "signatures signed": (
        "RFC 6376 §5.4: DKIM-Signature in h= means the others; theirs takes the field itself as well",
        lambda ours, theirs, marks, own: ours[0] == "pass" and theirs[1] == "no pass" and
        re.search(r"[=:\s]dkim-signature", own, re.I)),
}


def fold(rng, text=" "):
    """White space that may stand in a tag list."""
    return rng.choice([text, text, text, "", "  ", "\r\n ", "\r\n\t", " \r\n  "])


def canonical_header(name, value, how):
    """RFC 6376 §3.4.1, §3.4.2; written apart from both that are compared."""
    if how == "simple":
        return name + b":" + value + b"\r\n"
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b""))
    return name.lower().strip(b" \t") + b":" + unfolded.strip(b" ") + b"\r\n"


def canonical_body(body, how):
    """RFC 6376 §3.4.3, §3.4.4."""
    lines = body.split(b"\r\n")
    if how == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    text = b"".join(line + b"\r\n" for line in lines)
    return text if text or how == "relaxed" else b"\r\n"


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.rsa = {bits: RsaKey(bits, bits) for bits in (768, 1024, 1536, 2048)}
        self.other = RsaKey(1024, "another")
        self.ed25519 = nacl.signing.SigningKey(hashlib.sha256(b"seed").digest())

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def words(self, count):
        letters = ["lunch", "at", "noon", "Привет".encode(), b"=C3=A9", "a;b=c", "b=x", "--", "x" * 70]
        picked = (self.rng.choice(letters) for _ in range(count))
        return [word if isinstance(word, bytes) else word.encode() for word in picked]

    def value(self):
        gaps = (b" ", b" ", b"  ", b"\t", b"\r\n ", b" \r\n\t", b"\r\n  \t")
        out = self.rng.choice((b" ", b" ", b"", b"  ", b"\t"))
        out += b"".join(word + self.rng.choice(gaps) for word in self.words(self.rng.randrange(1, 6)))
        return out.rstrip() + self.rng.choice((b"", b"", b" ", b"\t"))

    def headers(self):
        names = [b"To", b"Subject", b"Date", b"Message-ID", b"X-Thing", b"subject", b"Cc",
                 b"List-Id", b"Received", b"Received", b"MIME-Version", b"Reply-To"]
        self.rng.shuffle(names)
        fields = [(name, self.value()) for name in names[:self.rng.randrange(2, len(names))]]
        fields.insert(self.rng.randrange(len(fields) + 1),
                      (self.rng.choice((b"From", b"From", b"FROM", b"from")),
                       b" Alice <alice@example.com>"))
        return fields

    def body(self):
        ends = (b"", b"", b" ", b"\t ", b"  ")
        lines = [self.rng.choice((b" ", b"  ", b"\t")).join(self.words(self.rng.randrange(0, 5)))
                 + self.rng.choice(ends) for _ in range(self.rng.choice((0, 1, 2, 5, 12)))]
        lines += [b""] * self.rng.choice((0, 0, 1, 3))
        return b"".join(line + b"\r\n" for line in lines)

    def key(self, algorithm, marks):
        """The signing function and the key record."""
        rng = self.rng
        if algorithm.startswith("rsa"):
            key = self.rsa[rng.choices((768, 1024, 1536, 2048), (1, 16, 2, 2))[0]]
            sign = lambda data: key.sign(algorithm[4:], data)
            public, kind = key.public(), rng.choice(("; k=rsa", ""))
        else:
            sign = lambda data: self.ed25519.sign(hashlib.sha256(data).digest()).signature
            public = base64.b64encode(bytes(self.ed25519.verify_key)).decode()
            kind = "; k=ed25519"
        record = rng.choice(("v=DKIM1", "v=DKIM1", "v=DKIM1 ", "n=x")) + kind + "; p=" + public
        if not self.chance(30):
            return sign, record
        change = rng.choice(["; h=sha256", "; h=sha1", "; h=sha1:sha256", "; s=email", "; s=*",
                             "; s=other", "; s=email:other", "; t=y", "; t=s", "; t=y:s", "; n=note",
                             "; x_unknown=1", "; x-unknown=1", ";", "wrong key", "revoked", "cut", "k", "version",
                             "type", "folds", "junk"])
        marks.append("key: " + change.removeprefix("; "))
        if change.startswith(";"):
            record += change
        elif change == "wrong key":
            record = "v=DKIM1; p=" + self.other.public()
        elif change == "revoked":
            record = "v=DKIM1; p="
        elif change == "cut":
            record = record[:-rng.randrange(1, 60)]
        elif change == "k":
            record = "v=DKIM1; k=other; p=" + public
        elif change == "version":
            record = "v=DKIM2; p=" + public
        elif change == "type":  # The other one's name.
            record = "v=DKIM1; k=" + ("rsa" if "ed25519" in kind else "ed25519") + "; p=" + public
        elif change == "folds":
            record = record.replace("; ", " ;  ")
        else:
            record = "hello " + record
        return sign, record

    def h_list(self, fields):
        """Names to sign: some, some twice or more often than there are, in any order and case."""
        rng = self.rng
        names = [name.decode() for name, _ in fields if self.chance(70) or name.lower() == b"from"]
        names += rng.choices([name.decode() for name, _ in fields] + ["X-Absent", "From", "Subject"],
                             k=rng.randrange(4))
        if self.chance(2):
            names = [name for name in names if name.lower() != "from"] or ["To"]
        rng.shuffle(names)
        return [rng.choice((str, str.lower, str.upper))(name) for name in names]

    def times(self, marks):
        """t= and x=."""
        rng, tags = self.rng, {}
        if self.chance(40):
            tags["t"] = str(NOW - rng.randrange(0, 500_000))
        if self.chance(20):
            tags["x"] = str(NOW + rng.randrange(400, 500_000))
        if self.chance(8):
            tag, offset = rng.choice((("x", -100), ("x", -3_600), ("x", -40_000), ("t", 3_600),
                                      ("t", 50_000), ("t", 100_000)))
            marks.append(f"{tag}={offset:+}")
            tags[tag] = str(NOW + offset)
        if self.chance(1):
            marks.append("x= before t=")
            tags |= {"t": str(NOW - 50), "x": str(NOW - 60)}
        return tags

    def tags(self, algorithm, selector, fields, body, marks):
        rng = self.rng
        canon = rng.choice((None, "simple", "relaxed", "simple/simple", "simple/relaxed",
                            "relaxed/simple", "relaxed/relaxed"))
        header_canon, body_canon = ((canon or "simple") + "/simple").split("/")[:2]
        text = canonical_body(body, body_canon)
        tags = {"v": "1", "a": algorithm, "d": DOMAIN, "s": selector} | self.times(marks)
        if canon:
            tags["c"] = canon
        if self.chance(15):
            length = rng.randrange(len(text) + 1)
            if self.chance(10):
                marks.append("l= too large")
                tags["l"] = str(len(text) + 7)
            else:
                tags["l"] = str(length)
                text = text[:length]
        if self.chance(30):
            tags["i"] = rng.choice(("@example.com", "alice@example.com", "@sub.example.com",
                                    "a@EXAMPLE.COM"))
            if self.chance(5):
                tags["i"] = rng.choice(("@example.org", "@badexample.com", "@com"))
        if self.chance(10):
            tags["q"] = rng.choice(("dns/txt", "dns/txt", "dns/txt:other", "other"))
        if self.chance(10):
            tags[rng.choice(("z", "x_unknown", "r", "z", "x-unknown"))] = "From:alice@example.com|b:x"
        hashed = hashlib.new("sha1" if algorithm.endswith("sha1") else "sha256", text)
        tags["bh"] = base64.b64encode(hashed.digest()).decode()
        tags["h"] = (fold(rng, "") + ":" + fold(rng, "")).join(self.h_list(fields))
        return tags, header_canon

    def signature(self, fields, body, selector, zone, marks):
        """One DKIM-Signature field; its key goes into the zone."""
        rng = self.rng
        algorithm = rng.choices(("rsa-sha256", "ed25519-sha256", "rsa-sha1"), (12, 6, 1))[0]
        sign, record = self.key(algorithm, marks)
        tags, header_canon = self.tags(algorithm, selector, fields, body, marks)
        order = list(tags) + ["b"]
        rng.shuffle(order)
        written = [fold(rng) + tag + rng.choice(("", "", " ", "\r\n ")) + "=" +
                   rng.choice(("", "", " ")) + tags.get(tag, "\0") for tag in order]
        text = (";".join(written) + rng.choice(("", ";", " ;"))).lstrip("\r\n")
        signed = b""
        rest = {}
        for name in re.split(r"\s*:\s*", tags["h"]):
            stack = rest.setdefault(name.lower(), [
                field for field in fields if field[0].decode().lower() == name.lower()])
            if stack:
                signed += canonical_header(*stack.pop(), header_canon)
        # b= counts as empty, with the white space around its value gone (RFC 6376 §3.5).
        bare = re.sub(r"=\s*\0\s*", "=", text)
        signed += canonical_header(b"DKIM-Signature", bare.encode(), header_canon)[:-2]
        value = base64.b64encode(sign(signed)).decode()
        if self.chance(60):
            value = rng.choice(("\r\n ", "\r\n\t ", " ")).join(re.findall(".{1,60}", value))
        zone.append([f"{selector}._domainkey.{DOMAIN}", "TXT", record])
        return (b"DKIM-Signature", text.replace("\0", value).encode())

    def change(self, fields, body, zone, marks):
        """Something that happens to a message on its way, or to its key."""
        rng = self.rng
        at = rng.randrange(len(fields))
        name, value = fields[at]
        signature = next(i for i, field in enumerate(fields) if field[0] == b"DKIM-Signature")
        own = fields[signature][1]
        what = rng.choice(["octet", "append", "empty lines", "spaces", "line", "name", "refold",
                           "swap", "two From", "more", "less", "b octet", "b space", "tag gone",
                           "tag twice", "tag value", "no key", "servfail", "nodata", "value",
                           "signature octet"])
        marks.append(what)
        if what == "octet" and body:
            cut = rng.randrange(len(body))
            changed = bytes([body[cut] ^ 1])
            body = body if body[cut] in b"\r\n" or changed in b"\r\n\v" else body[:cut] + changed + body[cut + 1:]
        elif what == "append":
            body += b"-- \r\nthe list\r\n"
        elif what == "empty lines":
            body += b"\r\n" * rng.randrange(1, 4)
        elif what == "spaces":
            body = body.replace(b" ", b"  ", 1) if self.chance(50) else body.replace(b"\r\n", b" \r\n", 1)
        elif what == "line":
            body = b"\r\n" + body
        elif what == "name":
            fields[at] = (name.swapcase(), value)
        elif what == "refold":
            fields[at] = (name, value.replace(b" ", b"\r\n\t", 1))
        elif what == "swap":
            other = rng.randrange(len(fields))
            fields[at], fields[other] = fields[other], fields[at]
        elif what == "two From":
            fields.insert(rng.randrange(len(fields) + 1), (b"From", b" eve@example.net"))
        elif what == "more":
            fields.insert(rng.randrange(len(fields) + 1), (rng.choice((b"Subject", b"X-New", b"Received")), b" new"))
        elif what == "less" and name != b"DKIM-Signature":
            del fields[at]
        elif what == "value":
            fields[at] = (name, value + b"!")
        elif what == "signature octet":
            cut = rng.randrange(len(own))
            if own[cut] not in b"\r\n \t":
                fields[signature] = (b"DKIM-Signature", own[:cut] + rng.choice((b"x", b"=", b";", b"0")) + own[cut + 1:])
        elif what.startswith(("b ", "tag")):
            fields[signature] = (b"DKIM-Signature", self.changed_tags(own, what))
        elif what in ("no key", "servfail", "nodata"):
            trouble = {"no key": "nxdomain"}.get(what, what)
            zone[:] = [[owner, kind, trouble] for owner, kind, _ in zone]
        return fields, body

    def changed_tags(self, own, what):
        rng = self.rng
        tags = [tag for tag in own.split(b";") if tag.strip()]
        at = rng.randrange(len(tags))
        b_tag = next(i for i, tag in enumerate(tags) if tag.strip().startswith((b"b=", b"b ", b"b\r")))
        if what == "b octet":
            cut = rng.randrange(10, len(tags[b_tag]) - 4)
            if tags[b_tag][cut] in b"\r\n \t":
                return own
            tags[b_tag] = tags[b_tag][:cut] + rng.choice((b"A", b"*", b"=", b"-")) + tags[b_tag][cut + 1:]
        elif what == "b space":
            tags[b_tag] += b" "
        elif what == "tag gone":
            del tags[at]
        elif what == "tag twice":
            tags.append(tags[at])
        else:
            name = tags[at].split(b"=", 1)[0]
            tags[at] = name + b"=" + rng.choice((b"", b"1", b"2", b"relaxed", b"example.com", b"A/b", b"-1", b"from"))
        return b";".join(tags)

    def case(self):
        fields, body, zone, marks = self.headers(), self.body(), [], []
        for selector in ["s1", "s2"][:1 + self.chance(10)]:
            own = self.signature(fields, body, selector, zone, marks)
            fields.insert(0 if self.chance(80) else self.rng.randrange(len(fields)), own)
        if self.chance(45):
            fields, body = self.change(fields, body, zone, marks)
        message = b"".join(name + b":" + value + b"\r\n" for name, value in fields) + b"\r\n" + body
        return {"message": message.hex(), "zone": zone, "now": NOW, "marks": marks}


def their_verdicts(case):
    """[(passed, why not), …], top first."""
    zone = {name: text for name, _, text in case["zone"]}

    def answer(name, timeout=5):
        text = zone.get(name.decode("utf-8", "replace").lower().rstrip("."), "nxdomain")
        if text == "servfail":
            raise dkim.DnsTimeoutError("servfail")
        return None if text in ("nxdomain", "nodata") else text.encode()

    message = bytes.fromhex(case["message"])
    verdicts = []
    for index, own in enumerate(signatures(message)):
        try:
            verdicts.append((bool(dkim.DKIM(message).verify(index, answer)), "no pass", own))
        except Exception as error:  # pylint: disable=broad-except
            verdicts.append((False, f"{type(error).__name__}: {error}", own))
    return verdicts


def signatures(message):
    """The values of the DKIM-Signature fields."""
    fields = re.findall(rb"(?im)^([^\s:]+):((?:.*\r\n)(?:[ \t].*\r\n)*)", message.split(b"\r\n\r\n")[0] + b"\r\n")
    return [value.decode("utf-8", "replace") for name, value in fields
            if name.lower() == b"dkim-signature"]


def differences(case, ours):
    """[(class or None, what to print), …]"""
    found = []
    theirs = their_verdicts(case)
    if len(theirs) != len(ours):
        return [(None, f"{len(ours)} signatures, theirs {len(theirs)}")]
    for our, (passed, why, own) in zip(ours, theirs):
        if (our[0] == "pass") != passed:
            names = [name for name, (_, holds) in CLASSES.items()
                     if holds(our, (passed, why), case["marks"], own)]
            found.append((names[0] if names else None, f"{our} theirs {passed} {why} {case['marks']} {own!r}"))
    return found


def summary(verdicts):
    """How the verdicts are spread: a generator that only makes failures compares nothing."""
    return [verdict[0] for verdict in verdicts]
