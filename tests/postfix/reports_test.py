"""A day of mail through a real Postfix, its events into the store, and the reports of it back
through the same Postfix into a Maildir: valid, read by others, and with the events' own counts."""

import collections
import email
import email.policy
import gzip
import pathlib
import random
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import harness

import world
from judge import wait_for
from lab import AUTHSERV_ID, RECIPIENT, Lab
from send import send

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "report"))
import readers_test  # noqa: E402

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "report" / "rfc9990.xsd"
SPACE = "{urn:ietf:params:xml:ns:dmarc-2.0}"
ASKING = ("sender.example", "bank.example", "club.example", "list.example")  # And consented to.
REFUSED = "shop.example"  # Asks for reports to a host that does not consent.

SECTIONS = """
[store]
url = "sqlite:{directory}/store/postern.db"

[report]
organization = "Demo"
from = "reports@{receiver}"
submit = "smtp://127.0.0.1:{port}"
copy_to = ["centre@demo.example"]
failure = true
failure_domains = ["bank.example"]
failure_key = "0123456789abcdef"
pace_ms = 0
"""


class ReportingWorld(world.World):
    """Its domains want reports, at the one host whose mail is kept here."""

    def records(self):
        found = []
        for name, kind, value in super().records():
            domain = name.removeprefix("_dmarc.")
            if domain != name:
                value += f"; rua=mailto:rua-{domain}@demo.example,javascript:alert(1)"
                value += f"; ruf=mailto:ruf-{domain}@demo.example"
            found.append((name, kind, value))
        return found + [(f"{domain}._report._dmarc.demo.example", "TXT", "v=DMARC1")
                        for domain in ASKING]


def a_day_of_mail(lab, count):
    """Genuine, forged and refused mail, and some that causes no report."""
    dice = random.Random(1)
    signed = lambda text: lab.world.sign(text, "sender.example")
    kinds = [
        (world.SENDER, "alice@sender.example", "alice@sender.example", (), signed),
        (world.LIST, "list@list.example", "list@list.example", (), bytes),
        (world.FORGER, "ceo@bank.example", "ceo@bank.example", (), bytes),
        (world.FORGER, "shop@shop.example", "shop@shop.example", (), bytes),
        (world.FORGER, "x@forwarder.example", "news@club.example", (), bytes),
        (world.CLUB, "", "mailer-daemon@club.example", ("Auto-Submitted: auto-replied",), bytes),
    ]
    for number in range(count):
        client, mail_from, author, extra, finish = kinds[number % len(kinds)]
        if dice.random() < 0.2:
            client = world.FORWARDER
        message = finish(world.write(author, f"day-{number}@lab.example", extra=extra))
        reply = send(lab.postfix.port, client, "client.example", mail_from, [RECIPIENT], message,
                     name=world.HOSTS.get(client))
        harness.check(reply.code in (250, 550), f"message {number}: {reply}")


def expected_counts(events):
    """(policy domain, address, author domain) -> messages, as the events have it."""
    counts = collections.Counter()
    for event in events:
        domain = event["dmarc"].get("domain")
        if domain:
            counts[domain, event["client"]["ip"], event["from_domain"]] += 1
    return counts


def reports_in(lab):
    """recipient -> [(message, XML)] of the reports in the Maildir."""
    found = collections.defaultdict(list)
    for path in (lab.postfix.inbox / "new").glob("*"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if not message["Subject"].startswith("Report Domain:"):
            continue
        attached = [part for part in message.iter_parts()
                    if part.get_content_type() == "application/gzip"]
        harness.check(len(attached) == 1, f"{path} has {len(attached)} reports")
        found[message["To"]].append((message, gzip.decompress(attached[0].get_content())))
    return found


def check_failure_reports(lab):
    """Only of the domain that was chosen, and without the local part of its author."""
    def found():
        mails = [path.read_bytes() for path in (lab.postfix.inbox / "new").glob("*")]
        return [mail for mail in mails if b"\nSubject: Authentication failure report" in mail]
    harness.check(wait_for(found), "no failure report")
    for mail in found():
        message = email.message_from_bytes(mail, policy=email.policy.default)
        harness.check(message["To"] == "ruf-bank.example@demo.example", mail.decode())
        harness.check(b"Reported-Domain: bank.example" in mail, mail.decode())
        harness.check(b"ceo@" not in mail, mail.decode())


def check_report(directory, message, text):
    """The report against schema and Mail::DMARC; its counts."""
    path = directory / "report.xml"
    path.write_bytes(text)
    readers_test.check_schema(path, SCHEMA)
    harness.check(message["Auto-Submitted"] == "auto-generated", "not marked as automatic")
    root = ElementTree.fromstring(text)
    domain = root.find(f"{SPACE}policy_published/{SPACE}domain").text
    report_id = root.find(f"{SPACE}report_metadata/{SPACE}report_id").text
    harness.check(report_id in message["Subject"], "another id in the subject")
    counts = collections.Counter()
    for record in root.iter(f"{SPACE}record"):
        row = record.find(f"{SPACE}row")
        counts[domain, row.find(f"{SPACE}source_ip").text,
               record.find(f"{SPACE}identifiers/{SPACE}header_from").text] += int(
                   row.find(f"{SPACE}count").text)
    read = readers_test.mail_dmarc(text)
    if read is not None:
        harness.check(read["domain"] == domain and read["id"] == report_id, f"Perl reads {read}")
        harness.check(sum(int(row["count"]) for row in read["rows"]) == counts.total(),
                      f"Perl counts {read}")
    return counts


def run_postern(lab, program, *arguments):
    run = subprocess.run([program, *arguments, "-c", lab.postern.config], capture_output=True,
                         text=True)
    harness.check(run.returncode == 0, f"{arguments}: {run.returncode} {run.stdout}{run.stderr}")
    return run.stdout + run.stderr


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--postern", required=True)
    parser.add_argument("--messages", type=int, default=60)
    options = parser.parse_args()
    harness.require_root()
    lab = Lab(options.milter, world_type=ReportingWorld)
    lab.postern.configure(policy=SECTIONS.format(
        directory=lab.postern.directory, receiver=AUTHSERV_ID, port=lab.postfix.port))
    with lab:
        a_day_of_mail(lab, options.messages)
        events = lab.postern.events()
        harness.check(len(events) == options.messages, f"{len(events)} events")
        run_postern(lab, options.postern, "collect", "--once")
        # Two mornings later, should the day have changed meanwhile.
        day = 86400
        last = subprocess.run(["date", "-u", "-d", events[-1]["time"], "+%s"], check=True,
                              capture_output=True, text=True).stdout
        morning = str((int(last) // day + 1) * day + 3 * 3600)
        for _ in range(2):  # The second run has nothing left to do.
            run_postern(lab, options.postern, "report", "send", "--now", morning)
        wanted = {f"rua-{domain}@demo.example" for domain in ASKING} | {"centre@demo.example"}
        harness.check(wait_for(lambda: wanted <= set(reports_in(lab))), f"not all of {wanted}: "
                      f"{set(reports_in(lab))}\n{lab.postfix.output()}")
        found = reports_in(lab)
        harness.check(set(found) == wanted, f"reports to {set(found)}")

        expected = expected_counts(events)
        counts = sum((check_report(lab.directory, *report) for recipient, reports in found.items()
                      if recipient != "centre@demo.example" for report in reports),
                     collections.Counter())
        harness.check(counts == +collections.Counter(
            {key: count for key, count in expected.items() if key[0] != REFUSED}),
            f"reported {counts}\nexpected {expected}")
        copies = sum((check_report(lab.directory, *report)
                      for report in found["centre@demo.example"]), collections.Counter())
        harness.check(copies == expected, f"copied {copies}\nexpected {expected}")
        check_failure_reports(lab)
        listing = run_postern(lab, options.postern, "report", "list", "--domain", REFUSED)
        harness.check("refused rua-shop.example@demo.example" in listing, listing)
        harness.check_stop(lab)
    print(f"{counts.total()} messages of {options.messages} are in reports")


if __name__ == "__main__":
    main()
