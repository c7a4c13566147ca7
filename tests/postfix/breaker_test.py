"""When the resolver itself fails, nothing is refused for what the DNS says, and the log tells when
that began and when it was over."""

import concurrent.futures
import re
import signal

import harness

import world
from judge import wait_for
from lab import RECIPIENT, Lab
from send import send

SENDERS = 40  # Enough different domains to prove that it is not theirs.
ZONES = 5  # [dns] breaker_zones


def deliver(lab, author, name):
    message = world.write(author, name + "@lab.example")
    return send(lab.postfix.port, world.FORGER, "[203.0.113.66]", author, [RECIPIENT], message)


def event(lab, name):
    found = lab.postern.event(name + "@lab.example")
    harness.check(found is not None, f"{name} has no event")
    return found


def many(lab, round_name):
    """Mail of many domains at once, each from another subdomain than in other rounds: nothing of
    that is in the cache."""
    with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda n: deliver(lab, f"x@{round_name}.known{n}.example", f"{round_name}-{n}"),
                      range(SENDERS)))


def logged(lab, text):
    return wait_for(lambda: [line for line in lab.postern.log_lines() if re.search(text, line)], 15)


def knows_that_zones_answer(lab):
    """Only what has answered before can be missed; its own questions come with the first mail."""
    return sum(name.startswith("postern-canary-") for name in lab.dns.asked()) >= ZONES


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    with Lab(options.milter, "strict") as lab:
        harness.check(deliver(lab, "ceo@bank.example", "before").code == 550, "not refused")
        many(lab, "healthy")
        harness.check(wait_for(lambda: knows_that_zones_answer(lab), 15), "it asks nothing itself")
        lab.dns.process.send_signal(signal.SIGSTOP)
        many(lab, "down")
        harness.check(logged(lab, "dns: the resolver fails"), "the log does not say that DNS fails")
        # Everything about this one is in the cache, so it fails DMARC for good.
        reply = deliver(lab, "ceo@bank.example", "degraded")
        told = event(lab, "degraded")
        harness.check(reply.code == 451, f"not deferred while the DNS is down: {reply}")
        harness.check((told["rule"], told["action"], told["would"]) ==
                      ("dns-degraded", "defer", "reject"), f"{told['rule']}: {told['why']}")
        lab.dns.process.send_signal(signal.SIGCONT)
        rounds = iter(range(100))

        def recovered():
            many(lab, f"up{next(rounds)}")
            return deliver(lab, "ceo@bank.example", f"again-{next(rounds)}").code == 550
        harness.check(wait_for(recovered, 60), "it does not recover")
        harness.check(logged(lab, "dns: the resolver answers again"), "the log does not say it is over")
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
