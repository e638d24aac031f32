#!/usr/bin/env python3
"""The order of the durable steps of an update, read from a log of its system calls."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
home.install("1.0.0")
world.release("1.1.0")
log = world.root / "calls"
result = home.run("strace", "-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2,symlink,symlinkat,openat", "-o", log,
                  home.bin / "tool-updater", "update", "--yes",
                  ASAN_OPTIONS="detect_leaks=0")  # LeakSanitizer cannot work in a traced process
tap.is_("the update under strace ends with 0", result.status, 0)
lines = log.read_text().splitlines()
versions, state = re.escape(str(home.versions)), re.escape(str(home.state))


def first(pattern, after=-1):
    for index, line in enumerate(lines):
        if index > after and re.search(pattern, line):
            return index
    return None


steps = [
    ("the new program is flushed", r"fsync\(\d+<.*/staging/[^>]*/tool>"),
    ("its folder is flushed", r"fsync\(\d+<.*/staging/[^>]*/files>"),
    ("it gets its place by rename", rf'rename\("[^"]*/staging/[^"]*/files", "{versions}/1\.1\.0"\) = 0'),
    ("versions/ is flushed", rf"fsync\(\d+<{versions}>\)"),
    ("the mark is flushed", rf"fsync\(\d+<{versions}/1\.1\.0/\.\.ok"),
    ("the mark gets its name", rf'rename\(.*"{versions}/1\.1\.0/\.ok"\) = 0'),
    ("the journal says ARMED", rf'rename\(.*"{state}/journal\.json"\) = 0'),
    ("state/ is flushed", rf"fsync\(\d+<{state}>\)"),
    ("the new link is made beside", rf'symlink\("1\.1\.0", "{versions}/\.current'),
    ("one rename switches", rf'rename\(.*"{versions}/current"\) = 0'),
    ("versions/ is flushed again", rf"fsync\(\d+<{versions}>\)"),
    ("the journal says SWITCHED", rf'rename\(.*"{state}/journal\.json"\) = 0'),
    ("previous moves", rf'rename\(.*"{versions}/previous"\) = 0'),
    ("the receipt is renewed", rf'rename\(.*"{state}/receipt\.json"\) = 0'),
    ("the journal says COMMITTED", rf'rename\(.*"{state}/journal\.json"\) = 0'),
]
at = -1
for sentence, pattern in steps:
    found = first(pattern, at)
    tap.case(sentence, found is not None, f"not found after line {at}: {pattern}")
    at = found if found is not None else at
opened = [line for line in lines if re.search(rf'openat\(.*"({versions}/1\.0\.0|{re.escape(str(home.bin))})/[^"]*", [^)]*O_(WRONLY|RDWR)', line)]
tap.is_("no program that is in place is ever opened for writing", opened, [])
world.close()
tap.done()
