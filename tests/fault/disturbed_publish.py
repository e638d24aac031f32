"""What the scripts share that disturb a publish at each of its requests: a project, servers that fail on demand, and strangers who look meanwhile.

A World makes a project whose 1.0.0 is public and whose 1.1.0 is made and signed; a point is one request of the publish of 1.1.0 and what goes
wrong there. After each the same command runs until it is done, and what is public is compared with what an undisturbed run leaves.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from agent_world import Tap

DATE = "2026-11-20T10:00:00Z"


def ended(process):
    """Status and messages."""
    errors = process.communicate(timeout=600)[1]
    return process.returncode, errors


class World:
    """Its subclasses say what cco-release.toml adds (`configure`), what is saved beside the project, and what strangers do (`look`)."""

    server_options = ()
    impatience = {}  # variables for a run that is disturbed

    def __init__(self, root):
        self.root, self.project, self.start = root, root / "project", root / "start"
        self.project.mkdir()
        self.lock = threading.Lock()  # nobody looks while all is put back
        self.server = subprocess.Popen([f"{os.environ['SOURCE_ROOT']}/tests/support/github_server.py", root / "forge", "--site", self.project / "site",
                                        *self.server_options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = json.loads(self.server.stdout.readline())
        self.context = ssl.create_default_context(cafile=self.urls["ca"])
        self.environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": self.urls["ca"], "GH_TOKEN": "secret"}
        self.control("/reset", {"repositories": {"maker/hello": {}}, "tokens": {"secret": {"permissions": {"maker/hello": "write"}, "remaining": 10**9}}})
        self.bash("hello_project .")
        config = self.project / "cco-release.toml"
        config.write_text(self.configure(config.read_text()))
        self.prepare()
        self.must_publish("--version", "1.0.0")
        self.after_first()
        self.bash("hello_binary bin/linux-x86_64/hello 'hello 1.1.0'")
        # The time of the first publish is fixed in dist/, so that all runs end in the same bytes.
        self.must_publish("--version", "1.1.0", "--skip", "publish")
        shutil.copytree(self.project, self.start, symlinks=True)
        self.control("/save", {"name": "start"})

    def configure(self, text):
        raise NotImplementedError

    def prepare(self):
        """Before the first publish."""

    def after_first(self):
        """When 1.0.0 is public."""

    def bash(self, command):
        source = os.environ["SOURCE_ROOT"]
        script = f'. "{source}/tests/support/tap.sh"; . "{source}/tests/cli/hello_project.sh"; {command}'
        subprocess.run(["bash", "-c", script], cwd=self.project, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={"PATH": os.environ["PATH"], "CCO_RELEASE": os.environ["CCO_RELEASE"]})

    def control(self, path, body=None):
        request = urllib.request.Request(self.urls["control"] + path, json.dumps({} if body is None else body).encode())
        return json.loads(urllib.request.urlopen(request, timeout=60).read())

    def begin(self, *arguments, **environment):
        return subprocess.Popen([os.environ["CCO_RELEASE"], "publish", "--date", DATE, *arguments], cwd=self.project, env={**self.environment, **environment},
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def begin_disturbed(self):
        """Which soon gives up what stands still."""
        return self.begin("--version", "1.1.0", "--timeout", "30s", **self.impatience)

    def publish(self, *arguments):
        return ended(self.begin(*arguments))

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
            self.put_back()
            self.control("/restore", {"name": "start"})

    def put_back(self):
        """What is beside the project and the forges."""

    def public(self):
        site = self.project / "site"
        files = {str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(site.rglob("*")) if path.is_file()}
        return {"site": files, "forges": self.control("/state")}

    def get(self, url):
        request = urllib.request.Request(url, headers={"User-Agent": "stranger"})
        return urllib.request.urlopen(request, context=self.context, timeout=60).read()

    def look(self):
        """What is wrong for a stranger, or None."""
        return self.look_at_manifests(self.urls["site"])

    def look_at_manifests(self, site):
        """What a public manifest names and is not there, or is another thing."""
        for name in ("version-manifest.json", "stable.version-manifest.json"):
            manifest = json.loads(self.get(f"{site}/{name}"))
            for version, release in manifest["versions"].items():
                for entry in release["platforms"].values():
                    for url in [entry["url"], *(entry.get("mirrors") or [])]:
                        problem = self.look_at_file(url, entry["sha256"])
                        if problem:
                            return f"{name}: {version}: {problem}"
        return None

    def look_at_file(self, url, sha256):
        try:
            data = self.get(url)
        except urllib.error.HTTPError as error:
            return f"{url}: {error}"
        return None if hashlib.sha256(data).hexdigest() == sha256 else f"{url}: other bytes"

    def close(self):
        self.server.stdin.close()
        self.server.wait()


class Stranger(threading.Thread):
    def __init__(self, world):
        super().__init__(daemon=True)
        self.world, self.ends, self.looks, self.seen = world, threading.Event(), 0, []

    def run(self):
        while not self.ends.wait(0.2):
            with self.world.lock:
                try:
                    problem = self.world.look()
                except Exception as error:  # pylint: disable=broad-except  # whatever it is, it is a finding
                    problem = repr(error)
            self.looks += 1
            if problem:
                self.seen.append(problem)


def wait_for(world, count, process):
    """Until that many requests have come, or the process has ended."""
    while process.poll() is None and world.control("/count")["count"] < count:
        time.sleep(0.02)


def end_group(process):
    """What a killed publish left running, a git of its own for example."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def try_point(world, kind, fault, request, expected):
    """The problem of this point, or None."""
    world.back_to_start()
    world.control("/faults", [{"at": request, "do": fault, "seconds": 1}])
    orphans = None
    if kind == "kill":
        orphans = world.begin_disturbed()
        wait_for(world, request, orphans)
        orphans.kill()
        orphans.wait()
        orphans.stderr.close()
    else:
        status, errors = ended(world.begin_disturbed())
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
    if orphans:
        end_group(orphans)
    if found == expected:
        return None
    other = [f"{part}: {found[part]} instead of {expected[part]}" for part in expected if found[part] != expected[part]]
    return "another public state: " + "; ".join(other)


def run_matrix(world_class, faults, kills):
    """Each point, or of the command line each STEP-th one from the FIRST (the STEP-th itself where that is not said), as TAP."""
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    first = int(sys.argv[2]) if len(sys.argv) > 2 else step
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="disturbed-publish.") as root:
        pathlib.Path(root).chmod(0o755)
        world = world_class(pathlib.Path(root))
        try:
            world.back_to_start()
            world.control("/faults", [])
            world.must_publish("--version", "1.1.0")
            requests, expected = world.control("/count")["count"], world.public()
            tap.case("an undisturbed run makes 1.1.0 public", [each["tag"] for each in expected["forges"]["maker/hello"]["releases"]] == ["v1.0.0", "v1.1.0"])
            stranger = Stranger(world)
            stranger.start()
            tried, problems, began = 0, [], time.monotonic()
            points = [(kind, fault, request) for kind, ways in (("fault", faults), ("kill", kills)) for fault in ways for request in range(1, requests + 1)]
            for kind, fault, request in points[first - 1::step]:
                tried += 1
                problem = try_point(world, kind, fault, request, expected)
                if problem:
                    problems.append(f"{kind} {fault} at request {request} of {requests}: {problem}")
                    print(f"# {problems[-1][:3000]}", file=sys.stderr, flush=True)
            stranger.ends.set()
            stranger.join()
            print(f"# requests of a publish: {requests}; points tried: {tried} of {len(points)}, failed: {len(problems)}; "
                  f"looks of a stranger: {stranger.looks}; {time.monotonic() - began:.0f} s", flush=True)
            tap.is_(f"after each of {tried} points the same command ends in the state of an undisturbed run", problems, [])
            tap.is_("and at no time a stranger finds less than a whole state, old or new", stranger.seen[:3], [])
        finally:
            world.close()
    tap.done()
