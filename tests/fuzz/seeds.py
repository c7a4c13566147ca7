#!/usr/bin/env python3
"""Takes starting inputs for a fuzz target out of the shared test vectors, when they are there.

  seeds.py VECTORS TARGET FOLDER    one file for each text that fits TARGET, at most 400
"""

import glob
import json
import os
import re
import sys

SEEDS_MAX = 400
OCTETS_MAX = 16 * 1024


def strings(data, key=None):
    """Every (key, string) in JSON data."""
    if isinstance(data, str):
        yield key, data
    elif isinstance(data, list):
        for item in data:
            yield from strings(item, key)
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from strings(value, name)


def records(data):
    """The text of every TXT record in JSON data."""
    if isinstance(data, list):
        for item in data:
            yield from records(item)
    elif isinstance(data, dict):
        if data.get("type") == "TXT":
            yield "".join(data.get("strings", []))
        for value in data.values():
            yield from records(value)


def fields(message, name):
    """The values of the fields of that name in a message."""
    head = re.split(rb"\r?\n\r?\n", message, maxsplit=1)[0]
    for match in re.finditer(rb"(?im)^" + name + rb"[ \t]*:((?:.*(?:\n[ \t].*)*))", head):
        yield match.group(1)


def zone_lines(zone):
    """A zone as the text that the target spf_engines reads."""
    for name, node in zone.items():
        for record in node.get("records", []):
            if record["type"] == "TXT":
                yield f"{name} TXT {''.join(record['strings'])}"
            elif "value" in record:
                yield f"{name} {record['type']} {record['value']}"
        for trouble in ("timeout", "servfail"):
            if "*" in node.get(trouble, []):
                yield f"{name} {trouble.upper()}"


class Vectors:
    def __init__(self, folder):
        self.folder = folder

    def json(self, pattern):
        for path in sorted(glob.glob(os.path.join(self.folder, pattern))):
            with open(path, encoding="utf-8") as file:
                yield json.load(file)

    def messages(self):
        for path in sorted(glob.glob(os.path.join(self.folder, "*", "**", "*.eml"), recursive=True)):
            with open(path, "rb") as file:
                yield file.read()
        for cases in self.json("arc/*.json"):
            for case in cases:
                if "message" in case:
                    yield octets(case["message"])

    def texts(self, pattern, key):
        for data in self.json(pattern):
            for name, text in strings(data):
                if name == key:
                    yield text

    def spf_zones(self):
        for cases in self.json("spf/*.json"):
            for case in cases if isinstance(cases, list) else []:
                if "zone" in case:
                    start = f"{case.get('ip', '')} {case.get('mailfrom', '')} {case.get('helo', '')}"
                    yield "\n".join([start, *zone_lines(case["zone"])])

    def seeds(self, target):
        if target == "address":
            yield from self.texts("dmarc/from-header.json", "from")
            for message in self.messages():
                yield from fields(message, b"from")
        elif target in ("signature", "tag_list"):
            for message in self.messages():
                for name in (b"dkim-signature", b"arc-seal", b"arc-message-signature"):
                    yield from fields(message, name)
        elif target == "arc":
            yield from (message for message in self.messages() if b"ARC-Seal" in message)
        elif target == "header":
            yield from (b"X:from:to:subject:date\r\n" + message for message in self.messages())
        elif target == "body":
            for message in self.messages():
                yield b"\x12\x34" + re.split(rb"\r\n\r\n", message, maxsplit=1)[-1]
        elif target == "auth_results":
            for text in self.texts("authres/parse.json", "header"):
                yield text.partition(":")[2]
        elif target == "dmarc_record":
            yield from self.texts("dmarc/records.json", "record")
        elif target == "key":
            for data in self.json("*/*.json"):
                yield from (text for text in records(data) if "p=" in text and "DMARC" not in text)
        elif target == "spf_record":
            yield from self.texts("fuzz-seeds/spf-records.json", None)
            for data in self.json("spf/*.json"):
                yield from records(data)
        elif target == "spf_engines":
            yield from self.spf_zones()


def octets(text):
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def main():
    _, vectors, target, folder = sys.argv
    seeds = {octets(seed)[:OCTETS_MAX] for seed in Vectors(vectors).seeds(target)}
    for number, seed in enumerate(sorted(seeds, key=lambda one: (len(one), one))[:SEEDS_MAX]):
        with open(os.path.join(folder, f"vector-{number}"), "wb") as file:
            file.write(seed)


if __name__ == "__main__":
    main()
