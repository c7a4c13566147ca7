"""Sends a case through the lab and says whether the right thing happened."""

import dataclasses
import email
import email.policy
import re
import time

from lab import AUTHSERV_ID, RECIPIENT
from send import Reply, send
import world

QUARANTINE_HEADER = "X-Postern-Quarantine"


@dataclasses.dataclass
class Outcome:
    case: object
    wanted: str               # deliver, tag, quarantine, reject or defer
    reply: Reply
    delivered: object = None  # email.message.Message
    results: str = ""         # Our Authentication-Results, unfolded.
    quarantine: str = ""      # The quarantine header's value.
    event: dict = None
    log: str = ""
    faults: list = dataclasses.field(default_factory=list)

    @property
    def ok(self):
        return not self.faults


def is_ours(value):
    """Whether an Authentication-Results value claims to come from this gateway."""
    return value.split(";")[0].split()[:1] == [AUTHSERV_ID]


def wait_for(probe, seconds=15):
    """probe()'s first true value, or its last one."""
    deadline = time.monotonic() + seconds
    while not (found := probe()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def run(lab, case, preset):
    reply = send(lab.postfix.port, case.client, case.helo, case.mail_from, [RECIPIENT],
                 case.message, name=world.HOSTS.get(case.client), login=case.login)
    outcome = Outcome(case, case.expect[preset], reply)
    if reply.code == 250:
        mails = wait_for(lambda: lab.postfix.delivered(case.message_id))
        if not mails:
            outcome.faults.append("accepted, but not delivered within 15 s")
        else:
            read_delivered(outcome, mails[0])
    elif lab.postfix.delivered(case.message_id):
        outcome.faults.append("refused, but delivered")
    queued = re.search(r"queued as (\S+)", reply.text)
    outcome.event = lab.postern.event(case.message_id, queued and queued[1])
    if outcome.event is not None:
        outcome.log = wait_for(
            lambda: lab.postern.log_line(outcome.event.get("queue_id", "?")), 2) or ""
    check(outcome, preset)
    return outcome


def read_delivered(outcome, raw):
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    outcome.delivered = mail
    ours = []
    for index, (name, value) in enumerate(mail.items()):
        value = " ".join(value.split())
        if name.lower() == "authentication-results" and is_ours(value):
            ours.append((index, value))
        if name.lower() == QUARANTINE_HEADER.lower():
            outcome.quarantine = value
    if ours:
        outcome.results = ours[0][1]
    if len(ours) > 1:
        outcome.faults.append("several Authentication-Results in our name")


def check(outcome, preset):
    """Appends to outcome.faults what is not as it must be."""
    say = outcome.faults.append
    case, reply, wanted = outcome.case, outcome.reply, outcome.wanted
    acted = wanted if preset != "monitor" or wanted == "deliver" else "tag"
    if acted == "reject":
        check_refusal(outcome)
    elif acted == "defer":
        if reply.code != 451 or not reply.text.startswith("4.7."):
            say("the reply is not 451 4.7.x")
    elif reply.code != 250:
        say("not accepted")
    elif outcome.delivered is not None:
        check_headers(outcome, acted)
    if outcome.event is None:
        say("no event in the spool")
        return
    action, would = outcome.event.get("action"), outcome.event.get("would")
    acceptable = {"deliver": ("accept", "tag")}.get(acted, (acted,))
    if action not in acceptable:
        say(f"event: action={action}")
    if would not in {"deliver": ("accept", "tag")}.get(wanted, (wanted,)):
        say(f"event: would={would}")
    if not str(outcome.event.get("rule", "")).startswith(case.rule):
        say(f"event: rule={outcome.event.get('rule')}")
    if not outcome.log:
        say("no line in the log")


def check_refusal(outcome):
    say, reply, case = outcome.faults.append, outcome.reply, outcome.case
    if reply.code != 550 or not reply.text.startswith("5.7.1 "):
        say("the reply is not 550 5.7.1")
    if case.domain and not ("DMARC" in reply.text and case.domain in reply.text):
        say("the reply does not name DMARC and the domain")


def check_headers(outcome, acted):
    say, case = outcome.faults.append, outcome.case
    if (acted == "quarantine") != (outcome.quarantine.split(";")[0].strip() == "yes"):
        say("quarantine header: " + (outcome.quarantine or "missing"))
    header = "\n".join(f"{name}: {value}" for name, value in outcome.delivered.items())
    if case.results and not outcome.results:
        say("no Authentication-Results of ours")
    for part in case.results:
        if part not in outcome.results:
            say(f"results lack {part}")
    for text in case.present:
        if text not in header:
            say(f"{text} is gone")
    for text in case.absent:
        if text in header:
            say(f"{text} is still there")
    check_topmost(outcome)


def check_topmost(outcome):
    """Ours stands above all that came with the message; only Postfix's own fields may precede."""
    if not outcome.results:
        return
    received = 0
    for name, value in outcome.delivered.items():
        if name.lower() == "authentication-results" and is_ours(" ".join(value.split())):
            return
        received += name.lower() == "received"
        if name.lower() not in ("return-path", "x-original-to", "delivered-to", "received",
                                QUARANTINE_HEADER.lower()) or received > 1:
            outcome.faults.append(f"{name} stands above our results")
            return
