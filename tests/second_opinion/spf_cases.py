"""SPF: generated zones and queries, the result of python3-spf, and why the two may differ."""

import ipaddress
import re

import spf

NOW = 1_790_000_000
NAMES = ["example.com", "a.example.com", "b.example.com", "c.example.net", "mail.example.com",
         "mx1.example.net", "long-name.sub.example.org", "absent.example.com"]
CLIENTS = ["192.0.2.1", "192.0.2.77", "198.51.100.9", "2001:db8::1", "2001:db8:1::77",
           "::ffff:192.0.2.1"]
TROUBLE = ("servfail", "timeout")


def uses(case, pattern):
    """Whether a record of the zone has the pattern."""
    return any(kind == "TXT" and re.search(pattern, text, re.I) for _, kind, text in case["zone"])


def trouble(case):
    return any(text in TROUBLE for _, _, text in case["zone"])


# name: (where it is written, when it holds). `ours` is our result, `theirs` (result, why).
CLASSES = {
    "void look-ups of hosts": (
        "RFC 7208 §4.6.4, §11.1: void look-ups are counted for terms; theirs counts hosts of mx, ptr",
        lambda case, ours, theirs: "Void lookup limit" in theirs[1] and uses(case, r"\bmx|\bptr|%\{p")),
    "void look-ups along CNAMEs": (
        "RFC 7208 §4.6.4, RFC 1034 §3.6.2: one question, one answer; theirs counts each CNAME on the way",
        lambda case, ours, theirs: "Void lookup limit" in theirs[1] and
        any(kind == "CNAME" for _, kind, _ in case["zone"])),
    "include of itself": (
        "RFC 7208 §5.2, §4.6.4: no syntax error: the limit of terms ends it, or what stands before",
        lambda case, ours, theirs: "trivial recursion" in theirs[1]),
    "%{d0}": (
        "RFC 7208 §7.3: the number of labels MUST be nonzero",
        lambda case, ours, theirs: ours == "permerror" and uses(case, r"%\{[a-z]0+r?[^}0-9]*\}")),
    "ptr in trouble": (
        "RFC 7208 §5.5: a DNS error in ptr is no match; theirs is temperror",
        lambda case, ours, theirs: theirs[0] == "temperror" and trouble(case) and
        uses(case, r"\bptr|%\{p")),
    "match before trouble": (
        "RFC 7208 §4.6.2, §5.4: a host of mx that matches ends it; theirs asks for all hosts first",
        lambda case, ours, theirs: theirs[0] == "temperror" and trouble(case) and
        ours not in ("temperror", "permerror", "none") and uses(case, r"\bmx")),
    "repeated modifier": (
        "RFC 7208 §6: only redirect= and exp= may not be repeated",
        lambda case, ours, theirs: "x-unknown= MUST appear at most once" in theirs[1]),
}


class Generator:
    def __init__(self, rng):
        self.rng = rng

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def domain_spec(self):
        if self.chance(75):
            return self.rng.choice(NAMES)
        if self.chance(70):
            return self.rng.choice(["%{d}", "%{d2}", "%{o}", "%{l}.example.com", "a.%{d2}", "%{h}",
                                    "%{ir}.%{v}.example.net", "%{l1r-}.example.com", "%{D}", "%{p}"])
        return self.rng.choice([
            "%{d}", "%{d2}", "%{o}", "%{h}", "%{l}.example.com", "%{ir}.%{v}.example.net", "%{i}.example.com",
            "%{d1r}.com", "%{l1r-}.b.example.com", "%{D}", "a.%{dr}", "%{S}.example.com", "%{p}",
            "%{p2}", "%{d0}", "%{d", "%{x}", "%{c}", "%%a.example.com", "%_a.example.com", "%a.example.com",
            "%{l-+}.example.com", "%{d5}", "example", "a..example.com", "a.example.com.", "x" * 64 + ".com"])

    def cidr(self):
        if self.chance(70):
            return self.rng.choice(["", "", "/24", "/32", "/24//48"])
        return self.rng.choice(["/24", "/32", "/0", "//64", "/24//48", "//128", "/33",
                                "//129", "/", "/024", "//", "/-1"])

    def term(self):
        rng = self.rng
        qualifier = rng.choice(["", "", "", "+", "-", "~", "?"])
        kind = rng.choices(["a", "mx", "include", "ip4", "ip6", "exists", "ptr", "all", "modifier", "broken"],
                           (20, 14, 18, 14, 8, 8, 5, 3, 6, 1))[0]
        if kind in ("a", "mx"):
            spec = ":" + self.domain_spec() if self.chance(70) else ""
            return qualifier + rng.choice((kind, kind, kind.upper())) + spec + self.cidr()
        if kind in ("include", "exists"):
            return f"{qualifier}{kind}:{self.domain_spec()}"
        if kind == "ptr":
            return qualifier + "ptr" + (":" + self.domain_spec() if self.chance(60) else "")
        if kind == "ip4":
            return qualifier + "ip4:" + rng.choice(["192.0.2.0/24", "192.0.2.1", "198.51.100.0/25", "10.0.0.0/8",
                                                    "192.0.2.77/32", "203.0.113.0/24", "172.16.0.0/12", "0.0.0.0/0", "192.0.2.256", "192.0.2", "1.2.3.4/33"])
        if kind == "ip6":
            return qualifier + "ip6:" + rng.choice(["2001:db8::/32", "2001:db8::1", "2001:db8:1::/48", "2001:db8:2::/48", "2001:db8::/48", "::/0",
                                                    "2001:db8::1/129", "::ffff:192.0.2.1", "1:2", "2001:db8::1/127"])
        if kind == "modifier":
            return rng.choice(["x-unknown=1", "x-unknown=%{d}", "exp=exp.example.com", "x-unknown=%{q}",
                               f"redirect={self.domain_spec()}", "exp=%{d}"])
        if kind == "broken":
            return rng.choice(["foo", "a:", "include", "all:x", "ip4", "mx=", "-", "ip5:1", "all.", "exists", "a/"])
        return qualifier + "all"

    def record(self):
        terms = [self.term() for _ in range(self.rng.choice((1, 2, 2, 3, 4, 6)))]
        if self.chance(60):
            terms.append(self.rng.choice(("-all", "~all", "?all", f"redirect={self.rng.choice(NAMES)}")))
        return self.rng.choice(("v=spf1 ", "v=spf1 ", "v=spf1  ", "V=SPF1 ")) + " ".join(terms)

    def zone(self):
        rng, zone = self.rng, []
        for name in NAMES[:-1]:
            if self.chance(5):
                zone.append([name, "CNAME", NAMES[-2] if name != NAMES[-2] else NAMES[-1]])
                continue
            if self.chance(4):
                kind = rng.choice(("A", "AAAA", "MX", "TXT"))
                zone.append([name, kind, rng.choice(TROUBLE)])
                if kind == "TXT":
                    continue
            if self.chance(80) or name == NAMES[0]:
                zone.append([name, "TXT", self.record()])
            if self.chance(10):
                zone.append([name, "TXT", rng.choice(("some text", "v=spf10 -all", "v=spf1", "v=spf2.0/pra -all"))])
            for _ in range(rng.choice((0, 1, 1, 2))):
                zone.append([name, "A", rng.choice(("192.0.2.1", "192.0.2.77", "198.51.100.9", "203.0.113.5"))])
            for _ in range(rng.choice((0, 0, 1))):
                zone.append([name, "AAAA", rng.choice(("2001:db8::1", "2001:db8:1::77", "2001:db8:2::2"))])
            for preference in range(rng.choice((0, 1, 1, 2, 11) if self.chance(10) else (0, 1, 2))):
                zone.append([name, "MX", f"{preference} {rng.choice(NAMES)}"])
        for address in CLIENTS[:5]:
            for _ in range(rng.choice((0, 1, 2))):
                zone.append([address, "PTR", rng.choice(NAMES)])
            if self.chance(4):
                zone.append([address, "PTR", rng.choice(TROUBLE)])
        zone.append(["exp.example.com", "TXT", rng.choice(("No from %{i}", "%{bad", "See %{d}"))])
        broken = {(name, kind) for name, kind, text in zone if text in TROUBLE}
        return [one for one in zone if (one[0], one[1]) not in broken or one[2] in TROUBLE]

    def case(self):
        rng = self.rng
        return {"zone": self.zone(), "now": NOW, "client": rng.choice(CLIENTS),
                "helo": rng.choice(("mail.example.com", "example.com", "absent.example.com")),
                "mail_from": rng.choice(("alice@example.com", "a-b+c@example.com", "bob@example.com", "Bob@EXAMPLE.com", "b@example.com", "c@example.com", "x@a.example.com", "",
                                         "joe@c.example.net", "j@absent.example.com", "x@example"))}


def their_result(case, voids_max=2):
    """(result, why)"""
    spf.MAX_VOID_LOOKUPS = voids_max
    zone = {}
    for name, kind, text in case["zone"]:
        if kind == "PTR":
            reverse = ipaddress.ip_address(name).reverse_pointer
            zone.setdefault(reverse.lower(), []).append((kind, text))
        elif kind == "MX" and text not in TROUBLE:
            preference, host = text.split()
            zone.setdefault(name, []).append((kind, (int(preference), host)))
        else:
            zone.setdefault(name, []).append((kind, text))

    def look_up(name, qtype, strict=True, timeout=None):
        for kind, value in zone.get(name.lower().rstrip("."), []):
            if kind == qtype and value in TROUBLE:
                raise spf.TempError("DNS " + value)
            if kind == qtype or kind == "CNAME":
                yield (name, kind), (value.encode(),) if kind == "TXT" else value

    spf.DNSLookup = look_up
    try:
        query = spf.query(i=case["client"], s=case["mail_from"], h=case["helo"], receiver="mx.example.org")
        result, _, why = query.check()
        return result, why
    except Exception as error:  # pylint: disable=broad-except
        return "crash", f"{type(error).__name__}: {error}"


def differences(case, ours):
    """[(class or None, what to print), …]"""
    if ours["libspf2"] != ours["native"]:
        return [(None, f"our engines differ: {ours}")]
    theirs = their_result(case)
    if ours["native"] == theirs[0]:
        return []
    names = [name for name, (_, holds) in CLASSES.items() if holds(case, ours["native"], theirs)]
    if "Void lookup limit" in theirs[1]:
        # Their counting must be all there is to it: without the limit they say what we say.
        unlimited = their_result(case, 1000)
        if ours["native"] != unlimited[0] and not any(
                holds(case, ours["native"], unlimited) for _, holds in CLASSES.values()):
            names = []
    texts = [one for one in case["zone"] if one[1] == "TXT"]
    return [(names[0] if names else None,
             f"{ours['native']} ({ours['problem']}) theirs {theirs} {case['client']} "
             f"{case['mail_from']} {case['helo']} {texts}")]


def summary(verdict):
    return [verdict["native"]]
