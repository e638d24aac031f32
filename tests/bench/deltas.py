#!/usr/bin/env python3
"""Deltas between neighbouring releases of real programs: their size against the archive, and an update by delta against one by the archive.

    tests/bench/deltas.py PATH/TO/cco PATH/TO/cco-release [--pairs git,esbuild] [--cco-before FILE] [--json FILE] [--gate]

The programs are those of Debian packages, in the two newest versions that apt offers, esbuild's of tests/fixtures, and `cco` itself, where --cco-before
names one that was built earlier. Of each pair two releases are published as a user would: with `previous` and `publish --previous`, alone and once more with
the updater in the archive. The second is installed by the updater from a folder, once by delta and once by the archive. Where apt offers one version only, the
pair is left out, and said.

Goals: on the median pair a delta is at most 4 % of the archive, on none more than 12 %. With --gate the exit status is 1 where one is missed.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from agent import anonymous_peak, timed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from agent_world import LIBRARIES, PLATFORM  # noqa: E402

MIB = 1 << 20
MEMORY_GOAL = 32 * MIB
MEDIAN_GOAL, WORST_GOAL = 4, 12
OLD, NEW = "1.0.0", "1.1.0"
# Is asked for the version, which the programs do not say.
SAYS = b"#include <stdio.h>\nint main(void) { puts(VERSION); return 0; }\n"
# Name: Debian package, and the program in it.
PACKAGES = {
    "git": ("git", "usr/bin/git"),
    "openssl": ("openssl", "usr/bin/openssl"),
    "containerd": ("containerd", "usr/bin/containerd"),
    "python": ("python3.11-minimal", "usr/bin/python3.11"),
    "postgres": ("postgresql-15", "usr/lib/postgresql/15/bin/postgres"),
    "named": ("bind9", "usr/sbin/named"),
    "smbd": ("samba", "usr/sbin/smbd"),
    "sudo": ("sudo", "usr/bin/sudo"),
    "systemd": ("systemd", "lib/systemd/systemd"),
}


def from_debian(work, name):
    """The program in its two newest versions, the older first, with their versions; None where there is one."""
    package, path = PACKAGES[name]
    listed = subprocess.run(["apt-cache", "madison", package], check=True, capture_output=True, text=True).stdout
    versions = list(dict.fromkeys(line.split("|")[1].strip() for line in listed.splitlines()))[:2]
    if len(versions) < 2:
        return None
    found = []
    for version in reversed(versions):
        folder = work / name / re.sub(r"[^\w.]", "_", version)
        folder.mkdir(parents=True)
        subprocess.run(["apt-get", "download", "-q", f"{package}={version}"], cwd=folder, check=True, capture_output=True)
        deb, = folder.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
        program, = folder.glob(path)
        found.append((version, program))
    return found


def programs(work, options):
    """(name, older version, file, newer version, file) of each pair."""
    found = []
    for name in PACKAGES:
        if options.pairs and name not in options.pairs:
            continue
        pair = from_debian(work, name)
        if pair is None:
            print(f"{name}: apt offers one version only; left out")
            continue
        (before, old), (after, new) = pair
        found.append((name, before, old, after, new))
    cache = Path(os.environ.get("CCO_FIXTURES") or Path(__file__).resolve().parent.parent / "fixtures/.cache") / "esbuild"
    if not options.pairs or "esbuild" in options.pairs:
        before, after = sorted(path.name for path in cache.iterdir())
        found.append(("esbuild", before, cache / before / PLATFORM / "esbuild", after, cache / after / PLATFORM / "esbuild"))
    if options.cco_before:
        found.append(("cco", "before", options.cco_before, "now", options.cco))
    return found


def libraries_of(programs_):
    """What they need beyond the system's own."""
    needed = set(LIBRARIES)
    for program in programs_:
        needed |= set(re.findall(r"NEEDED.*\[(.*)\]", subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout))
    return sorted(needed)


class Releases:
    """Both releases of a pair in a folder, with deltas; `agent`: with the updater in the archives."""

    def __init__(self, work, pair, tools, agent):
        name, _, old, _, new = pair
        self.work, self.tools, self.site = work, tools, work / "site"
        self.environment = {"HOME": str(work / "home"), "PATH": f"{work}/home/.local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        (work / "home").mkdir(parents=True)
        for version, program in ((OLD, old), (NEW, new)):
            (work / version).mkdir()
            subprocess.run(["strip", "-o", work / version / "tool", program], check=True)
            subprocess.run(["gcc", "-O1", "-s", f'-DVERSION="{version}"', "-x", "c", "-o", work / version / "says", "-"], input=SAYS, check=True)
        self.run("keys", "new", "--out", "tool", "--no-password")
        subprocess.run(["strip", "-o", work / "cco", tools.cco], check=True)
        updater = 'binary = "cco"\n' if agent else ""
        (work / "cco-release.toml").write_text(f"""schema = 1
[product]
name = "tool"
description = "{name}"
homepage = "https://example.com"
license = "MIT"
maintainer = "Bench <bench@example.com>"
[version]
scheme = "semver"
[build]
platforms = ["{PLATFORM}"]
binaries = ["{{version}}/tool", "{{version}}/says"]
allow_libraries = {json.dumps(libraries_of((old, new)))}
[agent]
{updater}probe = ["says"]
[sign]
public_key = "{(work / "tool.pub").read_text().splitlines()[-1]}"
key = "tool.key"
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/tool"
[installers]
""")
        self.run("trust", "init", "--preset", "ci-stable", "--no-password", "--keys", "offline")
        self.run("publish", "--version", OLD, "--date", "2026-11-20T10:00:00Z")
        self.run("previous", "earlier")
        begin = time.perf_counter()
        self.run("publish", "--version", NEW, "--date", "2026-11-21T10:00:00Z", "--previous", "earlier")
        self.seconds = time.perf_counter() - begin
        manifest = json.loads((self.site / "stable.version-manifest.json").read_text())
        self.entry = manifest["versions"][NEW]["platforms"][PLATFORM]

    def run(self, *command):
        made = subprocess.run([self.tools.cco_release, *command], cwd=self.work, capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(f"cco-release {command}: {made.stderr}")

    def delta(self):
        """(bytes, format), or None where none was worth it."""
        deltas = self.entry.get("deltas") or []
        return (deltas[0]["size"], deltas[0]["format"]) if deltas else None

    def update_costs(self):
        """Seconds, bytes and anonymous peak of an update by delta and of one by the archive, each from the same home."""
        url = f"file://{self.site}"
        archive = self.site / f"releases/v{OLD}/tool-v{OLD}-{PLATFORM}.tar.gz"
        subprocess.run(["tar", "-xzf", archive, "-C", self.work, "tool-updater"], check=True)
        subprocess.run([self.work / "tool-updater", "install", "--version", OLD, "--base-url", url, "--quiet"], check=True, env=self.environment, capture_output=True)
        shutil.copytree(self.work / "home", self.work / "saved", symlinks=True)
        updater = [f"{self.work}/home/.local/bin/tool-updater", "update", "--yes"]
        out = {}
        for way in ("delta", "archive"):
            if way == "archive":  # as after two deltas that failed
                (self.work / "saved/.local/share/tool-updater/state/last_attempt.json").write_text(json.dumps(
                    {"schema": 1, "version": NEW, "sha256": self.entry["sha256"], "delta_failures": 2}))
            self.fresh_home()
            said = json.loads(subprocess.run([*updater, "--json"], env=self.environment, check=True, capture_output=True).stdout)
            if said["by_delta"] != (way == "delta"):
                sys.exit(f"an update by {way}: {said}")
            self.fresh_home()
            seconds, _ = timed(updater, self.environment, self.work)
            self.fresh_home()
            anonymous, _, _ = anonymous_peak(updater, self.environment)
            out[way] = {"bytes": said["downloaded_bytes"], "seconds": round(seconds, 3), "anonymous_peak_bytes": anonymous}
        return out

    def fresh_home(self):
        shutil.rmtree(self.work / "home")
        shutil.copytree(self.work / "saved", self.work / "home", symlinks=True)
        os.sync()


def measure(work, options):
    report = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0], "pairs": {}, "goals": []}
    for pair in programs(work / "debian", options):
        name, before, _, after, new = pair
        alone = Releases(work / name / "alone", pair, options, agent=False)
        both = Releases(work / name / "both", pair, options, agent=True)
        made, made_of_both = alone.delta(), both.delta()
        row = {"versions": [before, after], "binary_bytes": os.path.getsize(alone.work / NEW / "tool"), "archive_bytes": alone.entry["size"],
               "delta_bytes": made and made[0], "format": made and made[1], "publish_seconds": round(alone.seconds, 1),
               "with_updater": {"archive_bytes": both.entry["size"], "delta_bytes": made_of_both and made_of_both[0]}}
        if made_of_both:
            row["update"] = both.update_costs()
        report["pairs"][name] = row
        print_row(name, row)
        shutil.rmtree(work / name)
    shares = [share(row["delta_bytes"], row["archive_bytes"]) for row in report["pairs"].values()]
    peaks = [row["update"]["delta"]["anonymous_peak_bytes"] / MIB for row in report["pairs"].values() if "update" in row]
    for text, found, limit, unit in (("a delta on the median pair, of the archive", statistics.median(shares), MEDIAN_GOAL, "%"),
                                     ("a delta on the worst pair, of the archive", max(shares), WORST_GOAL, "%"),
                                     ("anonymous peak memory of an update by delta", max(peaks, default=0), MEMORY_GOAL / MIB, "MiB")):
        report["goals"].append({"goal": text, "found": round(found, 2), "limit": limit, "unit": unit, "met": found <= limit})
    report["load_after"] = os.getloadavg()[0]
    return report


def share(delta, archive):
    """In per cent; a delta that was not worth it is the archive."""
    return 100 * (delta or archive) / archive


def print_row(name, row):
    both = row["with_updater"]
    cost = "".join(f"; {way} {each['bytes'] / 1e6:.2f} MB in {each['seconds']:.2f} s, {each['anonymous_peak_bytes'] / MIB:.1f} MiB"
                   for way, each in row.get("update", {}).items())
    print(f"{name:11}{row['versions'][0]:>24} -> {row['versions'][1]:<24}archive {row['archive_bytes'] / 1e6:7.2f} MB  delta {share(row['delta_bytes'], row['archive_bytes']):5.1f} % "
          f"({row['format']})  with updater {share(both['delta_bytes'], both['archive_bytes']):5.1f} %{cost}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cco", type=Path)
    parser.add_argument("cco_release", type=Path)
    parser.add_argument("--pairs", type=lambda text: text.split(","), help="these alone; cco is in wherever --cco-before is given")
    parser.add_argument("--cco-before", type=Path, help="an earlier build of the agent")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    options.cco, options.cco_release = options.cco.resolve(), options.cco_release.resolve()
    with tempfile.TemporaryDirectory(prefix="deltas-bench-") as name:
        os.chmod(name, 0o755)
        report = measure(Path(name), options)
    for goal in report["goals"]:
        print(f"{'met   ' if goal['met'] else 'MISSED'}  {goal['goal']}: {goal['found']:.2f} {goal['unit']} (at most {goal['limit']:.2f})")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if options.gate and not all(goal["met"] for goal in report["goals"]) else 0


if __name__ == "__main__":
    sys.exit(main())
