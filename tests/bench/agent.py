#!/usr/bin/env python3
"""The agent's benchmark: a check that finds nothing, memory and time of `update` to a binary of 100 MB and of 1 GB.

    tests/bench/agent.py PATH/TO/cco PATH/TO/cco-release [--runs 5] [--sizes 100,1000] [--json FILE] [--gate]

A product is made by `cco-release` (a small program with half random, half text-like bytes behind it) and served over HTTPS by Debian's
nginx. What is measured:

- a check that finds nothing new: its requests, and the bytes of requests and answers by nginx's log (TLS' own bytes not counted);
- the rename by which product and updater change at once, by strace;
- `notice` on a terminal, against `version`, which only starts: medians of 41 turns;
- anonymous peak memory of `update`: RssAnon of /proc/PID/status, read every millisecond, so pages of mapped files (the program itself, its
  libraries) are not in it. It may miss a short peak, therefore a second look that misses nothing: the same update under RLIMIT_DATA of
  the goal, where the kernel refuses every private writable page beyond it, touched or not;
- wall time of `update` against curl + sha256sum + tar x + sync of the same archive from the same server. They take turns in one run, so
  that a machine's mood hits both; the goal is about the medians. All caches are flushed before each turn.

With --gate the exit status is 1 where a goal is missed.
"""
import argparse
import hashlib
import json
import os
import random
import re
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from agent_world import LIBRARIES, PLATFORM  # noqa: E402

MIB = 1 << 20
MEMORY_GOAL = 32 * MIB
NOTICE_GOAL_MS, NOTICES = 5, 41
SWITCH_GOAL_MS, SWITCHES = 5, 9
OLD, NEW = "1.0.0", "1.1.0"
PROGRAM = '#include <stdio.h>\nint main(void) { puts("load " VERSION); return 0; }\n'


def payload(size):
    """A piece of which deflate keeps a good half, over and over: its window is too small to see the repetition."""
    source = random.Random(1)
    words = [bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz_", k=source.randint(2, 11))) for _ in range(3000)]
    piece = bytearray()
    while len(piece) < 8 * MIB:
        piece += source.randbytes(4096)
        text = b" ".join(source.choices(words, k=800))
        piece += text[:4096]
    while size > 0:
        yield bytes(piece[:size])
        size -= len(piece)


class Server:
    """Debian's nginx on 127.0.0.1, with an authority of its own."""

    def __init__(self, work):
        self.work, self.log, self.ca = work, work / "access.log", work / "ca.pem"
        run = lambda *command: subprocess.run(command, check=True, capture_output=True)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        run("openssl", "req", "-x509", *curve, "-days", "2", "-subj", "/CN=bench CA", "-keyout", work / "ca.key", "-out", self.ca)
        run("openssl", "req", *curve, "-subj", "/CN=localhost", "-keyout", work / "leaf.key", "-out", work / "leaf.csr")
        (work / "leaf.cnf").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
        run("openssl", "x509", "-req", "-in", work / "leaf.csr", "-CA", self.ca, "-CAkey", work / "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", work / "leaf.cnf", "-out", work / "leaf.pem")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"https://localhost:{self.port}"
        temporary = " ".join(f"{kind}_temp_path {work}/nginx-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (work / "nginx.conf").write_text(f"""{user} daemon off; pid {work}/nginx.pid; error_log {work}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  log_format plain '$request_length $bytes_sent $status $request_uri $connection';
  access_log {self.log} plain;
  {temporary}
  sendfile on;
  server {{ listen 127.0.0.1:{self.port} ssl; ssl_certificate {work}/leaf.pem; ssl_certificate_key {work}/leaf.key; root {work}/sites; }}
}}
""")
        self.process = subprocess.Popen([shutil.which("nginx", path="/usr/sbin:/sbin:/usr/bin:/usr/local/sbin"), "-c", work / "nginx.conf", "-p", work],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context = ssl.create_default_context(cafile=self.ca)
        for _ in range(200):
            try:
                with socket.create_connection(("localhost", self.port), 5) as plain, context.wrap_socket(plain, server_hostname="localhost"):
                    return
            except OSError:
                time.sleep(0.05)
        sys.exit("nginx does not start: " + (work / "error.log").read_text())

    def requests(self):
        """(bytes asked, bytes answered, status, path, connection) of each request in the log."""
        return [(int(f[0]), int(f[1]), int(f[2]), f[3], f[4]) for f in (line.split() for line in self.log.read_text().splitlines())]

    def close(self):
        self.process.terminate()
        self.process.wait()


class Product:
    """One product: OLD is small, NEW has `size` bytes."""

    def __init__(self, work, server, size, tools):
        self.work, self.size, self.tools = work / f"product-{size}", size, tools
        self.url = f"{server.url}/{size}"
        self.site = work / "sites" / str(size)
        self.environment = {"HOME": str(self.work / "home"), "PATH": f"{self.work}/home/.local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                            "SSL_CERT_FILE": str(server.ca)}
        self.site.mkdir(parents=True)
        (self.work / "home").mkdir(parents=True)
        self.make()

    def make(self):
        run = lambda *command, **more: subprocess.run(command, check=True, capture_output=True, cwd=self.work, **more)
        run(self.tools.cco_release, "keys", "new", "--out", "load", "--no-password")
        run("strip", "-o", "cco", self.tools.cco)
        (self.work / "cco-release.toml").write_text(f"""schema = 1
[product]
name = "load"
description = "A program with much behind it"
homepage = "https://example.com"
license = "MIT"
maintainer = "Bench <bench@example.com>"
[version]
scheme = "semver"
[build]
platforms = ["{PLATFORM}"]
binary = "{{version}}/load"
allow_libraries = {json.dumps(LIBRARIES)}
[agent]
binary = "cco"
probe = ["load", "--version"]
[sign]
public_key = "{(self.work / "load.pub").read_text().splitlines()[-1]}"
key = "load.key"
[[destination]]
type = "directory"
path = "{self.site}"
url = "{self.url}"
[installers]
""")
        run(self.tools.cco_release, "trust", "init", "--preset", "ci-stable", "--no-password", "--keys", "offline")
        (self.work / "load.c").write_text(PROGRAM)
        for version, day in ((OLD, 20), (NEW, 21)):
            (self.work / version).mkdir()
            run("gcc", "-O1", "-s", f'-DVERSION="{version}"', "-o", f"{version}/load", "load.c")
            if version == NEW:
                with open(self.work / version / "load", "ab") as binary:
                    for piece in payload(self.size - binary.tell()):
                        binary.write(piece)
            made = subprocess.run([self.tools.cco_release, "publish", "--version", version, "--date", f"2026-11-{day}T10:00:00Z"], cwd=self.work,
                                  capture_output=True, text=True)
            if made.returncode != 0:
                sys.exit(f"publish {version}: {made.stderr}")
            if version == OLD:
                self.install()
        shutil.rmtree(self.work / "dist")
        self.asset = f"load-v{NEW}-{PLATFORM}.tar.gz"
        archive = self.site / "releases" / f"v{NEW}" / self.asset
        self.archive_bytes = archive.stat().st_size
        with open(archive, "rb") as file:
            self.sha256 = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()

    def install(self):
        subprocess.run(f"set -e; tar -xzf {self.site}/releases/v{OLD}/load-v{OLD}-{PLATFORM}.tar.gz -C {self.work}; {self.work}/load-updater install --quiet",
                       shell=True, check=True, env=self.environment, capture_output=True)
        shutil.copytree(self.work / "home", self.work / "saved", symlinks=True)

    def fresh_home(self):
        shutil.rmtree(self.work / "home")
        shutil.copytree(self.work / "saved", self.work / "home", symlinks=True)
        os.sync()

    def updater(self, *arguments):
        return [f"{self.work}/home/.local/bin/load-updater", *arguments]

    def require_new(self):
        said = subprocess.run([f"{self.work}/home/.local/bin/load"], env=self.environment, capture_output=True, text=True, check=True).stdout
        if said != f"load {NEW}\n":
            sys.exit(f"the update did not arrive: {said!r}")


def timed(command, environment, cwd):
    """Seconds of wall and CPU time; the command must end well."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            errors.seek(0)
            sys.exit(f"{command[0]}: exit {child.returncode}: {errors.read().decode()}")
    return seconds, usage.ru_utime + usage.ru_stime


def anonymous_peak(command, environment):
    """The highest RssAnon of the process while it runs, and its VmHWM, which counts pages of files too."""
    child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    anonymous = total = samples = 0
    while child.poll() is None:
        try:
            fields = dict(line.split(":", 1) for line in Path(f"/proc/{child.pid}/status").read_text().splitlines())
        except (FileNotFoundError, ProcessLookupError):
            break
        if "RssAnon" in fields:
            anonymous = max(anonymous, int(fields["RssAnon"].split()[0]) * 1024)
            total = max(total, int(fields["VmHWM"].split()[0]) * 1024)
            samples += 1
        time.sleep(0.001)
    errors = child.communicate()[1]
    if child.returncode != 0:
        sys.exit(f"{command[0]}: exit {child.returncode}: {errors.decode()}")
    return anonymous, total, samples


def check_cost(server, product):
    """Requests and bytes of `update --check` where the newest release is installed, the second time."""
    for _ in range(2):
        server.log.write_text("")
        subprocess.run(product.updater("update", "--check"), env=product.environment, check=True, capture_output=True)
    requests = server.requests()
    return {"requests": len(requests), "connections": len({r[4] for r in requests}), "bytes_asked": sum(r[0] for r in requests),
            "bytes_answered": sum(r[1] for r in requests), "statuses": [r[2] for r in requests]}


def notice_cost(product):
    """Seconds of `notice` on a terminal where an update is known, and of `version`, which only starts: medians, in turns."""
    subprocess.run(product.updater("update", "--check"), env=product.environment, check=False, capture_output=True)
    master, terminal = os.openpty()
    found = {"notice": [], "version": []}
    for _ in range(NOTICES):
        for command, seconds in found.items():
            start = time.perf_counter()
            subprocess.run(product.updater(command), env={**product.environment, "TERM": "xterm"}, stdin=terminal, stdout=terminal, stderr=terminal, check=True)
            seconds.append(time.perf_counter() - start)
            shown = os.read(master, 65536).decode()
            if command == "notice" and f"{NEW} is available" not in shown:
                sys.exit(f"there was no notice: {shown!r}")
    for end in (master, terminal):
        os.close(end)
    return {command: statistics.median(seconds) for command, seconds in found.items()}


def switch_cost(product):
    """Seconds that the one rename takes by which product and updater change, as strace sees it: median and longest of SWITCHES updates."""
    found = []
    trace = product.work / "trace"
    for _ in range(SWITCHES):
        product.fresh_home()
        subprocess.run(["strace", "-f", "-T", "-e", "trace=rename,renameat,renameat2", "-o", trace, *product.updater("update", "--yes")], env=product.environment,
                       check=True, capture_output=True)
        switches = re.findall(r'versions/current"[^"]* = 0 <([\d.]+)>', trace.read_text())
        if len(switches) != 1:
            sys.exit(f"not one switch: {trace.read_text()}")
        found.append(float(switches[0]))
    return {"median": statistics.median(found), "longest": max(found), "times": SWITCHES}


def peer_script(product, server):
    return (f"set -e; curl -fsS --cacert {server.ca} -o archive.tar.gz {product.url}/releases/v{NEW}/{product.asset}\n"
            f"echo '{product.sha256}  archive.tar.gz' | sha256sum -c --status\ntar -xzf archive.tar.gz\nsync\n")


def measure(work, tools, options):
    server = Server(work)
    report = {"cores": os.cpu_count(), "runs": options.runs, "load_before": os.getloadavg()[0], "sizes": {}, "goals": []}

    def goal(text, found, limit, unit):
        report["goals"].append({"goal": text, "found": round(found, 4), "limit": limit, "unit": unit, "met": found <= limit})

    try:
        peaks = []
        for size in options.sizes:
            product = Product(work, server, size * 1_000_000, tools)
            out = work / "peer"
            ours, peer, ours_cpu = [], [], []
            for turn in range(options.runs + 1):  # the first is not counted: caches
                product.fresh_home()
                seconds, cpu = timed(product.updater("update", "--yes"), product.environment, work)
                product.require_new()
                if "check" not in report:
                    report["check"] = check_cost(server, product)
                    goal("a check that finds nothing new: requests", report["check"]["requests"], 2, "")
                    product.fresh_home()
                    report["notice"] = notice_cost(product)
                    goal("a notice, beyond the start of the program", 1000 * (report["notice"]["notice"] - report["notice"]["version"]), NOTICE_GOAL_MS, "ms")
                    report["switch"] = switch_cost(product)
                    goal("the rename by which product and updater change", 1000 * report["switch"]["median"], SWITCH_GOAL_MS, "ms")
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir()
                os.sync()
                peer_seconds, _ = timed(["sh", "-c", peer_script(product, server)], product.environment, out)
                shutil.rmtree(out)
                if turn:
                    ours.append(seconds)
                    ours_cpu.append(cpu)
                    peer.append(peer_seconds)
            product.fresh_home()
            anonymous, total, samples = anonymous_peak(product.updater("update", "--yes"), product.environment)
            product.fresh_home()
            timed(["prlimit", f"--data={MEMORY_GOAL}", *product.updater("update", "--yes")], product.environment, work)
            product.require_new()
            peaks.append(anonymous)
            report["sizes"][str(size)] = {
                "binary_bytes": product.size, "archive_bytes": product.archive_bytes, "update_seconds": round(statistics.median(ours), 3),
                "update_cpu_seconds": round(statistics.median(ours_cpu), 3), "peer_seconds": round(statistics.median(peer), 3),
                "update_all": [round(s, 3) for s in ours], "peer_all": [round(s, 3) for s in peer],
                "anonymous_peak_bytes": anonymous, "resident_peak_bytes": total, "samples": samples, "runs_within_data_limit": True}
            goal(f"{size} MB: anonymous peak memory", anonymous / MIB, MEMORY_GOAL / MIB, "MiB")
            goal(f"{size} MB: wall time against curl + sha256sum + tar x + sync", statistics.median(ours) / statistics.median(peer), 1.0, "x")
            shutil.rmtree(product.work)
            shutil.rmtree(product.site)
        goal("memory of the largest against the smallest", max(peaks) / min(peaks), 1.1, "x")
    finally:
        server.close()
    report["load_after"] = os.getloadavg()[0]
    return report


def print_report(report):
    check = report["check"]
    print(f"medians of {report['runs']} on {report['cores']} cores, load {report['load_before']:.1f} before, {report['load_after']:.1f} after")
    print(f"a check that finds nothing new: {check['requests']} request(s) {check['statuses']} on {check['connections']} connection(s), "
          f"{check['bytes_asked']} bytes asked, {check['bytes_answered']} answered")
    print(f"{'':10}{'archive':>12}{'update':>10}{'CPU':>10}{'stock':>10}{'ratio':>8}{'anonymous':>13}{'resident':>12}")
    for name, case in report["sizes"].items():
        print(f"{name + ' MB':10}{case['archive_bytes'] / 1e6:>9.1f} MB{case['update_seconds']:>8.2f} s{case['update_cpu_seconds']:>8.2f} s{case['peer_seconds']:>8.2f} s"
              f"{case['update_seconds'] / case['peer_seconds']:>8.2f}{case['anonymous_peak_bytes'] / MIB:>9.1f} MiB{case['resident_peak_bytes'] / MIB:>8.1f} MiB")
    for goal in report["goals"]:
        print(f"{'met   ' if goal['met'] else 'MISSED'}  {goal['goal']}: {goal['found']:.2f} {goal['unit']} (at most {goal['limit']:.2f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cco", type=Path)
    parser.add_argument("cco_release", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", type=lambda text: [int(part) for part in text.split(",")], default=[100, 1000], help="of the new binary, in MB")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    options.cco, options.cco_release = options.cco.resolve(), options.cco_release.resolve()
    with tempfile.TemporaryDirectory(prefix="agent-bench-") as name:
        os.chmod(name, 0o755)
        report = measure(Path(name), options, options)
    print_report(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if options.gate and not all(goal["met"] for goal in report["goals"]) else 0


if __name__ == "__main__":
    sys.exit(main())
