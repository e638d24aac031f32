#!/usr/bin/env python3
"""Locks, twenty updaters that are killed at random, and many updates and rollbacks one after the other.

soak_test.py [UPDATES [ROUNDS]]: without arguments 20 updates and 2 rounds; `soak_test.py 10000 200` is the full form.
"""
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HostileServer, Tap, World, is_sanitized  # noqa: E402

UPDATES = int(sys.argv[1]) if len(sys.argv) > 1 else 6 if is_sanitized() else 20
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1 if is_sanitized() else 2

tap = Tap()
world = World()
home = world.home_before_update(padding=0)
lock = home.root / "lock"

# A holder that was killed, a lock that somebody removed, a file system without locks.
holder = subprocess.Popen(["flock", "--no-fork", lock, "sleep", "600"])
while subprocess.run(["flock", "-n", lock, "true"], check=False).returncode == 0:
    pass
held = home.agent("rollback")
holder.kill()
holder.wait()
tap.is_("while another process holds the lock: 14", held.status, 14)
tap.is_("once it is killed the next command gets it at once", home.agent("update", "--check").status, 10)
# What a holder leaves in the lock, for those who wait.
server = HostileServer(world, "silent")
slow = subprocess.Popen([home.bin / "tool-updater", "update", "--yes"], cwd=home.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                        env=home.environment(TOOL_UPDATER_BASE_URL=server.url, SSL_CERT_FILE=server.certificate))
while not lock.read_text().startswith(f"{slow.pid} "):
    pass
held = home.agent("rollback")
slow.kill()
slow.wait()
server.close()
tap.case("who is turned away is told which process it waits for, and since when",
         held.status == 14 and re.search(rf"another tool-updater \(process {slow.pid}, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\) is changing ", held.err), held)
left = lock.read_text()
holder = subprocess.Popen(["flock", "--no-fork", lock, "sleep", "600"])
while subprocess.run(["flock", "-n", lock, "true"], check=False).returncode == 0:
    pass
held = home.agent("rollback")
holder.kill()
holder.wait()
tap.case("what a holder left that was killed names nobody", left.startswith(f"{slow.pid} ") and held.status == 14 and "another tool-updater is changing" in held.err, held)
document = home.directory / "document"
document.write_text("mine")
lock.unlink()
os.link(document, lock)
home.agent("update", "--check")
tap.is_("a lock that is another file of the user's is not written", document.read_text(), "mine")
lock.unlink()
tap.is_("a lock file that somebody removed is made anew", (home.agent("update", "--check").status, lock.exists()), (10, True))
for error in ("ENOLCK", "EOPNOTSUPP", "ENOSYS"):
    result = home.run("strace", "-qq", "-o", "/dev/null", "-e", f"inject=flock:error={error}", home.bin / "tool-updater", "update", "--yes",
                      ASAN_OPTIONS="detect_leaks=0")  # LeakSanitizer cannot work in a traced process
    tap.case(f"a file system whose flock says {error}: 13, one clear line", result.status == 13 and "cannot lock files" in result.err and
             len(result.err.strip().splitlines()) == 1 and home.current() == "1.0.0", result)

# Twenty at once, each killed at some moment or not.
chance = random.Random(20)
bad = []
for number in range(ROUNDS):
    home.restore()
    crowd = [subprocess.Popen([home.bin / "tool-updater", "update", "--yes"], env=home.environment(), cwd=home.directory, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(20)]
    for process in chance.sample(crowd, 15):
        time.sleep(chance.random() * 0.02)  # a kill at any moment is what this is about
        process.send_signal(signal.SIGKILL)
    for process in crowd:
        process.wait()
    version = home.current()
    if version not in ("1.0.0", "1.1.0") or not home.complete(version) or home.product_says() != f"tool {version}":
        bad.append(f"round {number}: {version} {home.product_says()!r}")
    last = home.agent("update", "--yes")
    if last.status != 0 or home.product_says() != "tool 1.1.0" or home.leftovers():
        bad.append(f"round {number}, the next update: {last} {home.leftovers()}")
tap.is_(f"{ROUNDS} rounds of twenty updaters with fifteen kills: always a whole version, and the next one arrives", bad[:3], [])


def kept():
    """Names without what is random in them, and bytes."""
    files = [p for p in home.directory.rglob("*") if p.is_file() and not p.is_symlink()]
    return len(files), sum(p.stat().st_size for p in files if p.name not in ("check.json", "receipt.json", "watermark.json", "lock"))


def measured(*arguments):
    """Status and the most memory that it took, in KiB."""
    result = home.run("python3", "-c", "import resource,subprocess,sys; s = subprocess.run(sys.argv[1:]).returncode; "
                      "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(s)", home.bin / "tool-updater", *arguments)
    return result.status, int(result.out.split()[-1])


bad, memory, after_two = [], [], None
home.restore()
for number in range(UPDATES):
    status, kib = measured("update", "--yes", "--version", "1.1.0")
    down = home.agent("rollback").status
    memory.append(kib)
    if (status, down, home.current()) != (0, 0, "1.0.0"):
        bad.append((number, status, down, home.current()))
    if number == 1:
        after_two = kept()
tap.is_(f"{UPDATES} updates and rollbacks: each ends well", bad[:3], [])
tap.is_("no file and no byte more than after two", kept(), after_two)
if is_sanitized():
    tap.skip("and no more memory", "not under a sanitizer")
else:
    tap.case("and no more memory", max(memory[-3:]) <= max(memory[:3]) + 2048, memory)
tap.is_("nothing is left behind", home.leftovers(), [])
world.close()
tap.done()
