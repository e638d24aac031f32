#!/usr/bin/env python3
"""What a publish costs: requests, time over a line of 50 ms and 20 MB/s, memory with large archives, and a long past.

    tests/bench/publishing.py PATH/TO/cco PATH/TO/cco-release PATH/TO/libset_clock.so [--runs 5] [--megabytes 20] [--large 1000] [--only PART] [--gate]

The servers are those of the tests (tests/support/github_server.py), which wait and count as they are told. What is measured, all in one run:

- requests: of a first publish, of the same again and of `promote`, by destination, where everything goes everywhere at once
  (tests/fault/all_requests.py says what that is). Downloads of strangers are counted beside those of API and git;
- line: a publish of six platforms, made and signed before, to GitHub over that line, against the bytes of both ways over its rate: archives
  go up once and come back once, for a stranger's check. Medians of --runs, beside
  curl that moves the archives alone in the same run. Then killed while the last archives go up: what the next run sends;
- memory: highest RssAnon and VmHWM of a publish with an archive of 10 MB and of --large MB;
- past: the same publish and the same again, at a repository with 2,000 releases and 1,000 assets of before and at one with none, taking turns.

With --gate the exit status is 1 where a goal is missed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests/fault"), str(SOURCE / "tests/support")]
os.environ["SOURCE_ROOT"] = str(SOURCE)
PLATFORMS = ["linux-x86_64", "linux-aarch64", "darwin-x86_64", "darwin-arm64", "windows-x86_64", "windows-arm64"]
MIB = 1 << 20
ROUND_TRIP, RATE = 0.05, 20e6
AT_ONCE = 4  # as releaser/destinations/github.cpp


class Goals:
    def __init__(self):
        self.missed = 0

    def show(self, text, found, limit, unit=""):
        met = found <= limit
        self.missed += not met
        print(f"{'met   ' if met else 'MISSED'}  {text}: {found:.2f}{unit} (at most {limit:g}{unit})", flush=True)


def measure_requests(goals, root):
    """By destination: (API or git, downloads, uploads)."""
    from all_requests import Everywhere  # its modules read the environment

    world = Everywhere(root)
    log = root / "forge/log.jsonl"
    ports = {url.rsplit(":", 1)[1].split("/")[0]: name for name, url in world.urls.items() if name != "ca"}

    def counted(title, goal):
        table = {}
        for line in log.read_text().splitlines():
            entry = json.loads(line)
            path = entry["path"]
            host = ports[str(entry["port"])]
            where = {"api": "github", "uploads": "github", "web": "github", "assets": "github"}.get(host, host)
            if host == "git":
                where = {"hello": "pages (git)", "tap": "tap (git)", "bucket": "bucket (git)"}[path[1:].split(".git")[0]]
            row = table.setdefault(where, [0, 0, 0])
            if entry["method"] == "POST" and "/assets" in path:
                row[2] += 1
            elif "/releases/download/" in path or "/blob/" in path or "/attachments/" in path:
                row[1] += 1
            else:
                row[0] += 1
        print(title)
        for where, row in sorted(table.items()):
            print(f"  {where:14}{row[0]:>4} of API or git {row[1]:>4} downloads {row[2]:>4} uploads")
            if goal:
                goals.show(f"{title}: {where}: requests of API or git", row[0], 3)
                goals.show(f"{title}: {where}: uploads", row[2], 0)
        log.write_text("")

    try:
        world.back_to_start()
        world.control("/faults", [])
        log.write_text("")
        world.must_publish("--version", "1.1.0")
        counted("first publish of a version", False)
        world.must_publish("--version", "1.1.0")
        counted("the same again", True)
        world.bash("hello_binary bin/linux-x86_64/hello 'hello 2.0.0-beta.1'")
        world.must_publish("--version", "2.0.0-beta.1")
        log.write_text("")
        done = subprocess.run([os.environ["CCO_RELEASE"], "promote", "2.0.0-beta.1", "--to", "stable", "--yes"], cwd=world.project, env=world.environment,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"promote: {done.stderr}")
        counted("promote", False)
    finally:
        world.close()


class Project:
    """The site in a folder, archives at GitHub. Its --skip publish is done, so that a publish is what is measured."""

    def __init__(self, root, sizes, *options, past=None):
        self.root, self.project, self.start = root, root / "project", root / "start"
        (self.project / "man").mkdir(parents=True)
        self.server = subprocess.Popen([SOURCE / "tests/support/github_server.py", root / "forge", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = json.loads(self.server.stdout.readline())
        self.log = root / "forge/log.jsonl"
        self.environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": self.urls["ca"], "GH_TOKEN": "secret"}
        self.control("/reset", {"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}, "remaining": 10**9}}})
        if past:
            self.control("/fill", {"repository": "maker/hello", **past})
        script = '. "$SOURCE_ROOT/tests/support/tap.sh"; . "$SOURCE_ROOT/tests/cli/hello_project.sh"; hello_project .'
        subprocess.run(["bash", "-c", script], cwd=self.project, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={"PATH": os.environ["PATH"], "CCO_RELEASE": os.environ["CCO_RELEASE"], "SOURCE_ROOT": str(SOURCE)})
        for platform, size in sizes.items():
            file = self.project / "bin" / platform / ("hello.exe" if "windows" in platform else "hello")
            file.parent.mkdir(exist_ok=True)
            if platform != "linux-x86_64":
                subprocess.run([SOURCE / "tests/support/foreign_program.py", platform, file], check=True)
            with open(file, "ab") as out:  # nothing that packing makes smaller
                for _ in range(size // MIB):
                    out.write(os.urandom(MIB))
        config = self.project / "cco-release.toml"
        text = config.read_text().replace('url = "https://releases.example.com/hello"', 'url = "https://releases.example.com/hello"\ncarries = ["site"]')
        text = text.replace('["linux-x86_64"]', json.dumps(list(sizes))).replace("[homebrew]\n[scoop]\n", "").replace("[archive]", "[archive]\nlevel = 1")
        config.write_text(text + f"""
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "{self.urls["api"]}"
upload_url = "{self.urls["uploads"]}"
url = "{self.urls["web"]}/maker/hello"
""")
        self.run("--skip", "publish")
        shutil.copytree(self.project, self.start)
        self.control("/save", {"name": "start"})

    def control(self, path, body):
        import urllib.request
        request = urllib.request.Request(self.urls["control"] + path, json.dumps(body).encode())
        return json.loads(urllib.request.urlopen(request, timeout=600).read())

    def fresh(self):
        shutil.rmtree(self.project)
        shutil.copytree(self.start, self.project)
        self.control("/restore", {"name": "start"})
        self.log.write_text("")
        os.sync()

    def begin(self, *arguments):
        return subprocess.Popen([os.environ["CCO_RELEASE"], "publish", "--version", "1.0.0", "--date", "2026-11-20T10:00:00Z", *arguments], cwd=self.project,
                                env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments):
        """Seconds of wall time, and of the CPU."""
        start = time.perf_counter()
        process = self.begin(*arguments)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"publish ends with {process.returncode}: {errors}")
        return time.perf_counter() - start, usage.ru_utime + usage.ru_stime

    def requests(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def sent(self):
        return sum(entry["length"] for entry in self.requests() if entry["host"] == "uploads")

    def close(self):
        self.server.stdin.close()
        self.server.wait()
        shutil.rmtree(self.root)


def move_by_curl(project):
    """Seconds in which curl brings the archives there and then back, as many at a time as a publish: what the line bears on this machine, as busy as it is."""
    archives = sorted(path for path in (project.start / "dist/1.0.0").rglob("hello-v1.0.0-*") if path.stat().st_size > MIB)
    curl = ["curl", "-sS", "--fail", "--cacert", project.urls["ca"], "-H", "Authorization: Bearer secret"]
    run = lambda *command: json.loads(subprocess.run([*curl, *command], check=True, capture_output=True).stdout)
    release = run("--data", '{"tag_name": "curl", "draft": true}', f"{project.urls['api']}/repos/maker/hello/releases")["id"]
    # Streamed: with --data-binary curl would hold the file.
    up = lambda archive: run("-H", "Content-Type: application/octet-stream", "-H", "Expect:", "-X", "POST", "-T", archive,
                             f"{project.urls['uploads']}/repos/maker/hello/releases/{release}/assets?name={archive.name}")["id"]
    down = lambda asset: subprocess.run([*curl[:-2], "-o", os.devnull, f"{project.urls['assets']}/blob/{asset}"], check=True)
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        assets = list(pool.map(up, archives))
        list(pool.map(down, assets))
    return time.perf_counter() - start


def measure_line(goals, root, options):
    project = Project(root, {platform: options.megabytes * MIB for platform in PLATFORMS}, "--latency", str(ROUND_TRIP), "--rate", str(RATE))
    try:
        seconds, cpu, peer = [], [], []
        for _ in range(options.runs):
            project.fresh()
            peer.append(move_by_curl(project))
            project.fresh()
            wall, busy = project.run()
            seconds.append(wall)
            cpu.append(busy)
        up = project.sent()
        ideal = 2 * up / RATE
        found = statistics.median(seconds)
        print(f"line: {len(PLATFORMS)} platforms, {up / 1e6:.1f} MB up and down again, {len(project.requests())} requests: {found:.2f} s ({', '.join(f'{s:.2f}' for s in seconds)}; "
              f"{statistics.median(cpu):.2f} s of the CPU), bytes over rate {ideal:.2f} s, "
              f"curl moves the archives alone in {statistics.median(peer):.2f} s")
        goals.show("line: time against bytes over rate", found / ideal, 1.1, " x")
        goals.show("line: curl alone, its bytes over rate", statistics.median(peer) / ideal, 1.1, " x")
        # Killed while the last two archives are on their way.
        project.fresh()
        process = project.begin()
        while process.poll() is None:
            archives = [entry for entry in project.requests() if entry["host"] == "uploads" and entry["length"] > MIB]
            if len(archives) >= AT_ONCE:
                time.sleep(0.5 * options.megabytes * MIB / RATE)
                break
            time.sleep(0.02)
        process.kill()
        process.communicate()
        time.sleep(0.5)
        whole = sum(entry["length"] for entry in project.requests() if entry["host"] == "uploads" and entry["status"] == 201)
        project.log.write_text("")
        project.run()
        again = project.sent()
        print(f"line: killed in the last archives, when {whole / 1e6:.1f} MB were stored; the next run sends {again / 1e6:.1f} MB")
        goals.show("line: sent after a kill against what was not stored", again / (up - whole), 1.01, " x")
    finally:
        project.close()


def watched(process):
    """The highest RssAnon and VmHWM of a process while it runs."""
    anonymous = total = 0
    reader = threading.Thread(target=process.stderr.read)
    reader.start()
    while process.poll() is None:
        try:
            fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines())
        except (FileNotFoundError, ProcessLookupError):
            break
        if "RssAnon" in fields:
            anonymous, total = max(anonymous, int(fields["RssAnon"].split()[0]) * 1024), max(total, int(fields["VmHWM"].split()[0]) * 1024)
        time.sleep(0.002)
    process.wait()
    reader.join()
    if process.returncode != 0:
        sys.exit(f"publish ends with {process.returncode}")
    return anonymous, total


def measure_memory(goals, root, options):
    peaks = {}
    for megabytes in (10, options.large):
        project = Project(root / str(megabytes), {"linux-x86_64": megabytes * 1000**2})
        try:
            project.fresh()
            peaks[megabytes] = watched(project.begin())
            print(f"memory: archive of {megabytes} MB: {peaks[megabytes][0] / MIB:.1f} MiB of its own, {peaks[megabytes][1] / MIB:.1f} MiB with files", flush=True)
        finally:
            project.close()
    goals.show(f"memory: with {options.large} MB", peaks[options.large][1] / MIB, 64, " MiB")
    goals.show(f"memory: of its own, with {options.large} MB against 10 MB", peaks[options.large][0] / peaks[10][0], 1.1, " x")


def measure_past(goals, root, options):
    # Over the round trip of a real host, where requests cost what they cost there.
    line = ("--latency", str(ROUND_TRIP))
    projects = {"none": Project(root / "none", {"linux-x86_64": MIB}, *line),
                "long": Project(root / "long", {"linux-x86_64": MIB}, *line, past={"releases": 2000, "assets": 1000})}
    try:
        found = {(name, what): [] for name in projects for what in ("publish", "again")}
        counts = {}
        for _ in range(options.runs):
            for name, project in projects.items():
                project.fresh()
                for what in ("publish", "again"):
                    project.log.write_text("")
                    found[name, what].append(project.run()[0])
                    counts[name, what] = len(project.requests())
        for what in ("publish", "again"):
            medians = {name: statistics.median(found[name, what]) for name in projects}
            print(f"past: {what}: none {medians['none']:.2f} s, {counts['none', what]} requests; 2,000 releases {medians['long']:.2f} s, {counts['long', what]} requests")
            goals.show(f"past: {what} with 2,000 releases against none", medians["long"] / medians["none"], 1.1, " x")
    finally:
        for project in projects.values():
            project.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cco", type=pathlib.Path)
    parser.add_argument("cco_release", type=pathlib.Path)
    parser.add_argument("set_clock", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=20, help="of each of the six archives")
    parser.add_argument("--large", type=int, default=1000, help="of the large archive, in MB")
    parser.add_argument("--only", choices=("requests", "line", "memory", "past"))
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    for name, path in (("CCO", options.cco), ("CCO_RELEASE", options.cco_release), ("SET_CLOCK", options.set_clock)):
        os.environ[name] = str(path.resolve())
    goals = Goals()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="publishing-bench-") as name:
        root = pathlib.Path(name)
        root.chmod(0o755)
        parts = {"requests": lambda: measure_requests(goals, root / "requests"), "line": lambda: measure_line(goals, root / "line", options),
                 "memory": lambda: measure_memory(goals, root / "memory", options), "past": lambda: measure_past(goals, root / "past", options)}
        for part, measure in parts.items():
            if options.only in (None, part):
                (root / part).mkdir()
                measure()
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return 1 if options.gate and goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
