#!/usr/bin/env python3
"""Two machines publish at once: one is held at a request until the other has come to its end, then it goes on.

The site is in a branch, archives are at GitHub and at a Gitea, packages in a tap and a bucket: no lock spans machines there. The pairs: both the
same release, which may be immutable once it is public; the held one the lower of two; the held one the higher of two. A request is held before it
is done, or done and its answer held. Each machine ends well, or with a line that says what to do; who does that comes to an end, and then both
releases are public and whole: an installer, the agent, formula, bucket and manifests lead to the newest one, hosts show it as the latest, and
nothing is left over.

`two_publishers.py` tries every request, `two_publishers.py STEP [FIRST]` each STEP-th point, so that several may share the work, and `two_publishers.py
chosen [STEP]` the requests where it matters most, or every STEP-th of them.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap  # noqa: E402
from all_requests import Everywhere  # noqa: E402
from disturbed_publish import DATE, ended  # noqa: E402

# The versions of the held and of the other machine.
IMMUTABLE = "the same release, immutable"
PAIRS = {"the same release": ("1.1.0", "1.1.0"), IMMUTABLE: ("1.1.0", "1.1.0"), "the lower one": ("1.1.0", "1.2.0"), "the higher one": ("1.2.0", "1.1.0")}
WHEN = ("hold", "hold_answer")
GITHUB, GITEA = "^/repos/maker/hello/releases", "^/api/v1/repos/maker/hello/releases"
CHOSEN = [
    ("the same release", "hold", {"method": "POST", "path": f"{GITHUB}$"}),  # the draft
    ("the same release", "hold", {"method": "POST", "path": f"{GITEA}/.*/assets", "skip": 5}),
    ("the same release", "hold", {"method": "PATCH", "path": GITHUB}),  # its publication
    (IMMUTABLE, "hold", {"method": "POST", "path": f"{GITHUB}/.*/assets", "skip": 5}),
    ("the lower one", "hold", {"method": "PATCH", "path": GITHUB}),
    ("the higher one", "hold", {"path": "/hello.git/git-receive-pack"}),  # the pointers
    ("the lower one", "hold", {"path": "/tap.git/git-receive-pack"}),
]


class TwoMachines(Everywhere):
    versions = ("1.0.0", "1.1.0", "1.2.0")

    def configure(self, text):
        text = super().configure(text)
        # A folder has a lock (tests/cli/two_runs.sh).
        return re.sub(r'\[\[destination\]\]\ntype = "directory".*?(?=\[\[)', "", text, flags=re.DOTALL)

    def make_machines(self):
        """The folder of each version, made and signed, so that a point costs two publishes and no more."""
        self.made = {"1.1.0": self.start}
        self.bash("hello_binary bin/linux-x86_64/hello 'hello 1.2.0'")
        self.must_publish("--version", "1.2.0", "--skip", "publish")
        self.made["1.2.0"] = self.root / "start of 1.2.0"
        shutil.copytree(self.project, self.made["1.2.0"], symlinks=True)

    def machines(self, *versions):
        self.back_to_start()
        self.folders = []
        for number, version in enumerate(versions):
            folder = self.root / f"machine {number}"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(self.made[version], folder, symlinks=True)
            self.folders.append((folder, version))

    def begin_at(self, number, *arguments):
        self.project, kept = self.folders[number][0], self.project
        try:
            return self.begin("--version", self.folders[number][1], *arguments)
        finally:
            self.project = kept

    def begin_command(self, number, minutes, *arguments):
        """Any command, so many minutes later: pointers do not move twice in a moment."""
        later = {"CLOCK_STANDS_AT": str(int(self.clock["CLOCK_STANDS_AT"]) + 60 * minutes)}
        return subprocess.Popen([os.environ["CCO_RELEASE"], *arguments], cwd=self.folders[number][0], env={**self.environment, **later},
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def go_on(self, number, status, errors):
        """What the line of a machine that did not come to its end says, until it has; the problem, or None."""
        for _ in range(2):
            if status == 0:
                return None
            more = ["--allow-backport"] if "--allow-backport" in errors else []
            if not more and "again" not in errors:
                return f"ends with {status} and does not say what to do: {errors}"
            status, errors = ended(self.begin_at(number, *more))
        return None if status == 0 else f"is not done after two more runs: {status}: {errors}"

    def look_at_end(self, versions):
        """What is wrong of the public state when all is done."""
        newest = max(versions)
        pages = self.urls["pages"] + "/hello"
        manifest = json.loads(self.get(f"{pages}/stable.version-manifest.json"))
        if list(manifest["versions"]) != sorted({"1.0.0", *versions}, reverse=True) or manifest["latest"] != {"stable": newest}:
            return f"the manifest has {list(manifest['versions'])}, latest {manifest['latest']}"
        state = self.control("/state")
        for host, shown in (("github", state["maker/hello"]), ("gitea", state["gitea"]["maker/hello"])):
            found = [(each["tag"], each["is_latest"], len(each["assets"]), {asset[3] for asset in each["assets"]}) for each in shown["releases"]]
            count = found[0][2]
            # Gitea's latest one is the youngest, whatever it is told.
            wanted = [(f"v{version}", each[1] if host == "gitea" else version == newest, count, {"uploaded"}) for version, each in
                      zip(sorted({"1.0.0", *versions}), found)]
            if found != wanted or shown["drafts"]:
                return f"{host} shows {found}, drafts {shown['drafts']}"
        for name, file in (("tap", "Formula/hello.rb"), ("bucket", "bucket/hello.json")):
            text = self.ask_git(name, "cat-file", "blob", f"HEAD:{file}")
            if f'version "{newest}"' not in text and f'"version": "{newest}"' not in text:
                return f"{file} is not of {newest}: {text}"
        left = [path.name for path in (self.root / "tmp").iterdir()]
        if left:
            return f"left over: {left}"
        self.newest = newest
        return self.look_at_packages() or self.look_at_manifests(pages) or self.install(pages) or self.update()


def wait_until_held(world, process, count=1):
    while process.poll() is None and world.control("/held")["held"] < count:
        time.sleep(0.02)
    return process.poll() is None


def try_point(world, pair, when, where, seen):
    versions = PAIRS[pair]
    world.machines(*versions)
    if pair == IMMUTABLE:
        world.control("/immutable", {"repository": "maker/hello"})
    world.control("/faults", [{**where, "do": when}])
    held = world.begin_at(0)
    if not wait_until_held(world, held) and "at" not in where:
        return f"no request was held: {ended(held)}"
    other = ended(world.begin_at(1))
    world.control("/go")
    first = ended(held)
    seen[(first[0], other[0])] += 1
    return come_to_an_end(world, versions, first, other)


def come_to_an_end(world, versions, *results):
    for number, (status, errors) in enumerate(results):
        problem = world.go_on(number, status, errors)
        if problem:
            return f"machine {number} {problem}"
    return world.look_at_end(versions)


def make_two_drafts(world):
    """Both have made a draft of one tag before either knows of the other's."""
    world.machines("1.1.0", "1.1.0")
    world.control("/faults", [{"method": "POST", "path": f"{GITHUB}$", "do": "hold", "times": 2}])
    both = []
    for number in range(2):
        both.append(world.begin_at(number))
        if not wait_until_held(world, both[-1], number + 1):
            return f"no request was held: {ended(both[-1])}"
    world.control("/go")
    results = [ended(process) for process in both]
    if not {status for status, _ in results} <= {0, 5}:
        return f"they end so: {results}"
    return come_to_an_end(world, ("1.1.0", "1.1.0"), *results)


def mark_late(world):
    """A release that is withdrawn: while the host is told its latest one, another machine publishes a newer one."""
    world.machines("1.1.0", "1.2.0")
    first = ended(world.begin_at(0))
    if first[0] != 0:
        return f"1.1.0 is not public: {first}"
    world.control("/faults", [{"method": "PATCH", "path": GITHUB, "do": "hold"}])
    yank = world.begin_command(0, 1, "yank", "1.1.0", "--reason", "bad", "--yes")
    if not wait_until_held(world, yank):
        return f"no mark was held: {ended(yank)}"
    other = ended(world.begin_command(1, 2, "publish", "--date", DATE, "--version", "1.2.0"))
    world.control("/go")
    results = [ended(yank), other]
    if [status for status, _ in results] != [0, 0]:
        return f"they end so: {results}"
    return world.look_at_end(("1.1.0", "1.2.0"))


def main():
    arguments = sys.argv[1:]
    only_chosen = arguments[:1] == ["chosen"]
    if only_chosen:
        arguments.pop(0)
    step = int(arguments[0]) if arguments else 1
    first = int(arguments[1]) if len(arguments) > 1 else step
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="two-publishers.") as root:
        pathlib.Path(root).chmod(0o755)
        world = TwoMachines(pathlib.Path(root))
        try:
            world.make_machines()
            world.machines("1.1.0")
            status, errors = ended(world.begin_at(0))
            tap.is_("a publish without another", (status, errors if status else ""), (0, ""))
            requests = world.control("/count")["count"]
            points = [(pair, when, {"at": request}) for request in range(1, requests + 1) for when in WHEN for pair in PAIRS]
            problems, seen, began = [], collections.defaultdict(collections.Counter), time.monotonic()
            tried = CHOSEN[::step] if only_chosen else points[first - 1::step]
            for pair, when, where in tried:
                problem = try_point(world, pair, when, where, seen[pair])
                if problem:
                    problems.append(f"{pair}, {when} of {where}: {problem}")
                    print(f"# {problems[-1][:3000]}", file=sys.stderr, flush=True)
            print(f"# requests of a publish: {requests}; points tried: {len(tried)} of {len(points)}, failed: {len(problems)}; "
                  f"{time.monotonic() - began:.0f} s; statuses of the held and the other: { {pair: dict(counts) for pair, counts in seen.items()} }", flush=True)
            tap.is_(f"at each of {len(tried)} points both releases become public and whole", problems, [])
            tap.is_("a mark that comes late follows what is public by then", mark_late(world), None)
            tap.is_("two drafts of a tag become one without a person", make_two_drafts(world), None)
        finally:
            world.close()
    tap.done()


if __name__ == "__main__":
    main()
