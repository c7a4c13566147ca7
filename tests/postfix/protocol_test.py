"""A Postfix that speaks an older version of the milter protocol: mail waits, and the log says once why,
and what to set."""

import harness

import world
from lab import RECIPIENT, Lab
from send import send


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    lab = Lab(options.milter)
    lab.postfix.set("milter_protocol", "4")
    with lab:
        for number in range(3):
            message = world.write("alice@sender.example", f"old-{number}@x")
            reply = send(lab.postfix.port, world.SENDER, "mail.sender.example",
                         "alice@sender.example", [RECIPIENT], message)
            harness.check(400 <= reply.code < 500, f"{reply}\n{lab.postfix.output()}")
        said = [line for line in lab.postern.log_lines() if "milter_protocol = 6" in line]
        harness.check(len(said) == 1, f"said {len(said)} times:\n" +
                      "\n".join(lab.postern.log_lines()))
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
