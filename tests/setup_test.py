"""What `tools/setup build demo` installs is enough to configure, build and run the demo.

On a machine where everything is installed nobody sees that a package is missing from that list. So
it is asked of each thing the demo needs which Debian package it comes from: the files CMake reads
in the release preset, the headers the programs' objects include, the libraries they are linked
with, and the Python modules of tools/lab. Usage: setup_test.py BUILD
"""

import ast
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("verify/", "policy/", "report/", "config/", "milter/", "cli/", "base/", "event/", "store/", "json/")


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def owners():
    """Path -> package, of everything that is installed."""
    found = {}
    for listing in pathlib.Path("/var/lib/dpkg/info").glob("*.list"):
        package = listing.stem.split(":")[0]
        for path in listing.read_text().splitlines():
            found[path] = package
    return found


def installed_by(names):
    """The packages that come with `names`: all they depend on, and what every Debian has."""
    depends, provided, wanted = {}, {}, set(names)
    form = "${Package}\t${Pre-Depends}, ${Depends}\t${Provides}\t${Essential} ${Priority}\n"
    for line in output("dpkg-query", "-W", "-f", form).splitlines():
        package, needs, provides, rank = line.split("\t")
        words = [re.split(r"[ (:|]", need.strip())[0]  # Of alternatives apt takes the first.
                 for need in needs.split(",") if need.strip()]
        depends.setdefault(package, set()).update(words)
        for virtual in provides.split(","):
            provided.setdefault(virtual.strip().split(" ")[0], set()).add(package)
        if "yes" in rank or "required" in rank:
            wanted.add(package)
    closed = set()
    while wanted:
        package = wanted.pop()
        if package in closed:
            continue
        closed.add(package)
        wanted |= depends.get(package, set()) | provided.get(package, set())
    return closed


def cmake_inputs(folder):
    """Files of the system that a configuration of the release preset reads or links with."""
    subprocess.run(["cmake", "--preset", "release", "-B", folder], check=True, cwd=SOURCE,
                   stdout=subprocess.DEVNULL)
    rules = (pathlib.Path(folder) / "build.ninja").read_text()
    return set(re.findall(r"(?<![\w./-])/usr/(?:lib|share|include)/[^\s:;$|]+", rules))


def pkg_config_files():
    files = set()
    for lists in SOURCE.glob("*/**/CMakeLists.txt"):
        if lists.relative_to(SOURCE).parts[0] in ("tests", "build"):
            continue
        for module in re.findall(r"pkg_check_modules\(\w+ REQUIRED IMPORTED_TARGET ([\w.+-]+?)[>=)]",
                                 lists.read_text()):
            files.add(output("pkg-config", "--variable=pcfiledir", module).strip() + f"/{module}.pc")
    assert files, "no pkg-config module?"
    return files


def headers(build):
    """Headers of the system that the programs' objects include."""
    found, ours = set(), False
    for line in output("ninja", "-C", build, "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            ours = line.startswith(FOLDERS)
        elif ours and line.strip().startswith("/usr/"):
            found.add(os.path.normpath(line.strip()))
    return found


def modules():
    """Files of the Python modules that tools/lab imports."""
    own = {path.stem for path in (SOURCE / "tools/lab").glob("*.py")}
    names = set()
    for path in (SOURCE / "tools/lab").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    specs = [importlib.util.find_spec(name.split(".")[0]) for name in names - own]
    return {spec.origin for spec in specs if spec and spec.origin and spec.origin.startswith("/")}


def main():
    build = sys.argv[1]
    owner = owners()
    enough = installed_by(output(SOURCE / "tools/setup", "--list", "build", "demo").split())
    with tempfile.TemporaryDirectory() as folder:
        needed = cmake_inputs(folder) | pkg_config_files() | headers(build) | modules()
    missing = {}
    for path in needed:
        spellings = (path, os.path.realpath(path), path.removeprefix("/usr"), os.path.realpath(path).removeprefix("/usr"))
        packages = {owner[spelling] for spelling in spellings if spelling in owner}
        if packages and not packages & enough:
            missing.setdefault(" or ".join(sorted(packages)), path)
    for package, path in sorted(missing.items()):
        print(f"{package} is needed, for example {path}, and `tools/setup build demo` does not install it")
    assert len(needed) > 100, f"only {len(needed)} files: was anything built?"
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
