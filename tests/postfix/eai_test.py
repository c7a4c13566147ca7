"""Internationalized mail (RFC 6531, RFC 8616) through a real Postfix: the genuine passes and is
shown in A-labels, the forged is refused."""

import base64
import dataclasses

import harness

import attacks
import attacks_test
import world
from lab import Lab
from tap import Tap

U_LABEL, A_LABEL = "bücher.example", "xn--bcher-kva.example"


class InternationalWorld(attacks.AttackWorld):
    """The domain is at home at the address that the attacks come from."""

    def records(self):
        key = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(self.key.verify_key)).decode()
        return super().records() + [
            (A_LABEL, "TXT", f"v=spf1 ip4:{world.FORGER} -all"),
            ("_dmarc." + A_LABEL, "TXT", "v=DMARC1; p=reject"),
            ("xn--schlssel-95a._domainkey." + A_LABEL, "TXT", key),
            ("xn--bnk-qla.example", "TXT", "v=spf1 ip4:192.0.2.20 -all"),
            ("_dmarc.xn--bnk-qla.example", "TXT", "v=DMARC1; p=reject")]


@dataclasses.dataclass(frozen=True)
class Mail(attacks.Attack):
    results: tuple = ()
    reply: str = ""


def letter(author):
    return attacks.letter(f"From: Jörg <{author}>".encode())


def mails(lab_world):
    own = dict(forged="nobody.example", options=b" SMTPUTF8 BODY=8BITMIME",
               mail_from=f"<jörg@{U_LABEL}>".encode())
    shown = (f"header.from={A_LABEL}", "dmarc=pass")
    signed = attacks.signed(lab_world.key, letter("jörg@" + U_LABEL), U_LABEL.encode(),
                            "schlüssel".encode())
    yield Mail("eai-genuine", "U-labels in From, MAIL FROM, d= and s=", signed, "dmarc-pass", **own,
               results=(*shown, "spf=pass", f"smtp.mailfrom={A_LABEL}", "dkim=pass",
                        f"header.d={A_LABEL}"))
    yield Mail("eai-dkim-only", "the same from a null sender",  # SPF passes for the HELO only.
               signed, "dmarc-pass", **dict(own, mail_from=b"<>"),
               results=(*shown, "smtp.helo=mx.attacker.example", "dkim=pass"))
    yield Mail("eai-spf-only", "unsigned", letter("jörg@" + U_LABEL), "dmarc-pass", **own,
               results=(*shown, "spf=pass", "dkim=none"))
    yield Mail("eai-mixed", "A-label in MAIL FROM and d=, U-label in From",
               attacks.signed(lab_world.key, letter("jorg@" + U_LABEL), A_LABEL.encode(),
                              b"xn--schlssel-95a"), "dmarc-pass",
               **dict(own, mail_from=f"<jorg@{A_LABEL}>".encode()),
               results=(*shown, "spf=pass", "dkim=pass"))
    forged = dict(options=own["options"], forged="xn--bnk-qla.example",
                  reply="DMARC policy for xn--bnk-qla.example")
    yield Mail("eai-forged", "a forged domain in U-labels", letter("ceo@bänk.example"),
               "dmarc-reject", **forged, mail_from="<ceo@bänk.example>".encode())
    yield Mail("eai-forged-case", "the same in upper case", letter("ceo@BÄNK.example"),
               "dmarc-reject", **forged, mail_from="<ceo@bänk.example>".encode())
    yield Mail("eai-without-smtputf8", "the same without SMTPUTF8", letter("ceo@bänk.example"),
               "dmarc-reject", **dict(forged, options=b""), mail_from=b"<>", helo=b"[203.0.113.66]")
    yield Mail("eai-fullwidth", "the forged domain in full-width letters",
               letter("ceo@ｂａｎｋ.example"), "dmarc-reject", options=own["options"],
               mail_from="<ceo@ｂａｎｋ.example>".encode())
    yield Mail("eai-full-stop", "the forged domain with an ideographic full stop",
               letter("ceo@bank。example"), "dmarc-reject", options=own["options"],
               mail_from=b"<ceo@bank.example>")
    yield Mail("eai-joiner", "the forged domain with a zero-width joiner",
               letter("ceo@ba\u200dnk.example"), "from-malformed", options=own["options"])


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    lab = Lab(options.milter, "rfc9989", world_type=InternationalWorld)
    tap = Tap(lab.directory / "tap.sock", lab.postern.directory / "postern.sock")
    lab.postfix.set("smtpd_milters", f"unix:{lab.directory}/tap.sock")
    wrong = 0
    with lab:
        for mail in mails(lab.world):
            fate = attacks_test.run(lab, tap, mail)
            if fate.rules != [mail.expect]:
                fate.faults.append(f"{fate.rules} instead of {mail.expect}")
            if mail.reply and mail.reply not in fate.replies[0].text:
                fate.faults.append("the reply does not say " + mail.reply)
            for raw in fate.delivered.values():
                ours = attacks_test.our_results(attacks_test.split(raw)[0])
                fate.faults += [f"results lack {part}: {ours}" for part in mail.results
                                if not ours or part not in ours[0][1]]
            wrong += bool(fate.faults)
            print(attacks_test.row(fate), flush=True)
        harness.check(not wrong, f"{wrong} messages are not as expected")
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
