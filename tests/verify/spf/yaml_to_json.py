"""Rewrites the SPF council's test suite (YAML, Debian package python3-spf) as JSON for suite_test.cpp.

Usage: yaml_to_json.py SUITE.yml.gz > suite.json

A zone becomes {name: {"records": [[type, value]...], "timeout": [type...]}}, by the rules of pyspf's
own testspf.py: "TIMEOUT" alone is every type without records ("*"); an SPF record is a TXT record
too, unless the name has TXT of its own; "TXT: NONE" says that it has none. In TXT values one code
point is one octet, so that any octets survive JSON.
"""

import gzip
import json
import sys

import yaml


def octets(strings):
    if isinstance(strings, str):
        strings = [strings]
    return "".join(strings).encode("utf-8").decode("latin-1")


def zone_entry(items):
    records, timeout = [], []
    own_txt = any(isinstance(item, dict) and "TXT" in item for item in items)
    for item in items:
        if item == "TIMEOUT":
            timeout.append("*")
            continue
        for kind, value in item.items():
            if value == "TIMEOUT":
                timeout.append(kind)
            elif kind == "TXT" and value != "NONE":
                records.append(["TXT", octets(value)])
            elif kind == "SPF" and not own_txt:
                records.append(["TXT", octets(value)])
            elif kind not in ("TXT", "SPF"):
                records.append([kind, value])
    return {"records": records, "timeout": timeout}


def scenario(document):
    tests = []
    for name, test in document["tests"].items():
        result = test["result"]
        tests.append({
            "id": name,
            "ip": test["host"],
            "helo": test["helo"],
            "mail_from": test["mailfrom"],
            "result": result if isinstance(result, list) else [result],
            "explanation": test.get("explanation"),
        })
    zone = {str(name): zone_entry(items or []) for name, items in document["zonedata"].items()}
    return {"scenario": document["description"], "tests": tests, "zone": zone}


with gzip.open(sys.argv[1], "rt", encoding="utf-8") as suite:
    json.dump([scenario(d) for d in yaml.safe_load_all(suite) if d], sys.stdout, indent=1)
