"""What the documents name is there, and every document can be found."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FRONT = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
# A path as it stands in the text: "a/b.cpp", "tests/scenarios", not "CANDIDATE" or "/etc/postern".
PATH = re.compile(r"`((?:[a-z_0-9.]+/)+[\w.-]*|tools/[\w-]+)`")

faults = []


def expect(condition, fault):
    if not condition:
        faults.append(fault)


def pages():
    return sorted((ROOT / "docs").rglob("*.md"))


def check_index():
    index = (ROOT / "docs/README.md").read_text()
    lines = dict(re.findall(r"^- \[[^\]]+\]\(([^)]+)\): (.+)$", index, re.M))
    for page in pages():
        name = str(page.relative_to(ROOT / "docs"))
        if name == "README.md" or name.startswith("decisions/"):
            continue
        expect(name in lines, f"docs/README.md has no line about {name}")
    expect("decisions" in lines, "docs/README.md has no line about decisions")


def check_decisions():
    numbers = [page.name[:4] for page in (ROOT / "docs/decisions").glob("*.md")]
    expect(all(number.isdigit() for number in numbers), "a decision without a number")
    expect(len(numbers) == len(set(numbers)), "two decisions have one number")


def check_links():
    for page in [ROOT / name for name in FRONT] + pages():
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if "://" not in link:
                expect((page.parent / link).exists(),
                       f"{page.relative_to(ROOT)} links to {link}, which is not there")


def check_lists_of_files():
    for name in ["CONTRIBUTING.md", "SECURITY.md", "README.md"]:
        for path in PATH.findall((ROOT / name).read_text()):
            if path.startswith(("../", "build/")) or "NAME" in path:
                continue
            expect((ROOT / path).exists(), f"{name} names {path}, which is not there")


def check_version():
    version = re.search(r"project\(postern VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    newest = re.search(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    expect(version[1] == newest[1],
           f"CMakeLists.txt says version {version[1]}, CHANGELOG.md {newest[1]}")


check_index()
check_decisions()
check_links()
check_lists_of_files()
check_version()
sys.exit("\n".join(faults) or 0)
