"""postern.toml(5), printed from config/postern.toml: its comments explain, its values are the defaults."""

import re

from manual import roff

KEY = re.compile(r"(\w+) = (.+?)(?:\s+# (.+))?$")
TABLE = re.compile(r"\[(\w+)\]$")
ARRAY = re.compile(r"\[\[[\w.]+\]\]$")
EXAMPLE = re.compile(r"#(\[\[|\w+ = )")

INTRODUCTION = """
The configuration of `postern-milter`(8) and `postern`(1), `/etc/postern/postern.toml` unless `-c` names another file. It is TOML 1.0.
Every key is optional; this page shows each with its default. `postern config default` prints the file that this page is made of,
`postern config show` what is in force, and `postern config check` each mistake with its line.

A change takes effect with `systemctl reload postern-milter`, after the whole file was found to be right; else the old one stays. A new
socket, spool directory or metrics address needs a restart.
"""


def sentences(lines, between=".IP"):
    """Comment lines as prose: what is indented stays as it is."""
    text = ["    " + line.strip() if line.startswith("  ") else line for line in lines]
    return roff.prose("\n".join(text), between) if text else []


def head(tag, key, value):
    return [tag, rf"{roff.bold(key)} = {roff.option(value)}"]


def keys(about, run):
    """Keys on consecutive lines below one comment; a comment behind a key is about that one only."""
    lines = []
    tag = ".TP"
    for index, (key, value, text) in enumerate(run):
        if text and tag == ".TQ":  # The ones before share the comment above.
            lines += sentences(about)
            about, tag = [], ".TP"
        lines += head(tag, key, value)
        tag = ".TQ"
        if text or index + 1 == len(run):
            own = [text + "."] if text else []
            lines += sentences(about) + ([".br"] if about and own else []) + sentences(own)
            about, tag = [], ".TP"
    return lines


class Page:
    def __init__(self):
        self.lines = []
        self.comment = []
        self.run = []
        self.example = []

    def flush_keys(self):
        if self.run:
            self.lines += keys(self.comment, self.run)
            self.run, self.comment = [], []

    def flush(self, first=False):
        """`first`: right below a heading, which begins a paragraph by itself."""
        self.flush_keys()
        if self.comment:
            self.lines += ([] if first else [".PP"]) + sentences(self.comment, ".PP")
            self.comment = []
        if self.example:
            self.lines += [".PP", ".RS 4", ".nf"] + [roff.line(roff.option(line)) for line in self.example]
            self.lines += [".fi", ".RE"]
            self.example = []

    def take(self, line):
        if not line:
            self.flush()
        elif table := TABLE.match(line):
            self.flush()
            self.lines.append(f".SS [{table[1]}]")
        elif EXAMPLE.match(line):
            self.flush_keys()
            if array := ARRAY.match(line[1:]):
                if not self.example:
                    self.lines.append(f".SS {array[0]}")
            if not self.example:
                self.flush(first=True)
            self.example.append(line[1:])
        elif line.startswith("#"):
            self.flush_keys()
            self.comment.append(line[2:])
        else:
            key = KEY.match(line)
            assert key, f"config/postern.toml: what is this: {line}"
            self.run.append(key.groups())


def page(toml, version):
    page = Page()
    preamble, rest = toml.split("\n\n", 1)  # Who reads the page needs no pointer to it.
    assert preamble.startswith("#")
    for line in rest.split("\n"):
        page.take(line)
    page.flush()
    lines = roff.title("postern.toml", 5, "configuration of the Postern mail filter", version)
    lines += [".SH DESCRIPTION"] + roff.prose(INTRODUCTION) + [".SH TABLES AND KEYS"] + page.lines
    lines += [".SH FILES", ".TP", r"\fI/etc/postern/postern.toml\fR", "The configuration.", ".TP",
              r"\fI/usr/share/doc/postern/\fR", "operating.md, policy.md and the formats."]
    lines += [".SH SEE ALSO", r"\fBpostern\-milter\fR(8),", r"\fBpostern\fR(1),", r"\fBpostern\-config\fR(1)"]
    return "\n".join(lines) + "\n"
