"""Compares our DKIM verdicts with those of python3-dkim, and our SPF results with those of
python3-spf, on messages and zones generated from a seed. Fails on a difference that no class
explains: each class names the RFC section by which the two may differ."""

import argparse
import collections
import importlib
import json
import random
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", required=True, help="second_opinion_judge")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--cases", type=int, default=2500)
    parser.add_argument("--verbose", action="store_true", help="print explained differences too")
    parser.add_argument("protocol", choices=("dkim", "spf"))
    options = parser.parse_args()
    protocol = importlib.import_module(options.protocol + "_cases")

    generator = protocol.Generator(random.Random(options.seed))
    cases = [generator.case() for _ in range(options.cases)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    judged = subprocess.run([options.judge], input=lines, capture_output=True, text=True, check=False)
    verdicts = [json.loads(line) for line in judged.stdout.splitlines()]
    if judged.returncode != 0 or len(verdicts) != len(cases):
        print(f"FAILED: the judge stopped after {len(verdicts)} cases: {judged.stderr[-2000:]}")
        return 1

    classes, spread, unexplained = collections.Counter(), collections.Counter(), 0
    for number, (case, ours) in enumerate(zip(cases, verdicts)):
        spread.update(protocol.summary(ours))
        for name, what in protocol.differences(case, ours):
            classes[name] += 1
            unexplained += name is None
            if name is None or options.verbose:
                print(f"{'FAILED' if name is None else name}: case {number}: {what}")
    print(f"{len(cases)} cases: " + ", ".join(f"{n} {word}" for word, n in spread.most_common()))
    for name, (section, _) in protocol.CLASSES.items():
        print(f"{classes[name]:5} {name} ({section})")
    print(f"{unexplained:5} unexplained")
    # A generator that makes one kind of verdict only would compare nothing.
    return 0 if unexplained == 0 and spread["pass"] > len(cases) / 20 else 1


if __name__ == "__main__":
    sys.exit(main())
