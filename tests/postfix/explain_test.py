"""Every message of the demo, told from its event alone: the same verdict comes out of the stored
answers with the network off, and the configuration that judged would do nothing else."""

import json
import subprocess

import harness

import cases
import judge
from lab import Lab


def told(postern, *arguments):
    """What a subcommand prints as JSON where there is no network at all, and its exit status."""
    done = subprocess.run(["unshare", "--net", postern, *map(str, arguments), "--json"],
                          capture_output=True, text=True, timeout=60)
    harness.check(done.stdout, f"{arguments}: nothing printed; {done.stderr}")
    return json.loads(done.stdout), done.returncode


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--postern", required=True, help="the operator's command")
    options = parser.parse_args()
    harness.require_root()
    with Lab(options.milter, "rfc9989") as lab:
        spool = lab.postern.directory / "spool"
        outcomes = [judge.run(lab, case, "rfc9989") for case in cases.all_cases(lab.world)]
        derived = 0
        for outcome in outcomes:
            story, status = told(options.postern, "explain", outcome.event["id"], "--spool", spool)
            harness.check(status == 0, f"{outcome.case.name}: status {status}")
            harness.check(story["id"] == outcome.event["id"], f"the story of {story['id']}")
            if not outcome.event["verified"]:
                continue
            derived += 1
            harness.check(story["explain"]["same"], f"{outcome.case.name}: {story['explain']}")
        harness.check(derived >= 14, f"only {derived} messages were verified")

        config = ("-c", lab.postern.config, "--spool", spool)
        same, status = told(options.postern, "replay", *config)
        harness.check(status == 0, f"the configuration that judged differs from itself: {same}")
        lab.postern.configure(preset="monitor")
        other, status = told(options.postern, "replay", *config)
        harness.check(status == 1, f"monitor does nothing else: {other}")
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
