"""The completions in real shells: keys typed at a terminal, and the words bash is offered."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMPLETION = ROOT / "completion"
PATIENCE = 60

faults = []


def expect(condition, fault):
    if not condition:
        faults.append(fault)


def offered(folder, *words):
    """What bash would offer for the last word."""
    script = (f'source "{COMPLETION}/postern"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_postern postern "${COMP_WORDS[COMP_CWORD]}" ""; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", "postern", *words], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return sorted(done.stdout.split())


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, folder, *command):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="dumb", HISTFILE="", PS1="", COLUMNS="200")
            os.execvp(command[0], command)
        self.seen = ""

    def type(self, keys):
        os.write(self.master, keys.encode())

    def sees(self, text):
        """Whether that comes, on what was shown since the last answer."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(text, self.seen):
            if time.monotonic() > deadline:
                return False
            if not select.select([self.master], [], [], 0.2)[0]:
                continue
            try:
                self.seen += os.read(self.master, 4096).decode(errors="replace")
            except OSError:  # It ended.
                return False
        self.seen = ""
        return True

    def close(self):
        os.close(self.master)
        os.waitpid(self.pid, 0)


def check_words(folder):
    expect({"check", "events", "explain", "replay", "collect", "report", "config", "status"}
           <= set(offered(folder, "")), f"commands: {offered(folder, '')}")
    rows = [
        (["ev"], ["events"]),
        (["report", ""], ["incidents", "list", "preview", "send", "status", "unsuppress"]),
        (["report", "s"], ["send", "status"]),
        (["config", "sh"], ["show"]),
        (["postfix", "enable", "--"], ["--config", "--directory", "--help", "--yes"]),
        (["events", "--s"], ["--since", "--spool", "--store"]),
        (["events", "--action", ""], ["accept", "defer", "quarantine", "reject", "tag"]),
        (["events", "--action", "re"], ["reject"]),
        (["events", "--action", "=", "re"], ["reject"]),  # As bash splits --action=re.
        (["events", "--since", ""], []),
        (["config", "show", "-c", ""], ["a.toml", "b.eml", "folder"]),
        (["config", "show", "--config", "a"], ["a.toml"]),
        (["-c", "x", "config", "sh"], ["show"]),  # What is unknown does no harm.
        (["explain", "ID", "--spool", ""], ["folder"]),
        (["check", "--ip", "192.0.2.1", ""], ["a.toml", "b.eml", "folder"]),
        (["check", "--ip", "192.0.2.1", "--helo", "events", "b"], ["b.eml"]),
        (["status", "--ch"], ["--check"]),
        (["nonsense", "--"], ["--help", "--version"]),
    ]
    for words, wanted in rows:
        got = offered(folder, *words)
        expect(got == wanted, f"{' '.join(words)}: offered {got}, wanted {wanted}")


def check_typed(folder, shell, terminal, ready, rows):
    terminal.type(ready + "\n")
    expect(terminal.sees("READY"), f"{shell} does not start: {terminal.seen}")
    for typed, shown in rows:
        terminal.type(typed + "\t")
        expect(terminal.sees(shown), f"{shell}: {typed}<Tab> shows {terminal.seen!r}, not {shown}")
        terminal.seen = ""
        terminal.type("\x15")  # Kills the line; an interrupt would lose what is typed next.
    terminal.type("\x15exit\n")
    terminal.close()


TYPED = [
    ("postern ev", "events "),
    ("postern report prev", "preview "),
    ("postern events --gate", "--gateway "),
    ("postern events --action qu", "quarantine "),
    ("postern config check -c a", r"-c a\.toml "),
    ("postern check --ip 192.0.2.1 b", r"b\.eml "),
]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "a.toml").touch()
        (folder / "b.eml").touch()
        (folder / "folder").mkdir()
        check_words(folder)
        # The quotes keep the echo of the line from looking like the answer.
        check_typed(folder, "bash", Terminal(folder, "bash", "--norc", "--noprofile", "-i"),
                    f'source "{COMPLETION}/postern"; echo REA""DY', TYPED)
        if shutil.which("zsh"):
            check_typed(folder, "zsh", Terminal(folder, "zsh", "-f", "-i"),
                        f'fpath=("{COMPLETION}" $fpath); autoload -U compinit; compinit -u -D; '
                        'PROMPT=; echo REA""DY', TYPED)
    sys.exit("\n".join(faults) or 0)


main()
