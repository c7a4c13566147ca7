"""A reload while 50 SMTP sessions run: those that began before it keep their configuration, those
that begin after it have the new one, and none is lost."""

import smtplib

import harness

import world
from judge import wait_for
from lab import RECIPIENT, Lab

SESSIONS = 50


def message(name):
    return world.write("ceo@bank.example", name + "@lab.example")


def begin(lab):
    """A session that has come as far as DATA."""
    smtp = smtplib.SMTP("127.0.0.1", lab.postfix.port, timeout=60)
    smtp.ehlo("localhost")
    smtp.docmd("XCLIENT", f"ADDR={world.FORGER} NAME=[UNAVAILABLE]")
    smtp.ehlo("[203.0.113.66]")
    smtp.mail("ceo@bank.example")
    code, text = smtp.rcpt(RECIPIENT)
    harness.check(code == 250, f"RCPT TO: {code} {text}")
    return smtp


def finish(smtp, name):
    """The reply's code at the end of the message."""
    try:
        code, _ = smtp.data(message(name))
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    smtp.close()
    return code


def generation(lab, name):
    event = lab.postern.event(name + "@lab.example")
    harness.check(event is not None, f"{name} has no event")
    return int(event["config"].split("-")[0])


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    with Lab(options.milter, "monitor") as lab:
        before = [begin(lab) for _ in range(SESSIONS)]
        lab.postern.configure(preset="strict")
        lab.postern.reload()
        tries = iter(range(1000))
        harness.check(wait_for(lambda: finish(begin(lab), f"probe-{next(tries)}") == 550, 20),
                      "the new configuration is not taken")
        during = [begin(lab) for _ in range(5)]
        codes = [finish(smtp, f"before-{number}") for number, smtp in enumerate(before)]
        harness.check(codes == [250] * SESSIONS, f"sessions under monitor: {codes}")
        codes = [finish(smtp, f"during-{number}") for number, smtp in enumerate(during)]
        harness.check(codes == [550] * len(during), f"sessions under strict: {codes}")
        first = {generation(lab, f"before-{number}") for number in range(SESSIONS)}
        second = {generation(lab, f"during-{number}") for number in range(len(during))}
        harness.check(len(first) == 1 and len(second) == 1 and max(first) < min(second),
                      f"generations {first}, then {second}")
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
