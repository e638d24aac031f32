"""A service of a home of agent_world, and how tests look at it."""
import http.client
import json
import os
import signal
import subprocess
import time


def until(condition, seconds=60):
    """Waits until it is true, and gives whether it is; the limit only ends a test that has failed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def get(port, path, host=None, timeout=30):
    """(status, fields, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(answer.read())
    finally:
        connection.close()


def processes(home):
    """Those that run from one of its versions, by number."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.readlink(f"/proc/{entry}/exe").startswith(str(home.versions) + "/"):
                found.append(int(entry))
        except OSError:
            pass
    return found


def end_all(home):
    for process in processes(home):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until(lambda: not processes(home))


def is_child(process, parent):
    try:
        with open(f"/proc/{process}/status", encoding="ascii", errors="replace") as status:
            return f"PPid:\t{parent}\n" in status.readlines()
    except OSError:
        return False


class Service:
    """`run` of a home, on a port that is free, or the one of its last --port; `before` is a command that starts it in its turn."""

    def __init__(self, home, *options, program=None, before=(), **environment):
        self.home, self.before = home, before
        self.folder = home.state / "service"
        there = {path.name for path in self.folder.glob("*.json")}
        self.process = subprocess.Popen([*before, program or home.bin / home.world.agent, "run", "--port", "0", *options], env=home.environment(**environment),
                                        cwd=home.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if before else subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = None
        if not until(lambda: self.find_port() or self.process.poll() is not None) or self.port is None:
            raise AssertionError(f"the service did not start: {self.process.poll()}, {there}")

    def find_port(self):
        for path in self.folder.glob("*.json"):
            record = json.loads(path.read_text())
            if record["pid"] == self.process.pid or self.before and is_child(record["pid"], self.process.pid):
                self.port = record["port"]
        return self.port is not None

    def record_file(self):
        return self.folder / f"{self.port}.json"

    def record(self):
        path = self.record_file()
        return json.loads(path.read_text()) if path.exists() else {"pid": None}

    def log_file(self):
        return self.folder / f"{self.port}.log"

    def log(self):
        return self.log_file().read_text() if self.log_file().exists() else ""

    def get(self, path, **options):
        return get(self.port, path, **options)

    def end(self):
        self.process.terminate()
        return self.process.wait(60)
