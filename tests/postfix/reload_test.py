"""SIGUSR1 takes a good configuration and refuses a bad one; SIGTERM ends the daemon cleanly."""

import time

import harness

import world
from judge import wait_for
from lab import RECIPIENT, Lab
from send import send


def forge(lab, name):
    """The code that a forged message of a p=reject domain gets."""
    message = world.write("ceo@bank.example", name + "@lab.example")
    return send(lab.postfix.port, world.FORGER, "[203.0.113.66]", "ceo@bank.example",
                [RECIPIENT], message).code


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    with Lab(options.milter, "monitor") as lab:
        harness.check(forge(lab, "before") == 250, "monitor refuses mail")

        lab.postern.configure(preset="strict")
        lab.postern.reload()
        harness.check(wait_for(lambda: forge(lab, "good") == 550, 10),
                      "the new configuration is not taken")

        text = lab.postern.config.read_text()
        lines = text.replace("preset =", "pressed =").splitlines()
        wrong = 1 + next(i for i, line in enumerate(lines) if line.startswith("pressed"))
        lab.postern.config.write_text("\n".join(lines) + "\n")
        lab.postern.reload()
        place = f"{lab.postern.config}:{wrong}"
        harness.check(wait_for(lambda: any(place in line for line in lab.postern.log_lines()), 10),
                      f"no complaint about {place} in the log")
        harness.check(forge(lab, "bad") == 550, "a bad configuration replaced the good one")

        lab.postern.config.write_text(text)
        lab.postern.reload()
        time.sleep(0.2)
        harness.check(forge(lab, "again") == 550, "the daemon is gone after two more reloads")
        started = time.monotonic()
        harness.check_stop(lab)
        seconds = time.monotonic() - started
        harness.check(seconds < 15, f"stopping took {seconds:.1f} s; the unit allows 15")


if __name__ == "__main__":
    main()
