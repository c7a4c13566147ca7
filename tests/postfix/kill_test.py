"""kill -9 of the daemon under load: no answered message lacks its event, a restart needs no
repair, and Postfix with milter_default_action=tempfail loses no mail.

ctest runs the short form; --messages 5000 --kills 100 is the long one."""

import collections
import concurrent.futures
import random
import threading
import time

import harness

import world
from judge import wait_for
from lab import RECIPIENT, Lab
from send import send


class Load:
    """Messages 0..count-1, each sent again until it is accepted or refused for good."""

    def __init__(self, lab, count):
        self.lab = lab
        self.count = count
        self.lock = threading.Lock()
        self.final = {}                        # message id -> 250 or 550
        self.retried = collections.Counter()   # code -> how often the sender had to come again

    @staticmethod
    def author(number):
        # Every fifth is forged and refused: a refusal is an answer, too.
        return "ceo@bank.example" if number % 5 == 0 else "alice@sender.example"

    def deliver(self, number):
        author = self.author(number)
        message_id = f"load-{number}@lab.example"
        client = world.FORGER if number % 5 == 0 else world.SENDER
        message = world.write(author, message_id, text="A line of text.\n" * (number % 50))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            reply = send(self.lab.postfix.port, client, "client.example", author, [RECIPIENT],
                         message, name=world.HOSTS.get(client))
            with self.lock:
                if reply.code in (250, 550):
                    self.final[message_id] = reply.code
                    return
                self.retried[reply.code] += 1
            time.sleep(0.05)

    def progress(self):
        with self.lock:
            return len(self.final)


def kill_and_restart(lab, load, kills, dice):
    """Kills spread over the whole run, each at a moment the load does not choose."""
    for kill in range(1, kills + 1):
        while load.progress() < kill * load.count // (kills + 1):
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.05))
        lab.postern.kill()
        time.sleep(dice.uniform(0, 0.2))
        lab.postern.start()


def judge(lab, load):
    harness.check(len(load.final) == load.count,
                  f"{load.count - len(load.final)} messages never got an answer")
    harness.check(sum(load.retried.values()) > 0, "no kill met a message: the test shows nothing")
    events = collections.defaultdict(set)
    for event in lab.postern.events():
        events[event["message"]["message_id"].strip("<>")].add(event["action"])
    for message_id, code in sorted(load.final.items()):
        actions = events.get(message_id, set())
        wanted = {"reject"} if code == 550 else {"accept", "tag"}
        harness.check(actions & wanted, f"{message_id} was answered {code}; events: {actions}")
    accepted = {message_id for message_id, code in load.final.items() if code == 250}
    harness.check(len(accepted) == sum(n % 5 != 0 for n in range(load.count)),
                  "forged mail was accepted, or genuine mail refused")

    def lost():
        return [message_id for message_id in accepted if not lab.postfix.delivered(message_id)]

    wait_for(lambda: len(list((lab.postfix.inbox / "new").glob("*"))) >= len(accepted), 30)
    harness.check(wait_for(lambda: not lost(), 10), f"accepted, but never delivered: {lost()}")


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    harness.require_root()
    with Lab(options.milter, "strict") as lab:
        load = Load(lab, options.messages)
        with concurrent.futures.ThreadPoolExecutor(options.connections + 1) as pool:
            killer = pool.submit(kill_and_restart, lab, load, options.kills,
                                 random.Random(options.seed))
            senders = [pool.submit(load.deliver, number) for number in range(options.messages)]
            for task in [*senders, killer]:
                task.result()
        judge(lab, load)
        harness.check_stop(lab)
        print(f"{options.messages} messages, {options.kills} kills; had to come again: "
              f"{dict(load.retried)}")


if __name__ == "__main__":
    main()
