"""cmake --install puts a whole Postern where its units, its configuration and its documents say."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Of 100, as systemd-analyze security counts: the socket and the DNS are needed, little else.
EXPOSURE_MAX = 11


def check(condition, text):
    if not condition:
        sys.exit(text)


def install(build, root, prefix):
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True,
                   stdout=subprocess.DEVNULL, env=dict(os.environ, DESTDIR=str(root)))


def check_units(root, prefix):
    folder = "usr/lib" if prefix == "/usr" else "etc"
    units = [unit for unit in (root / folder / "systemd/system").iterdir()]
    check(len(units) == 4, f"{len(units)} units")
    for unit in units:
        text = unit.read_text()
        for name in re.findall(r"/(?:usr|etc)/[\w./-]+", text):
            check((root / name[1:]).exists(), f"{unit.name} names {name}, which is not installed")
        if prefix != "/usr":
            check("/usr/bin" not in text and "/usr/sbin" not in text, f"{unit.name}: {prefix}?")
        if shutil.which("systemd-analyze") and unit.suffix == ".service":
            done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true",
                                   f"--threshold={EXPOSURE_MAX}", unit],
                                  stdout=subprocess.PIPE, text=True, check=False)
            check(done.returncode == 0, done.stdout[-300:])


def check_documents(root, prefix):
    folder = root / prefix[1:] / "share/doc/postern"
    documents = list(folder.rglob("*.md"))
    for document in documents:
        text = document.read_text()
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            check((document.parent / link).exists(), f"{document.name} links to {link}")
        check("docs/" not in text, f"{document.name} names a folder of the sources")
    text = (root / "etc/postern/postern.toml").read_text()
    check("docs/" not in text, "postern.toml names a folder of the sources")
    for name in re.findall(r"[\w/]+\.md", text):
        check((folder / name).exists(), f"postern.toml names {name}")


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        for prefix in ("/usr", "/usr/local"):
            root = pathlib.Path(folder) / prefix.replace("/", "_")
            install(build, root, prefix)
            check_units(root, prefix)
            check_documents(root, prefix)
        own = root / "etc/postern/postern.toml"
        own.write_text("# the administrator's\n")
        install(build, root, prefix)
        check(own.read_text() == "# the administrator's\n", "the configuration was overwritten")
        check(own.with_suffix(".toml.new").exists(), "the new defaults are not beside it")


if __name__ == "__main__":
    main()
