"""Runs conformance suites; fails on whatever fails and is not argued in exceptions.txt, and on an
exception that is none any more."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile


def exceptions():
    """{"FILE:ID": why}, from lines "FILE:ID  why"."""
    lines = (pathlib.Path(__file__).parent / "exceptions.txt").read_text().splitlines()
    return dict(line.split(None, 1) for line in lines if line and not line.startswith("#"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True, help="folder of conformance.py")
    parser.add_argument("--milter", required=True)
    parser.add_argument("--preset", required=True)
    parser.add_argument("--suites", required=True, help="comma list")
    options = parser.parse_args()
    runner = pathlib.Path(options.runner)
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        # Eight daemons at a time: most of the time is spent waiting for one to stop.
        subprocess.run(
            [sys.executable, "-B", runner / "conformance.py",
             "--suites", runner.parent / "vectors", "--only", options.suites,
             "--config-template", runner / "templates" / f"postern-{options.preset}.toml",
             "--json", result.name, "--lanes", "8", "--jobs", "4", "--check-exit",
             "--", options.milter, "-c", "{config}"], check=False)
        report = json.load(result)
    argued = exceptions()
    status = {f"{case['file']}:{case['id']}": case["status"] for case in report["cases"]}
    failed = {case for case, outcome in status.items() if outcome not in ("pass", "na")}
    ended = {case for case in argued if status.get(case) == "pass"}
    for case in sorted(failed):
        print(f"{'exception' if case in argued else 'FAILED'}: {case}  {argued.get(case, '')}")
    for case in sorted(ended):
        print(f"FAILED: {case} passes now: no exception any more")
    faults = report["errors"] + [f"exit status {status}" for status in report["exits"]]
    print("".join(f"FAILED: {fault}\n" for fault in faults), end="")
    good = status and not faults and not ended and failed <= set(argued)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
