#!/usr/bin/env python3
"""Feeds prefixes of an installer to every shell of INSTALLERS_SHELLS, as a cut download would, and looks for any command that ran.

The shells trace what they run (-x) to stderr, each line led by "+". INSTALLERS_FULL=1 takes every byte, INSTALLERS_FULL=41
every 41st; else, and besides, a sample and all bytes near both ends.
"""
import concurrent.futures
import os
import subprocess
import sys

SHELLS = os.environ["INSTALLERS_SHELLS"].split(":")


def ran(shell, text):
    # posh does not take "-s --"; a file is what it gets.
    words = shell.split() + ["-x"]
    if shell == "posh":
        words += ["/dev/stdin", "--help"]
    else:
        words += ["-s", "--", "--help"]
    found = subprocess.run(words, input=text, capture_output=True, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    # zsh always reads the system's start file first.
    return bool(found.stdout) or any(
        line.startswith(b"+") and not line.startswith(b"+/etc/") for line in found.stderr.splitlines())


def main():
    text = open(sys.argv[1], "rb").read()
    opening = text.index(b"\n{\n") + 2
    whole = text.rstrip(b"\n")
    step = int(os.environ.get("INSTALLERS_FULL") or 997)
    lengths = sorted(
        {*range(0, opening, 61), *range(opening - 20, opening + 120, 3), *range(opening, len(whole), 997),
         *range(len(whole) - 30, len(whole)), *range(0, len(whole), step)})
    bad = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for shell in SHELLS:
            if not ran(shell, text):
                bad.append(f"{shell}: the whole text runs nothing; the test cannot see")
            results = pool.map(lambda length, shell=shell: (length, ran(shell, text[:length])), lengths)
            bad += [f"{shell}: the first {length} bytes run something" for length, found in results if found]
    print(f"{len(lengths)} prefixes in {len(SHELLS)} shells")
    print("\n".join(bad[:20]))
    return 1 if bad else 0


sys.exit(main())
