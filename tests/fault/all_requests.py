#!/usr/bin/env python3
"""A publish to all kinds of destinations at once, disturbed at each of its requests in each way, or killed there; then run again until done.

The site goes to a branch (the truth) and to a folder, archives to that folder, to GitHub and to a Gitea, then packages to a tap and a bucket. All
of it is HTTPS, and every request of the program and of the git that it runs is counted and can be met: those of the releases (as
tests/support/github_server.py answers them) and those of git (its own http-backend answers; a fault meets the request or the answer of info/refs,
upload-pack and receive-pack, before or after the push is applied). Not covered here: a git that fails by itself or is killed alone (git_faults.sh),
kills between requests (publish_kill.sh), pages of a host that lag behind their branch.

What is public at the end is what an undisturbed run leaves, byte for byte, the commits too: clocks stand still. Meanwhile strangers look, in a
loop: whatever manifests, formula and bucket name can be fetched and is what it should be; install.sh, from either site, run by sh, installs a whole
old or new version; an agent of 1.0.0 updates to a whole one or stays. Nobody who saw the new version is shown the old one later.

`all_requests.py` tries every point (three hours), `all_requests.py STEP [FIRST]` each STEP-th one, so that several may share the work.
"""
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import clock_at  # noqa: E402
from disturbed_publish import World, run_matrix  # noqa: E402

FAULTS = ["refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer", "stall"]
KILLS = ["stall", "stall_in_answer"]
DESTINATIONS = """[[destination]]
type = "git"
name = "pages"
remote = "{git}/hello.git"
token_env = "PAGES_TOKEN"
url = "{pages}/hello"
[[destination]]
type = "directory"
path = "site"
url = "{site}"
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "{api}"
upload_url = "{uploads}"
url = "{web}/maker/hello"
[[destination]]
type = "gitea"
repository = "maker/hello"
api_url = "{gitea}/api/v1"
url = "{gitea}/maker/hello"
"""
OTHERS = ["linux-aarch64", "darwin-x86_64", "darwin-arm64", "windows-x86_64"]
REPOSITORIES = ("hello", "tap", "bucket")


class Everywhere(World):
    server_options = ("--with-gitea", "--strangers", "stranger|curl/.*|hello/.*")
    versions = ("1.0.0", "1.1.0")

    def __init__(self, root):
        self.git, self.git_start, self.user = root / "git", root / "git-start", root / "user"
        self.git.mkdir()
        for name in REPOSITORIES:
            subprocess.run(["git", "init", "-q", "--bare", "--template=", "--initial-branch=main", self.git / f"{name}.git"], check=True)
            subprocess.run(["git", "--git-dir", self.git / f"{name}.git", "config", "http.receivepack", "true"], check=True)
        self.server_options += ("--git", self.git)
        self.turn, self.newest = 0, "1.0.0"
        super().__init__(root)
        shutil.copytree(self.git, self.git_start)

    def configure(self, text):
        start, end = text.index("[[destination]]"), text.index("[installers]")
        needed = re.findall(r"NEEDED\s+(\S+)", subprocess.run(["objdump", "-p", os.environ["CCO"]], capture_output=True, text=True, check=True).stdout)
        text = text[:start] + DESTINATIONS.format(**self.urls) + text[end:]
        text = text.replace("[homebrew]", f'[homebrew]\ntap = "{self.urls["git"]}/tap.git"').replace("[scoop]", f'[scoop]\nbucket = "{self.urls["git"]}/bucket.git"')
        text = text.replace('["linux-x86_64"]', str(["linux-x86_64", *OTHERS]).replace("'", '"')).replace("[archive]", "[archive]\nlevel = 1")
        libraries = ", ".join(f'"{name}"' for name in needed)
        return text + f'[agent]\nbinary = "agents/cco-{{platform}}{{exe}}"\nprobe = ["hello"]\nallow_libraries = [{libraries}]\n'

    def prepare(self):
        (self.project / "agents").mkdir()
        for platform in OTHERS:
            file = self.project / "bin" / platform / ("hello.exe" if "windows" in platform else "hello")
            file.parent.mkdir()
            subprocess.run([f"{os.environ['SOURCE_ROOT']}/tests/support/foreign_program.py", platform, file], check=True)
        subprocess.run(["strip", "-o", self.project / "agents/cco-linux-x86_64", os.environ["CCO"]], check=True)
        (self.root / "tmp").mkdir()
        # A transfer of git that stands still ends after a minute: here after two seconds.
        self.impatience = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"http.{self.urls['git']}/.lowSpeedTime", "GIT_CONFIG_VALUE_0": "2"}
        self.clock = clock_at(int(time.time()) + 1)  # the certificate is valid by then
        self.environment.update(self.clock, TMPDIR=str(self.root / "tmp"), GIT_CONFIG_NOSYSTEM="1")
        for name in ("GITEA_TOKEN", "PAGES_TOKEN", "HOMEBREW_TAP_TOKEN", "SCOOP_BUCKET_TOKEN"):
            self.environment[name] = "secret"
        made = subprocess.run([os.environ["CCO_RELEASE"], "trust", "init", "--preset", "ci-stable", "--no-password", "--keys", self.root / "offline"],
                              cwd=self.project, env=self.environment, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            sys.exit(made.stderr)

    def after_first(self):
        problem = self.install(self.urls["pages"] + "/hello")
        if problem:
            sys.exit(f"1.0.0 cannot be installed: {problem}")
        shutil.copytree(self.user, self.root / "saved-user", symlinks=True)

    def put_back(self):
        for name in REPOSITORIES:
            shutil.rmtree(self.git / f"{name}.git")
            shutil.copytree(self.git_start / f"{name}.git", self.git / f"{name}.git")
        self.newest = "1.0.0"

    def ask_git(self, name, *arguments):
        return subprocess.run(["git", "--git-dir", self.git / f"{name}.git", *arguments], capture_output=True, text=True, check=True).stdout

    def public(self):
        refs = {name: self.ask_git(name, "for-each-ref") for name in REPOSITORIES}
        return {**super().public(), "refs": refs, "left over": [path.name for path in (self.root / "tmp").iterdir() if not path.name.startswith("cco-release-git-")]}

    # Strangers

    def as_user(self, *command):
        environment = {"HOME": str(self.user), "PATH": f"{self.user}/.local/bin:/usr/bin:/bin", "SSL_CERT_FILE": self.urls["ca"], "CURL_CA_BUNDLE": self.urls["ca"]}
        return subprocess.run(command, cwd=self.user, env={**environment, **self.clock}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)

    def problem_of(self, what, result):
        """A command of theirs must end well, and leave a version that is whole and not older than one that was seen."""
        if result.returncode != 0:
            return f"{what}: status {result.returncode}: {result.stderr[-1500:]}"
        said = self.as_user("hello").stdout
        if said not in [f"hello {version}\n" for version in self.versions]:
            return f"{what}: hello says {said!r}"
        if said.split()[1] < self.newest:
            return f"{what}: {said.strip()} after {self.newest}"
        self.newest = said.split()[1]
        return None

    def install(self, site):
        shutil.rmtree(self.user, ignore_errors=True)
        self.user.mkdir()
        return self.problem_of(f"install.sh of {site}", self.as_user("sh", "-c", f"curl -fsS {site}/install.sh -o install.sh && sh install.sh"))

    def update(self):
        shutil.rmtree(self.user, ignore_errors=True)
        shutil.copytree(self.root / "saved-user", self.user, symlinks=True)
        return self.problem_of("update", self.as_user("hello-updater", "update", "--yes"))

    def look_at_packages(self):
        for name, file, pair, count in (("tap", "Formula/hello.rb", r'url "([^"]+)"\s+sha256 "([^"]+)"', 4), ("bucket", "bucket/hello.json", r'"url": "([^"]+)",\s+"hash": "([^"]+)"', 1)):
            text = self.ask_git(name, "cat-file", "blob", f"HEAD:{file}")
            found = re.findall(pair, text)
            if len(found) != count:
                return f"{file} names {len(found)} archives: {text}"
            for place, sha256 in found:
                problem = self.look_at_file(place, sha256)
                if problem:
                    return f"{file}: {problem}"
        return None

    def look(self):
        self.turn += 1
        if self.turn % 3 == 0:
            return self.update()
        sites = [self.urls["pages"] + "/hello", self.urls["site"]]
        if self.turn % 3 == 1:
            return self.install(sites[self.turn % 2])
        return self.look_at_packages() or self.look_at_manifests(sites[0]) or self.look_at_manifests(sites[1])


if __name__ == "__main__":
    run_matrix(Everywhere, FAULTS, KILLS)
