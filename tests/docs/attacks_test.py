#!/usr/bin/env python3
"""docs/security/attacks.md names tests that exist: each file, and each sentence in quotes within the file before it."""
import os
import pathlib
import re

root = pathlib.Path(os.environ["SOURCE_ROOT"])
rows = [line for line in (root / "docs/security/attacks.md").read_text().splitlines() if re.match(r"\| \d+ \|", line)]
numbers = [int(line.split("|")[1]) for line in rows]
print(f"1..{len(rows) + 1}")
print(("ok" if numbers == list(range(1, 35)) else "not ok") + " 1 - every number stands once")
for position, line in enumerate(rows, 2):
    missing = []
    text = ""
    for path, sentence in re.findall(r"`((?:tests)/[^`]+)`|\"([^\"]+)\"", line.split("|")[3]):
        if path:
            found = (root / path).is_file()
            text = (root / path).read_text() if found else ""
            missing += [] if found else [path]
        elif sentence not in text:
            missing.append(sentence)
    print(f"{'not ok' if missing else 'ok'} {position} - number {numbers[position - 2]}: its tests exist {missing or ''}")
