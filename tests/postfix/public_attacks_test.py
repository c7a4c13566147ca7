"""The public spoofing cases (not part of this project) through a real Postfix: what a case says
must not happen does not happen."""

import json
import pathlib

import harness

import attacks
import attacks_test
import world
from lab import AUTHSERV_ID, Lab
from tap import Tap

FORGED = "legit.example"


def world_of(zone):
    """A World whose DNS is the cases' zone."""
    def value(record):
        if record["type"] == "TXT":
            return "".join(record["strings"])
        name = record["value"] + ("" if record["type"] in ("A", "AAAA") else ".")
        return f"{record['pref']} {name}" if record["type"] == "MX" else name

    class ZoneWorld(world.World):
        def records(self):
            return [(attacks.escaped(name.encode()), record["type"], value(record))
                    for name, node in zone.items() for record in node["records"]]

    return ZoneWorld


def attack_of(case, directory):
    message = (directory / case["file"]).read_bytes().replace(
        b"mx.victim.example", AUTHSERV_ID.encode()).replace(
        b"MX.Victim.Example", AUTHSERV_ID.title().encode())
    return attacks.Attack(case["id"], case["title"], message, "",
                          mail_from=case["mail_from"].encode(), helo=case["helo"].encode(),
                          login="attacker" if "authenticated" in case["title"] else "",
                          forged=FORGED if any("dmarc=pass" in what for what in case["must_not"])
                          else "nobody.example")  # May pass: genuine at heart.


def broken(case, fate):
    """What happened of what must not."""
    if fate.attack.login:
        return []  # The MTA knows the sender; Postern verifies nothing.
    ours = [value for raw in fate.delivered.values()
            for _, value in attacks_test.our_results(attacks_test.split(raw)[0])]
    passed = any("dmarc=pass" in value for value in ours)
    marked = not ours or not (passed or any("dmarc=none" in value for value in ours))
    found = []
    for what in case["must_not"]:
        if what == "dmarc=fail" and not passed or what == "dmarc=pass" and passed or \
                what.startswith("accept") and not marked:
            found.append("must not: " + what)
    return found


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--cases", required=True, type=pathlib.Path)
    options = parser.parse_args()
    harness.require_root()
    data = json.loads(options.cases.read_text())
    lab = Lab(options.milter, "rfc9989", world_type=world_of(data["zone"]))
    tap = Tap(lab.directory / "tap.sock", lab.postern.directory / "postern.sock")
    lab.postfix.set("smtpd_milters", f"unix:{lab.directory}/tap.sock")
    wrong = 0
    with lab:
        for case in data["cases"]:
            attack = attack_of(case, options.cases.parent)
            fate = attacks_test.run(lab, tap, attack)
            fate.faults += broken(case, fate)
            wrong += bool(fate.faults)
            print(attacks_test.row(fate), flush=True)
        harness.check(not wrong, f"{wrong} of {len(data['cases'])} cases are not as expected")
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
