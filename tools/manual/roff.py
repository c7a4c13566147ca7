"""Text to man(7). What others read is ASCII: other characters have names."""

import re

NAMES = {"§": r"\(sc", "…": "...", "→": r"\(->", "≤": r"\(<=", "“": '"', "”": '"', "’": "'"}
# The day of the pages, which must not change from one print to the next.
DATE = "2026-11-28"


def escape(text):
    """One line of plain text, safe anywhere but at the start of a line."""
    text = text.replace("\\", r"\e")
    for character, name in NAMES.items():
        text = text.replace(character, name)
    assert text.isascii(), f"a character without a name: {text}"
    return text


def option(text):
    """A word that people type: its hyphens are to be copied as they are."""
    return escape(text).replace("-", r"\-")


def bold(text):
    return rf"\fB{option(text)}\fR"


def italic(text):
    return rf"\fI{option(text)}\fR"


def inline(text):
    """A line of prose, where `word` is something to type."""
    parts = re.split(r"`([^`]+)`", text)
    return "".join(bold(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def line(text):
    """A line that begins with no control character."""
    return r"\&" + text if text.startswith((".", "'")) else text


def title(name, section, what, version):
    return [rf'.\" Printed by tools/man-pages: change what it reads.',
            f'.TH {name.upper()} {section} {DATE} "Postern {version}" "Postern"',
            ".SH NAME", rf"{option(name)} \- {escape(what)}"]


def prose(text, between=".PP"):
    """Lines of man(7) of paragraphs; what is indented by four stays as it is, "- " begins an item.
    `between` begins all but the first one: ".IP" below the words of a list."""
    out = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.split("\n")
        while lines:
            kind = kind_of(lines[0])
            count = next((i for i, each in enumerate(lines) if i and ends(kind, kind_of(each))), len(lines))
            start = [between] if out else []
            if kind == "literal":
                out += start + ([".RS 4"] if between == ".PP" else []) + [".nf"]
                out += [line(option(each[4:])) for each in lines[:count]]
                out += [".fi"] + ([".RE"] if between == ".PP" else [])
            elif kind == "item":
                out += [r".IP \(bu 2", line(inline(" ".join(each[2:].strip() for each in lines[:count])))]
            else:
                out += start + [line(inline(each.strip())) for each in lines[:count]]
            lines = lines[count:]
    return out


def kind_of(text):
    if text.startswith("    "):
        return "literal"
    if text.startswith("- "):
        return "item"
    return "more of an item" if text.startswith("  ") else "prose"


def ends(kind, following):
    """Whether a line of the one kind is followed by a new piece of text."""
    return following == "item" or following != {"item": "more of an item"}.get(kind, kind)
