"""Every manual page renders without a warning, and the daemon's names all its options."""

import pathlib
import re
import shutil
import subprocess
import sys

MAN = pathlib.Path(__file__).resolve().parent.parent.parent / "man"


def complaints(page):
    """What the formatters say, of those that are there."""
    # -W warning: no matters of taste, like the line's length.
    commands = [["mandoc", "-Tlint", "-Wwarning", page], ["groff", "-ww", "-man", "-Tutf8", "-z", page]]
    for command in commands:
        if shutil.which(command[0]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            yield from done.stdout.splitlines()


def main():
    faults = []
    pages = sorted(MAN.glob("*.[158]"))
    if len(pages) < 10:
        faults.append(f"{len(pages)} pages")
    if not shutil.which("mandoc") and not shutil.which("groff"):
        faults.append("neither mandoc nor groff is there: tools/setup test")
    for page in pages:
        faults += complaints(page)
        text = page.read_text().replace("\\", "")
        for name, section in re.findall(r"fB([\w.-]+)fR\((\d)\)", text):
            if name.startswith("postern") and not (MAN / f"{name}.{section}").exists():
                faults.append(f"{page.name} names {name}({section})")
    usage = subprocess.run([sys.argv[1], "-h"], check=True, stdout=subprocess.PIPE, text=True).stdout
    daemon = (MAN / "postern-milter.8").read_text().replace("\\", "")
    for option in re.findall(r"^  (-\w)", usage, re.M):
        if f".B {option}" not in daemon:
            faults.append(f"postern-milter.8 says nothing about {option}")
    sys.exit("\n".join(faults) or 0)


main()
