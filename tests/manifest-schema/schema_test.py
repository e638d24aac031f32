#!/usr/bin/env python3
"""The JSON schema accepts the golden manifests and the examples, and refuses what the reader refuses."""
import copy
import json
import os
import pathlib
import sys

import jsonschema

ROOT = pathlib.Path(os.environ["SOURCE_ROOT"])
SCHEMA = json.loads((ROOT / "manifest-schema/version-manifest.schema.json").read_text())
GOLDEN = ROOT / "tests/golden/manifest-schema"
EXAMPLES = ROOT / "manifest-schema/examples"

jsonschema.Draft7Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
FULL = json.loads((GOLDEN / "stable.version-manifest.json").read_text())
VERSION = "2.0.0"
PLATFORM = "linux-x86_64"

# Each change makes the manifest wrong in one place; tests/manifest-schema/manifest_test.cpp holds
# that the reader refuses the same.
BREAKS = [
    ("another schema", ["schema"], 2),
    ("a product name with a capital", ["product"], "Tool"),
    ("a channel that does not exist", ["channel"], "weekly"),
    ("generation 0", ["generation"], 0),
    ("a generation over 2^53", ["generation"], 2**53 + 1),
    ("a real generation", ["generation"], 1.5),
    ("a time with an offset", ["generated"], "2026-11-20T12:00:00+01:00"),
    ("a latest that is no version", ["latest", "stable"], "v1"),
    ("a floor that is no version", ["security_floor"], "1.2"),
    ("a halt without a reason", ["halt"], {}),
    ("an http URL", ["versions", VERSION, "platforms", PLATFORM, "url"], "http://h/a.tar.gz"),
    ("a file URL", ["versions", VERSION, "platforms", PLATFORM, "url"], "file:///a.tar.gz"),
    ("a mirror that is a file", ["versions", VERSION, "platforms", PLATFORM, "mirrors"], ["file:///x"]),
    ("a short digest", ["versions", VERSION, "platforms", PLATFORM, "sha256"], "00"),
    ("an empty archive", ["versions", VERSION, "platforms", PLATFORM, "size"], 0),
    ("no binaries", ["versions", VERSION, "platforms", PLATFORM, "binaries"], []),
    ("a path upwards", ["versions", VERSION, "platforms", PLATFORM, "agent"], "../tool"),
    ("an absolute path", ["versions", VERSION, "platforms", PLATFORM, "agent"], "/tool"),
    ("a floor in words", ["versions", VERSION, "platforms", PLATFORM, "requires", "glibc"], "new"),
    ("a truth value in words", ["versions", VERSION, "critical"], "yes"),
    ("notes over 4 KiB", ["versions", VERSION, "notes"], "x" * 4097),
    ("basis points over 10000", ["versions", VERSION, "rollout", 0, "basis_points"], 10001),
    ("a notice about no version", ["deprecation_notices"], {"old": "x"}),
]


def changed(place, value):
    manifest = copy.deepcopy(FULL)
    member = manifest
    for name in place[:-1]:
        member = member[name]
    member[place[-1]] = value
    return manifest


def cases():
    for folder in (GOLDEN, EXAMPLES):
        for path in sorted(folder.glob("*version-manifest.json")):
            name = path.relative_to(ROOT)
            yield f"{name} is accepted", VALIDATOR.is_valid(json.loads(path.read_text()))
    extended = copy.deepcopy(FULL)
    extended["color"] = "red"
    extended["versions"][VERSION]["platforms"]["amiga-m68k"] = extended["versions"][VERSION]["platforms"][PLATFORM]
    yield "unknown members are accepted", VALIDATOR.is_valid(extended)
    for what, place, value in BREAKS:
        yield f"{what} is refused", not VALIDATOR.is_valid(changed(place, value))
    for name in SCHEMA["required"]:
        manifest = copy.deepcopy(FULL)
        del manifest[name]
        yield f"a manifest without {name} is refused", not VALIDATOR.is_valid(manifest)


failed = False
results = list(cases())
print(f"1..{len(results)}")
for number, (sentence, passed) in enumerate(results, 1):
    failed = failed or not passed
    print(f"{'ok' if passed else 'not ok'} {number} - {sentence}")
sys.exit(1 if failed else 0)
