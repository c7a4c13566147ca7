"""tools/demo once everything is built: sends every case, prints what became of it."""

import argparse
import pathlib
import re
import signal
import subprocess
import sys

import cases
import judge
from lab import AUTHSERV_ID, RECIPIENT, Lab


def arguments():
    parser = argparse.ArgumentParser(prog="tools/demo")
    parser.add_argument("--milter", required=True, help="the postern-milter program")
    parser.add_argument("--postern", help="the postern program, to explain one of the messages")
    parser.add_argument("--preset", choices=cases.PRESETS, default="rfc9989")
    parser.add_argument("--accept", action="store_true",
                        help="temporary_error = \"accept\" instead of \"weigh\"")
    parser.add_argument("--keep", action="store_true", help="leave it running")
    return parser.parse_args()


def shortened(results):
    """The words that matter of an Authentication-Results."""
    found = re.findall(r"; (spf|dkim|dmarc)=(\w+)", results)
    return " ".join(f"{method}={result}" for method, result in found)


def print_case(number, outcome, preset):
    case = outcome.case
    mark = "ok" if outcome.ok else "NOT AS EXPECTED"
    print(f"\n{number:2} {case.title}  [{mark}]")
    author = " + ".join(re.findall(r"(?m)^From: <(.*?)>", case.message.decode()))
    rows = [
        ("sent", f"client {case.client}, HELO {case.helo}, MAIL FROM <{case.mail_from}>, "
                 f"From: {author}" + (f", logged in as {case.login}" if case.login else "")),
        ("expected", expectation(outcome, preset)),
        ("reply", str(outcome.reply)),
        ("delivered", "no" if outcome.delivered is None else
         outcome.results or "yes, with no results of ours"),
        ("quarantine", outcome.quarantine and judge.QUARANTINE_HEADER + ": " + outcome.quarantine),
        ("log", outcome.log or "no line"),
    ] + [("NOT OK", fault) for fault in outcome.faults]
    for name, value in rows:
        if value:
            print(f"   {name:10} {value}")
    sys.stdout.flush()


def expectation(outcome, preset):
    words = {"deliver": "delivered", "tag": "delivered, tagged", "reject": "rejected with 550",
             "quarantine": "delivered with the quarantine header", "defer": "deferred with 451"}
    if preset == "monitor" and outcome.wanted in ("reject", "quarantine", "defer"):
        return f"delivered, would={outcome.wanted}"
    return words[outcome.wanted]


def print_summary(outcomes, preset):
    titles = max(len(outcome.case.title) for outcome in outcomes)
    print(f"\nPreset {preset}:\n")
    print(f"    {'what was sent':{titles}}  {'reply':10}  {'what became of it':50}  expected?")
    for number, outcome in enumerate(outcomes, 1):
        if outcome.delivered is None:
            fate = "not delivered"
        elif outcome.results:
            fate = shortened(outcome.results)
        else:
            fate = "not verified"
        if outcome.quarantine:
            fate = "QUARANTINE " + fate
        elif preset == "monitor" and outcome.wanted in ("reject", "quarantine", "defer"):
            fate = f"would={outcome.wanted} " + fate
        reply = " ".join(str(outcome.reply).split()[:2])
        print(f" {number:2} {outcome.case.title:{titles}}  {reply:10}  {fate:50}  "
              f"{'ok' if outcome.ok else 'NOT: ' + '; '.join(outcome.faults)}")


def print_story(lab, postern, outcomes):
    """What an operator is told who asks why."""
    chosen = next((one for one in outcomes if one.case.name == "broken-reject"), None)
    if chosen is None or chosen.event is None:
        return
    print(f"\nWhy was that? postern explain {chosen.event['id']}\n", flush=True)
    subprocess.run([postern, "explain", chosen.event["id"],
                    "--spool", lab.postern.directory / "spool"], check=True)


def print_kept(lab):
    here = pathlib.Path(__file__).resolve().parent
    processes = [part.process.pid for part in lab.parts if part.process is not None]
    print(f"""
Left running:
  SMTP       127.0.0.1:{lab.postfix.port}   (to {RECIPIENT}; XCLIENT plays any client)
  inbox      {lab.postfix.inbox}/new
  Postern    {lab.postern.log}   (the log)
             {lab.postern.directory}/spool   (the events)
             {lab.postern.config}   (then: kill -USR1 {lab.postern.process.pid})
  Postfix    {lab.postfix.log}
  DNS        127.0.0.1:{lab.dns.port}   (zones in {lab.dns.config})

Send a message of your own:
  /usr/bin/python3 {here}/send.py --port {lab.postfix.port} --client 203.0.113.66 \\
      --helo mail.attacker.example --from ceo@bank.example --to {RECIPIENT} FILE.eml
  or by hand: nc -C 127.0.0.1 {lab.postfix.port}

End it:
  kill {' '.join(map(str, processes))}; rm -r {lab.directory}""")


def main():
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):  # Leave by the same door as Ctrl-C.
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    policy = 'temporary_error = "accept"' if options.accept else ""
    print(f"Starting unbound, Postfix and postern-milter ({options.preset}) on loopback.")
    with Lab(options.milter, options.preset, policy=policy, keep=options.keep) as lab:
        print(f"Our name in Authentication-Results is {AUTHSERV_ID}.")
        outcomes = []
        for number, case in enumerate(cases.all_cases(lab.world, options.accept), 1):
            outcomes.append(judge.run(lab, case, options.preset))
            print_case(number, outcomes[-1], options.preset)
        if options.postern:
            print_story(lab, options.postern, outcomes)
        print_summary(outcomes, options.preset)
        wrong = sum(not outcome.ok for outcome in outcomes)
        print(f"\n{len(outcomes) - wrong} of {len(outcomes)} as expected.")
        if options.keep:
            print_kept(lab)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
