#!/usr/bin/env python3
"""A publish to a folder (site) and GitHub (assets), disturbed at each of its requests in each way, or killed there; then run again until done.

The public state at the end is that of an undisturbed run, byte for byte. Meanwhile a stranger looks: whatever a public manifest names can be
fetched and is what it should be. `github_requests.py` tries every point, `github_requests.py STEP` each STEP-th one.
"""
import hashlib
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap  # noqa: E402

# What a request can meet; a run may make up for it by itself, or end with 6 or 16.
FAULTS = ["refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer", "stall", "429", "wrong_digest"]
# Where the program is killed: at a request that is not done yet, and at one that is, whose answer is on its way.
KILLS = ["stall", "stall_in_answer"]
DATE = "2026-11-20T10:00:00Z"
CONFIG = """
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "{api}"
upload_url = "{uploads}"
url = "{web}/maker/hello"
"""


class World:
    def __init__(self, root):
        self.root, self.project, self.start = root, root / "project", root / "start"
        self.project.mkdir()
        self.lock = threading.Lock()  # nobody looks while all is put back
        self.server = subprocess.Popen([f"{os.environ['SOURCE_ROOT']}/tests/support/github_server.py", root / "forge", "--site", self.project / "site"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = json.loads(self.server.stdout.readline())
        self.context = ssl.create_default_context(cafile=self.urls["ca"])
        self.environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": self.urls["ca"], "GH_TOKEN": "secret"}
        self.control("/reset", {"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}, "remaining": 10**9}}})
        self.bash('hello_project .')
        config = self.project / "cco-release.toml"
        text = config.read_text().replace('url = "https://releases.example.com/hello"', f'url = "{self.urls["site"]}"\ncarries = ["site"]')
        config.write_text(text + CONFIG.format(**self.urls))
        self.must_publish("--version", "1.0.0")
        self.bash("hello_binary bin/linux-x86_64/hello 'hello 1.1.0'")
        # The time of the first publish is fixed in dist/, so that all runs end in the same bytes.
        self.must_publish("--version", "1.1.0", "--skip", "publish")
        shutil.copytree(self.project, self.start, symlinks=True)
        self.control("/save", {"name": "start"})

    def bash(self, command):
        source = os.environ["SOURCE_ROOT"]
        script = f'. "{source}/tests/support/tap.sh"; . "{source}/tests/cli/hello_project.sh"; {command}'
        subprocess.run(["bash", "-c", script], cwd=self.project, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={"PATH": os.environ["PATH"], "CCO_RELEASE": os.environ["CCO_RELEASE"]})

    def control(self, path, body=None):
        request = urllib.request.Request(self.urls["control"] + path, json.dumps({} if body is None else body).encode())
        return json.loads(urllib.request.urlopen(request, timeout=60).read())

    def begin(self, *arguments):
        return subprocess.Popen([os.environ["CCO_RELEASE"], "publish", "--date", DATE, "--timeout", "30s", *arguments], cwd=self.project,
                                env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def publish(self, *arguments):
        process = self.begin(*arguments)
        errors = process.communicate(timeout=300)[1]
        return process.returncode, errors

    def must_publish(self, *arguments):
        status, errors = self.publish(*arguments)
        if status != 0:
            sys.exit(f"publish ends with {status}: {errors}")

    def back_to_start(self):
        with self.lock:
            # The folder itself stays: the server serves from it.
            for entry in self.project.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            shutil.copytree(self.start, self.project, symlinks=True, dirs_exist_ok=True)
            self.control("/restore", {"name": "start"})

    def public(self):
        site = self.project / "site"
        files = {str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(site.rglob("*")) if path.is_file()}
        return files, self.control("/state")

    def get(self, url):
        request = urllib.request.Request(url, headers={"User-Agent": "stranger"})
        return urllib.request.urlopen(request, context=self.context, timeout=60).read()

    def look(self):
        """What a public manifest names and is not there, or is another thing."""
        for name in ("version-manifest.json", "stable.version-manifest.json"):
            manifest = json.loads(self.get(f"{self.urls['site']}/{name}"))
            for version, release in manifest["versions"].items():
                for entry in release["platforms"].values():
                    for url in [entry["url"], *(entry.get("mirrors") or [])]:
                        try:
                            data = self.get(url)
                        except urllib.error.HTTPError as error:
                            return f"{name}: {version}: {url}: {error}"
                        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                            return f"{name}: {version}: {url}: other bytes"
        return None

    def close(self):
        self.server.stdin.close()
        self.server.wait()


class Stranger(threading.Thread):
    def __init__(self, world):
        super().__init__(daemon=True)
        self.world, self.ends, self.looks, self.seen = world, threading.Event(), 0, []

    def run(self):
        while not self.ends.wait(0.05):
            with self.world.lock:
                try:
                    problem = self.world.look()
                except (OSError, ValueError) as error:
                    problem = repr(error)
            self.looks += 1
            if problem:
                self.seen.append(problem)


def wait_for(world, count, process):
    """Until that many requests have come, or the process has ended."""
    while process.poll() is None and world.control("/count")["count"] < count:
        time.sleep(0.02)


def try_point(world, kind, fault, request, expected):
    """The problem of this point, or None."""
    world.back_to_start()
    world.control("/faults", [{"at": request, "do": fault, "seconds": 1}])
    if kind == "kill":
        process = world.begin("--version", "1.1.0")
        wait_for(world, request, process)
        process.kill()
        process.communicate()
    else:
        status, errors = world.publish("--version", "1.1.0")
        if status not in (0, 6, 16):
            return f"status {status}: {errors}"
    world.control("/faults", [])
    for _ in range(3):
        status, errors = world.publish("--version", "1.1.0")
        if status == 0:
            break
    else:
        return f"not done after three more runs: {status}: {errors}"
    found = world.public()
    return None if found == expected else f"another public state: {found} instead of {expected}"


def main():
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="github-requests.") as root:
        world = World(pathlib.Path(root))
        try:
            world.back_to_start()
            world.control("/faults", [])
            world.must_publish("--version", "1.1.0")
            requests, expected = world.control("/count")["count"], world.public()
            tap.case("an undisturbed run makes 1.1.0 public", [each["tag"] for each in expected[1]["maker/hello"]["releases"]] == ["v1.0.0", "v1.1.0"])
            stranger = Stranger(world)
            stranger.start()
            tried, problems, number = 0, [], 0
            for kind, faults in (("fault", FAULTS), ("kill", KILLS)):
                for fault in faults:
                    for request in range(1, requests + 1):
                        number += 1
                        if number % step:
                            continue
                        tried += 1
                        problem = try_point(world, kind, fault, request, expected)
                        if problem:
                            problems.append(f"{kind} {fault} at request {request} of {requests}: {problem}")
                            print(f"# {problems[-1][:2000]}", file=sys.stderr, flush=True)
            stranger.ends.set()
            stranger.join()
            print(f"# requests of a publish: {requests}; points tried: {tried}, failed: {len(problems)}; looks of a stranger: {stranger.looks}", flush=True)
            tap.is_(f"after each of {tried} points the same command ends in the state of an undisturbed run", problems, [])
            tap.is_("and at no time a public manifest names what cannot be fetched", stranger.seen[:3], [])
        finally:
            world.close()
    tap.done()


if __name__ == "__main__":
    main()
