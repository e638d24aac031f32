#!/usr/bin/env python3
"""The packaging benchmark: `cco-release` on the six platforms of esbuild against the same work by stock tools, in one run.

    tests/bench/packaging.py PATH/TO/cco-release [--runs 5] [--level L] [--json FILE] [--gate]

Both sides make archives, SHA-256 sums and minisign signatures of the same 66 MB; cco-release also inspects the binaries and writes the
manifest, installers, formula and Scoop file. Stock side: GNU tar, then libdeflate-gzip (or gzip) -9, two at a time, sha256sum, minisign.
Wall times are medians of runs that take turns, so that a machine's mood hits all of them; CPU time is that of all
processes of a side, memory the peak of its main process, both as the kernel counts them (wait4). With --gate the exit status is 1 where a goal is missed.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLATFORMS = ["darwin-arm64", "darwin-x86_64", "linux-x86_64", "linux-aarch64", "windows-x86_64", "windows-arm64"]
VERSION = "0.28.1"
JOBS = 2
MIB = 1 << 20
ROOT = Path(__file__).resolve().parents[2]


def fixtures():
    return Path(subprocess.run([ROOT / "tests/fixtures/fetch"], check=True, capture_output=True, text=True).stdout.strip())


def suffix(platform):
    return ".exe" if platform.startswith("windows") else ""


class Case:
    """One contestant: what is done before the clock runs, and the command."""

    def __init__(self, name, command, before=lambda: None, cwd=None):
        self.name, self.command, self.before, self.cwd = name, command, before, cwd
        self.seconds, self.cpu, self.peak = [], [], []

    def run(self, env):
        self.before()
        start = time.perf_counter()
        with open(os.devnull, "r+b") as null, tempfile.TemporaryFile() as errors:
            child = subprocess.Popen(self.command, cwd=self.cwd, env=env, stdin=null, stdout=null, stderr=errors)
            _, status, usage = os.wait4(child.pid, 0)
            self.seconds.append(time.perf_counter() - start)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                errors.seek(0)
                sys.exit(f"{self.name}: exit {child.returncode}: {errors.read().decode()}")
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak.append(usage.ru_maxrss * 1024)

    @property
    def median(self):
        return statistics.median(self.seconds)


def configuration(work, cache, public_key, level):
    binary = cache / "esbuild/{version}/{platform}/esbuild{exe}"
    files = cache / "esbuild/{version}"
    return f"""schema = 1
[product]
name = "esbuild"
description = "An extremely fast bundler for the web"
homepage = "https://esbuild.github.io"
license = "MIT"
maintainer = "esbuild maintainers <maintainers@example.com>"
[version]
scheme = "semver"
[build]
platforms = {json.dumps(PLATFORMS)}
binary = "{binary}"
[archive]
{f"level = {level}" if level else ""}
files = [{{ src = "{files}/README.md", dst = "README.md" }}, {{ src = "{files}/LICENSE.md", dst = "LICENSE.md" }}]
[sign]
public_key = "{public_key}"
key = "{work}/key.key"
[[destination]]
type = "directory"
path = "{work}/site"
url = "https://releases.example.com/esbuild"
[installers]
[homebrew]
[scoop]
"""


def tree_state(root):
    return {str(p): (p.stat().st_mtime_ns, p.stat().st_ino, p.stat().st_size) for p in sorted(root.rglob("*"))}


def archive_bytes(folder):
    return sum(p.stat().st_size for p in folder.iterdir() if p.name.endswith((".tar.gz", ".zip")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cco_release", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--level", type=int, help="of [archive]; without: its default")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    program = options.cco_release.resolve()
    cache = fixtures()
    inputs = [cache / "esbuild" / VERSION / p / f"esbuild{suffix(p)}" for p in PLATFORMS]
    with tempfile.TemporaryDirectory(prefix="packaging-bench-") as name:
        report = measure(Path(name), program, cache, inputs, options)
    print_report(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if options.gate and not all(goal["met"] for goal in report["goals"]) else 0


def measure(work, program, cache, inputs, options):
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(work / "home"), "LC_ALL": "C.UTF-8"}
    (work / "home").mkdir()
    subprocess.run([program, "keys", "new", "--out", work / "key", "--no-password"], check=True, env=env, capture_output=True)
    public_key = (work / "key.pub").read_text().splitlines()[-1]
    for level in {options.level, 12}:
        (work / f"level-{level}.toml").write_text(configuration(work, cache, public_key, level))

    stock_in, stock_out = work / "stock", work / "stock-out"
    for platform, binary in zip(PLATFORMS, inputs):
        (stock_in / platform).mkdir(parents=True)
        shutil.copy(binary, stock_in / platform)
        for text in ("README.md", "LICENSE.md"):
            shutil.copy(cache / "esbuild" / VERSION / text, stock_in / platform)

    def fresh(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        os.sync()

    def stock(tool):
        pack = (f'tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1795168800 --format=ustar -cf "{stock_out}/$1.tar" -C "{stock_in}/$1" . '
                f'&& {tool} -9 "{stock_out}/$1.tar"')
        script = (f"set -e; printf '%s\\n' {' '.join(PLATFORMS)} | xargs -P{JOBS} -n1 sh -c '{pack}' sh\n"
                  f"cd {stock_out}; sha256sum *.tar.gz >checksums.sha256\n"
                  f"minisign -Sm *.tar.gz checksums.sha256 -s {work}/key.key >/dev/null")
        return Case(tool, ["sh", "-c", script], lambda: fresh(stock_out))

    def ours(name, level, *more):
        return Case(name, [program, "publish", "--skip", "publish", "-f", work / f"level-{level}.toml", "--dist", work / "dist", "-p", str(JOBS),
                           "--version", VERSION, "--date", "2026-11-20T10:00:00Z", *more], cwd=work)

    full = ours("cco-release", options.level)
    full.before = lambda: fresh(work / "dist")
    again = ours("again", options.level)
    version = Case("version", [program, "version"])
    libdeflate, gzip = stock("libdeflate-gzip"), stock("gzip")
    for case in (full, libdeflate):  # once unmeasured: caches
        case.run(env)
        case.seconds.clear()
        case.cpu.clear()
        case.peak.clear()
    sizes = {}
    for _ in range(options.runs):
        full.run(env)
        sizes["cco-release"] = archive_bytes(work / "dist" / VERSION / "assets")
        before = tree_state(work / "dist")
        again.run(env)
        if tree_state(work / "dist") != before:
            sys.exit("the run with nothing changed wrote something")
        libdeflate.run(env)
        sizes["libdeflate-gzip"] = archive_bytes(stock_out)
        gzip.run(env)
        sizes["gzip"] = archive_bytes(stock_out)
        version.run(env)
    smallest = ours("level 12", 12)
    smallest.before = lambda: fresh(work / "dist")
    smallest.run(env)
    sizes["level 12"] = archive_bytes(work / "dist" / VERSION / "assets")

    largest = max(path.stat().st_size for path in inputs)
    cases = {case.name: {"seconds": round(case.median, 4), "cpu_seconds": round(statistics.median(case.cpu), 4), "of": len(case.seconds), "peak_bytes": max(case.peak)}
             for case in (full, again, libdeflate, gzip, version, smallest)}
    goals = []

    def goal(text, found, limit, unit):
        goals.append({"goal": text, "found": round(found, 4), "limit": round(limit, 4), "unit": unit, "met": found <= limit})

    goal("wall time against tar + libdeflate-gzip -9", full.median / libdeflate.median, 1.1, "x")
    goal("archives against GoReleaser 2.16 on the same input", sizes["cco-release"] / 1e6, 27.56 * 0.97, "MB")
    goal("archives with level = 12", sizes["level 12"] / 1e6, 25.95, "MB")
    goal("peak memory", max(full.peak) / MIB, 64, "MiB")
    goal("peak memory against jobs x 2.6 x the largest binary", max(full.peak) / MIB, JOBS * 2.6 * largest / MIB, "MiB")
    goal("peak memory with level = 12", max(smallest.peak) / MIB, 64, "MiB")
    goal("again, nothing changed", again.median, 0.3, "s")
    goal("cco-release version", version.median * 1000, 10, "ms")
    return {"runs": options.runs, "level": options.level, "input_bytes": sum(p.stat().st_size for p in inputs), "cores": os.cpu_count(),
            "cases": cases, "archive_bytes": sizes, "goals": goals}


def print_report(report):
    reference = report["cases"]["libdeflate-gzip"]["seconds"]
    print(f"{report['input_bytes'] / 1e6:.1f} MB in, {JOBS} jobs on {report['cores']} cores, medians of {report['runs']}, level {report['level'] or 'by default'}")
    print(f"{'':18}{'wall':>10}{'ratio':>8}{'CPU':>10}{'peak':>12}{'archives':>12}")
    for name, case in report["cases"].items():
        size = report["archive_bytes"].get(name)
        print(f"{name:18}{case['seconds']:>8.3f} s{case['seconds'] / reference:>8.2f}{case['cpu_seconds']:>8.3f} s{case['peak_bytes'] / MIB:>8.1f} MiB"
              + (f"{size / 1e6:>9.2f} MB" if size else ""))
    for goal in report["goals"]:
        print(f"{'met   ' if goal['met'] else 'MISSED'}  {goal['goal']}: {goal['found']:.2f} {goal['unit']} (at most {goal['limit']:.2f})")


if __name__ == "__main__":
    sys.exit(main())
