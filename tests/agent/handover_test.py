#!/usr/bin/env python3
"""An update while the service runs: the old version starts the new one with its socket, a judge watches, and what is not well goes back."""
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from agent_world import Tap, World, fast_clock, sha256  # noqa: E402
from service_world import Service, end_all, get, processes, until  # noqa: E402

# The updater of a release that is not well: for all but its start as a service it is the real one beside it.
WRAPPER = r"""
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int count, char** argv) {
  char self[PATH_MAX] = "", real[PATH_MAX + 32];
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 9;
  const char* folder = dirname(self);
  snprintf(real, sizeof real, "%s/real-agent", folder);
  if (count > 1 && !strcmp(argv[1], "__run")) {
    if (!strcmp(MODE, "exits")) return 1;
    if (!strcmp(MODE, "sigill")) raise(SIGILL);
    if (!strcmp(MODE, "hangs")) for (;;) pause();
    if (!strcmp(MODE, "slow")) sleep(15);
    if (!strcmp(MODE, "lies")) snprintf(real, sizeof real, "%s/other-agent", folder);
    if (!strcmp(MODE, "dies")) {
      const pid_t main_process = getpid();
      if (fork() == 0) { sleep(30); kill(main_process, SIGKILL); return 0; }
    }
  }
  execv(real, argv);
  return 9;
}
"""
FACTOR = 20
tap = Tap()
if fast_clock(1) is None:
    tap.skip("hand-over", "not under a sanitizer")
    tap.done()
FAST = fast_clock(FACTOR)
world = World()


def wrapper(mode):
    source = world.root / "wrapper.c"
    source.write_text(WRAPPER)
    binary = world.root / f"wrapper-{mode}"
    subprocess.run(["gcc", "-O1", "-Wno-unused-result", f'-DMODE="{mode}"', "-o", binary, source], check=True)
    return binary.read_bytes()


def release(version, mode):
    if mode == "good":
        return world.release(version)
    files = [(world.product, world.program(version)), (world.agent, wrapper(mode)), ("real-agent", world.stamped(version))]
    if mode == "lies":
        files.append(("other-agent", world.stamped("9.9.9")))
    return world.release(version, files=files)


def started(name):
    """A home with 1.0.0, and its service."""
    world.versions.clear()
    world.release("1.0.0")
    home = world.home(name)
    assert home.install("1.0.0").status == 0
    return home, Service(home, **FAST)


def on_probation(name, stderr=subprocess.DEVNULL):
    """The same while 1.1.0 is on probation, and the update that judges it."""
    home, service = started(name)
    release("1.1.0", "good")
    judge = subprocess.Popen([home.bin / world.agent, "update", "--yes"], env=home.environment(**FAST), stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=stderr)
    until(lambda: version_on(service.port) == "1.1.0")
    return home, service, judge


def version_on(port):
    try:
        return get(port, "/ready")[2]["version"]
    except (OSError, ValueError):
        return None


def blocked(home):
    path = home.state / "blocklist.json"
    return json.loads(path.read_text()) if path.exists() else {}


# What a new version may be like, and what becomes of it; --all tries every one.
MODES = {"good": True, "exits": False, "hangs": False, "lies": False}
if "--all" in sys.argv:
    MODES |= {"slow": True, "sigill": False, "dies": False}
for mode, stays in MODES.items():
    home, service = started(mode)
    release("1.1.0", mode)
    updated = home.agent("update", "--yes", **FAST)
    wanted = "1.1.0" if stays else "1.0.0"
    tap.is_(f"{mode}: update ends with its status", updated.status, 0 if stays else 15)
    tap.is_(f"{mode}: {wanted} is in place", home.current(), wanted)
    tap.case(f"{mode}: the service runs it, on the same port", until(lambda: version_on(service.port) == wanted), service.log())
    tap.case(f"{mode}: one process is left", until(lambda: len(processes(home)) == 1), service.log())
    tap.case(f"{mode}: its process file names it", until(lambda: [service.record()["pid"]] == processes(home)), service.log())
    if not stays:
        tap.case(f"{mode}: it says so", "1.1.0 was installed and failed as a service" in updated.err and "1.0.0 is in place again" in updated.err, updated)
        tap.case(f"{mode}: it is not taken again", "1.1.0" in json.dumps(blocked(home)) and home.agent("update", "--check").status == 11, blocked(home))
    home.agent("update", "--check")  # sweeps what a process still ran from
    tap.is_(f"{mode}: nothing is left over", home.leftovers(), [])
    end_all(home)

# Each of the three is killed while the new version is on probation.
KILLED = ("judge", "old and judge") if "--all" not in sys.argv else ("judge", "old", "new", "old and judge", "old and new", "all")
for killed in KILLED:
    home, service, judge = on_probation(killed.replace(" ", "-"))
    new = get(service.port, "/ready")[2]["pid"]
    for name, process in (("old", service.process.pid), ("new", new), ("judge", judge.pid)):
        if name in killed or killed == "all":
            os.kill(process, signal.SIGKILL)
    judge.wait()
    service.process.poll()
    if killed in ("all", "old and new"):  # nobody is left who serves: the system starts it again
        again = Service(home, "--port", str(service.port), **FAST)
    tap.case(f"{killed} killed: it is settled", until(lambda: not (home.state / "journal.json").exists()), service.log())
    tap.case(f"{killed} killed: what is in place serves, on the same port",
             until(lambda: version_on(service.port) == home.current() and home.complete(home.current())), service.log())
    tap.case(f"{killed} killed: one process is left", until(lambda: service.process.poll() is None or len(processes(home)) == 1), service.log())
    tap.is_(f"{killed} killed: nothing is left over", home.leftovers(), [])
    end_all(home)

# What is refused while a new version is on probation must not end the service that is being judged.
home, service, judge = on_probation("impatient")
tap.is_("uninstall, rollback and repair during a probation: status 14", [home.agent(command, **FAST).status for command in ("uninstall", "rollback", "repair")], [14, 14, 14])
tap.is_("the update stays, and the service serves", (judge.wait(), home.current(), version_on(service.port)), (0, "1.1.0", "1.1.0"))
end_all(home)

# Who ends the service meanwhile says nothing of the new version by that.
home, service, judge = on_probation("ended", subprocess.PIPE)
tap.is_("a service that is shut down during a probation ends", (home.agent("shutdown", **FAST).status, service.process.wait(60), processes(home)[1:]), (0, 0, []))
said = judge.communicate()[1].decode()
tap.is_("the update stays and blocks nothing", (judge.returncode, home.current(), blocked(home), home.leftovers()), (0, "1.1.0", {}, []))
tap.case("and says so", f"the service on port {service.port} was ended while it tried 1.1.0" in said, said)

# An old service that hangs says nothing of the new version: it is named, and goes on as the new one once it can.
home, service = started("frozen")
release("1.1.0", "good")
service.process.send_signal(signal.SIGSTOP)
updated = home.agent("update", "--yes", **FAST)
tap.case("an old service that hangs: the update stays, and the service is named", updated.status == 0 and home.current() == "1.1.0"
         and f"the service on port {service.port} still runs 1.0.0 and did not hand over" in updated.err, updated)
tap.is_("nothing was blocked for it", blocked(home), {})
tap.is_("status does not take it for the new version", [(each["port"], each["version"]) for each in json.loads(home.agent("status", "--json").out)["services"]],
        [(service.port, "1.0.0")])
service.process.send_signal(signal.SIGCONT)
tap.case("once it goes on it becomes the new version, as the same process", until(lambda: version_on(service.port) == "1.1.0")
         and get(service.port, "/ready")[2]["pid"] == service.process.pid, service.log())
tap.is_("and nothing is left over", home.leftovers(), [])
end_all(home)

world.close()
tap.done()
