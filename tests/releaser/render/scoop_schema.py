#!/usr/bin/python3
"""Holds each golden Scoop manifest against Scoop's own schema and its rules of style (TAP)."""
import copy
import glob
import json
import os
import sys

import jsonschema

root = os.environ["SOURCE_ROOT"]
with open(f"{root}/tests/fixtures/schemas/scoop/manifest.schema.json", encoding="utf-8") as file:
    schema = json.load(file)
validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
results = []


def check(sentence, passed, why=""):
    results.append(passed)
    print(f"{'ok' if passed else 'not ok'} {len(results)} - {sentence}{' # ' + why if why and not passed else ''}")


def problems(manifest):
    return "; ".join(error.message.splitlines()[0] for error in validator.iter_errors(manifest))


paths = sorted(glob.glob(f"{root}/tests/golden/scoop/*.json"))
check("there are manifests to try", len(paths) >= 2)
for path in paths:
    name = os.path.basename(path)
    with open(path, "rb") as file:
        raw = file.read()
    manifest = json.loads(raw.decode("utf-8"))
    check(f"{name}: Scoop's schema accepts it", not problems(manifest), problems(manifest))
    check(f"{name}: every line ends with CRLF, the last one too", raw.endswith(b"}\r\n") and raw.count(b"\n") == raw.count(b"\r\n"))
    formatted = json.dumps(manifest, indent=4, ensure_ascii=False).replace("\n", "\r\n") + "\r\n"
    check(f"{name}: it is written as Scoop's formatjson would", raw.decode("utf-8") == formatted)
    for arch, update in manifest["autoupdate"]["architecture"].items():
        url = update["url"].replace("$version", manifest["version"])
        check(f"{name}: autoupdate of {arch} leads to the url of this version", url == manifest["architecture"][arch]["url"])
    for what, spoil in {
        "a short hash": lambda m: next(iter(m["architecture"].values())).update(hash="00"),
        "an unknown key": lambda m: m.update(surprise=1),
        "no license": lambda m: m.pop("license"),
    }.items():
        spoiled = copy.deepcopy(manifest)
        spoil(spoiled)
        check(f"{name}: the schema refuses it with {what}", bool(problems(spoiled)))
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
