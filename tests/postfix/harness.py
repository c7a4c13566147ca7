"""What the tests with a real Postfix share. A failed check is an AssertionError: exit status 1."""

import argparse
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "lab"))

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt


def parser(description):
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--milter", required=True, help="the postern-milter program")
    return result


def require_root():
    if os.geteuid() != 0:
        print("skipped: a private Postfix needs root to start")
        sys.exit(SKIPPED)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def check_stop(lab):
    """The daemon ends by itself, soon, with status 0, and no sanitizer has complained."""
    status = lab.postern.stop()
    log = "\n".join(lab.postern.log_lines())
    check(status == 0, f"postern-milter ended with status {status}:\n{log[-4000:]}")
    for word in ("Sanitizer", "runtime error:"):
        check(word not in log, f"{word} in the log:\n{log[-8000:]}")
