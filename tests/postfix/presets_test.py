"""Every case of the demo through a real Postfix, under one preset."""

import harness

import cases
import demo
import judge
from lab import Lab


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--preset", choices=cases.PRESETS, required=True)
    parser.add_argument("--socket", default="unix", help="unix, inet-sendmail or inet-postfix")
    parser.add_argument("--accept", action="store_true")
    options = parser.parse_args()
    harness.require_root()
    policy = 'temporary_error = "accept"' if options.accept else ""
    with Lab(options.milter, options.preset, options.socket, policy) as lab:
        outcomes = [judge.run(lab, case, options.preset)
                    for case in cases.all_cases(lab.world, options.accept)]
        wrong = [outcome for outcome in outcomes if not outcome.ok]
        for outcome in wrong:
            demo.print_case(outcomes.index(outcome) + 1, outcome, options.preset)
        harness.check(not wrong, f"{len(wrong)} of {len(outcomes)} cases are not as expected")
        harness.check_stop(lab)
    print(f"{len(outcomes)} cases are as expected")


if __name__ == "__main__":
    main()
