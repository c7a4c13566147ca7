"""cmake --install puts a whole Postern where its units, its configuration and its documents say."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Of 100, as systemd-analyze security counts: the socket and the DNS are needed, little else.
EXPOSURE_MAX = 11
PRESETS = pathlib.Path(__file__).resolve().parents[1] / "CMakePresets.json"


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


def check_programs(root, prefix):
    for program in ("sbin/postern-milter", "bin/postern"):
        installed = root / prefix[1:] / program
        symbols = root / prefix[1:] / "lib/debug" / prefix[1:] / f"{program}.debug"
        check(symbols.exists(), f"no symbols of {program}")
        sections = subprocess.run(["readelf", "-SW", installed], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout
        check(".gnu_debuglink" in sections and ".symtab" not in sections, f"{program} is not stripped")


def check_version():
    """The version is what project() says; other places repeat it."""
    source = pathlib.Path(__file__).resolve().parent.parent
    version = re.search(r"project\(postern VERSION ([\d.]+)", (source / "CMakeLists.txt").read_text())[1]
    first = (source / "debian/changelog").read_text().splitlines()[0]
    check(first.startswith(f"postern ({version})"), f"debian/changelog: {first}; CMakeLists.txt: {version}")
    check(f"\n## {version} " in (source / "CHANGELOG.md").read_text(), f"CHANGELOG.md has no {version}")


def check_documents(root, prefix):
    folder = root / prefix[1:] / "share/doc/postern"
    documents = list(folder.rglob("*.md"))
    for document in documents:
        text = document.read_text()
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            check((document.parent / link).exists(), f"{document.name} links to {link}")
        if document.parent.name != "decisions":  # They are about the sources.
            check("docs/" not in text, f"{document.name} names a folder of the sources")
    text = (root / "etc/postern/postern.toml").read_text()
    check("docs/" not in text, "postern.toml names a folder of the sources")
    for name in re.findall(r"[\w/]+\.md", text):
        check((folder / name).exists(), f"postern.toml names {name}")


def check_rights(root):
    """Who is in the socket's group may speak to it, and read nothing of ours."""
    tools = [shutil.which(tool) for tool in ("systemd-sysusers", "systemd-tmpfiles")]
    if os.geteuid() != 0 or not all(tools):
        print("not checked: whose the folders are (needs root and systemd)")
        return
    (root / "run").mkdir()
    subprocess.run([tools[0], f"--root={root}", "postern.conf"], check=True, capture_output=True)
    subprocess.run([tools[1], f"--root={root}", "--create", "postern.conf"], check=True)
    users = dict(line.split(":")[0:3:2]
                 for line in (root / "etc/passwd").read_text().splitlines())
    groups = {}
    for line in (root / "etc/group").read_text().splitlines():
        name, _, number, members = line.split(":")
        groups[name] = number
        check(not members, f"{members} in group {name}")
    for path, mode, user, group in (("run/postern", 0o2750, "postern", "postern-socket"),
                                    ("var/spool/postern", 0o750, "postern", "postern"),
                                    ("etc/postern/postern.toml", 0o640, None, "postern")):
        status = (root / path).stat()
        check(status.st_mode & 0o7777 == mode, f"{path}: mode {status.st_mode:o}")
        check(status.st_uid == int(users[user] if user else 0), f"{path}: user {status.st_uid}")
        check(status.st_gid == int(groups[group]), f"{path}: group {status.st_gid}")


def check_hardening():
    """What is shipped is built with all that the compiler and the linker have."""
    release = next(preset for preset in json.loads(PRESETS.read_text())["configurePresets"]
                   if preset["name"] == "release")["cacheVariables"]
    text = " ".join(release.values())
    for word in ("-D_FORTIFY_SOURCE=3", "-D_GLIBCXX_ASSERTIONS", "-fstack-protector-strong",
                 "-fstack-clash-protection", "-fcf-protection", "-Wl,-z,relro,-z,now"):
        check(word in text, f"preset release lacks {word}")


def check_pages(root, prefix):
    share = root / prefix[1:] / "share"
    pages = {path.name for path in (share / "man").rglob("*.[158]")}
    check({"postern.1", "postern-status.1", "postern.toml.5", "postern-milter.8"} <= pages, f"pages: {sorted(pages)}")
    check((share / "bash-completion/completions/postern").exists(), "no completion for bash")
    zsh = "vendor-completions" if prefix == "/usr" else "site-functions"
    check((share / "zsh" / zsh / "_postern").exists(), "no completion for zsh")


def main():
    build = sys.argv[1]
    check_hardening()
    check_version()
    with tempfile.TemporaryDirectory() as folder:
        for prefix in ("/usr", "/usr/local"):
            root = pathlib.Path(folder) / prefix.replace("/", "_")
            install(build, root, prefix)
            check_units(root, prefix)
            check_documents(root, prefix)
            check_pages(root, prefix)
            if prefix == "/usr":
                check_rights(root)
            check_programs(root, prefix)
        own = root / "etc/postern/postern.toml"
        own.write_text("# the administrator's\n")
        install(build, root, prefix)
        check(own.read_text() == "# the administrator's\n", "the configuration was overwritten")
        check(own.with_suffix(".toml.new").exists(), "the new defaults are not beside it")


if __name__ == "__main__":
    main()
