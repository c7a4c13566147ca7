"""The pages of the operator's command: what its help says, and what stands in man/NAME.text."""

import re

from manual import roff


def value_of(option):
    if not option["value"]:
        return ""
    words = "|".join(roff.italic(word) if word.isupper() or "," in word else roff.bold(word)
                     for word in option["value"].split("|"))
    return f"[{words}]" if option["value_optional"] else words


def usage_of(option):
    if not option["names"]:
        text = value_of(option) + (" ..." if option["repeated"] else "")
        return text if option["required"] else f"[{text}]"
    text = roff.bold(option["names"][0]) + (" " + value_of(option) if option["value"] else "")
    return text if option["required"] else f"[{text}]"


def is_common(option):
    return "--help" in option["names"] or "--version" in option["names"]


def synopsis(words, command):
    options = [option for option in command["options"] if not is_common(option)]
    options.sort(key=lambda option: (not option["names"], bool(option["names"]) and not option["required"]))
    return [".HP", " ".join([roff.bold(words)] + [usage_of(option) for option in options])]


def describe(option):
    name = ", ".join(roff.bold(name) for name in option["names"])
    lines = [".TP", " ".join(part for part in (name, value_of(option)) if part)]
    text = option["text"].strip()
    text = text[:1].upper() + text[1:]
    if option["required"] and option["names"]:
        text += ". Required"
    if option["standard"]:
        text += f". Default: {option['standard']}"
    if option["excludes"]:
        text += ". Not with " + ", ".join(f"`{name}`" for name in option["excludes"])
    return lines + [roff.line(roff.inline(text + "."))]


def describe_options(command):
    lines = []
    for option in command["options"]:
        if not is_common(option):
            lines += describe(option)
    return lines


def hand_written(text):
    """Section -> text, in their order."""
    parts = re.split(r"^# (.+)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def sections(written, shown):
    lines = []
    for name, text in written.items():
        if name not in shown:
            lines += [f".SH {name}"] + roff.prose(text)
    return lines


def see_also(name, pages):
    others = [page for page in pages if page != (name, 1)]
    return [".SH SEE ALSO", ",\n".join(rf"{roff.bold(page)}({section})" for page, section in others)]


def page(name, command, written, version, pages):
    """Of postern-NAME(1)."""
    what = command["text"].split(";")[0].split(":")[0]
    lines = roff.title(name, 1, what[:1].lower() + what[1:], version)
    lines.append(".SH SYNOPSIS")
    words = name.replace("-", " ", 1)
    for each in command["commands"] or [command]:
        full = words if each is command else f"{words} {each['name']}"
        lines += synopsis(full, each)
    lines += [".SH DESCRIPTION"] + roff.prose(command["text"] + ".\n\n" + written.get("DESCRIPTION", ""))
    if command["commands"]:
        lines.append(".SH COMMANDS")
        for each in command["commands"]:
            lines += [f".SS {words} {each['name']}", roff.line(roff.inline(each["text"] + "."))]
            lines += describe_options(each)
    else:
        lines += [".SH OPTIONS"] + describe_options(command)
    lines += sections(written, {"DESCRIPTION"})
    return "\n".join(lines + see_also(name, pages)) + "\n"


def overview(command, written, version, pages):
    """Of postern(1)."""
    lines = roff.title("postern", 1, "the mail filter's command for its operator", version)
    lines += [".SH SYNOPSIS", ".HP",
              rf"\fBpostern\fR \fICOMMAND\fR [\fIOPTION\fR] ...", ".HP",
              rf"\fBpostern\fR [\fICOMMAND\fR] \fB\-\-help\fR", ".HP", rf"\fBpostern \-\-version\fR"]
    lines += [".SH DESCRIPTION"] + roff.prose(written.get("DESCRIPTION", ""))
    lines.append(".SH COMMANDS")
    for each in command["commands"]:
        lines += [".TP", rf"{roff.bold('postern-' + each['name'])}(1)", roff.line(roff.inline(each["text"] + "."))]
    lines += [".SH OPTIONS"]
    for option in command["options"]:
        lines += describe(option)
    lines += sections(written, {"DESCRIPTION"})
    return "\n".join(lines + see_also("postern", pages)) + "\n"
