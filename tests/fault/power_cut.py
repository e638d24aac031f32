#!/usr/bin/env python3
"""A power cut at each step of an update, an install, a rollback, a repair and an uninstall, by replaying a record of its system calls.

A file system may lose whatever nobody has flushed. Each run is recorded by strace, with all bytes; then the home is made anew as a disk could
hold it after a cut at each call: contents that were not flushed are lost, torn or there, and changes of folders that were not flushed are
lost, there, or some of them. What an fsync has promised is always there. Then the same oracle as for kills: PATH finds the old version or the
new one, complete, and the next command leaves no journal.

Without arguments a sample; --all every call, --step N each N-th.
"""
import os
import pathlib
import random
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap  # noqa: E402
from fault_matrix import Matrix, points_asked_for  # noqa: E402

CALLS = "openat,open,creat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,ftruncate,link,linkat,fallocate"
MODES = ("nothing unflushed is there", "folders are there, contents are lost", "folders are there, contents are torn", "some of it is there")
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
TEXT = r'"((?:\\x[0-9a-f]{2})*)"'


def decode(text):
    return bytes.fromhex(text.replace("\\x", ""))


def unescaped(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m.group(1), 16)), text)


class File:
    """The bytes of one file: what is flushed, and what was written since."""

    def __init__(self, flushed=b""):
        self.flushed, self.now = flushed, flushed
        self.is_mapped = False  # room was made for it, and no call tells what is put there


class Operation:
    """A change of folders: what it does on a disk, and the folders whose fsync makes it last."""

    def __init__(self, kind, paths, file=None, target=None):
        self.kind, self.paths, self.file, self.target = kind, paths, file, target
        self.folders = {os.path.dirname(p) for p in paths}
        self.flushed = False

    def carry_out(self, files):
        """Over dictionaries: path -> File, "folder" or ("link", target)."""
        if self.kind == "create":
            files[self.paths[0]] = self.file
        elif self.kind == "mkdir":
            files[self.paths[0]] = "folder"
        elif self.kind == "symlink":
            files[self.paths[0]] = ("link", self.target)
        elif self.kind in ("unlink", "rmdir"):
            self.forget(files, self.paths[0])
        elif self.kind == "rename":
            self.move(files, *self.paths)
        elif self.kind == "exchange":
            one, other = self.paths
            if one in files and other in files:
                self.move(files, one, one + ".exchanged")
                self.move(files, other, one)
                self.move(files, one + ".exchanged", other)

    def forget(self, files, path):
        for each in [p for p in files if p == path or p.startswith(path + "/")]:
            del files[each]

    def move(self, files, old, new):
        if old not in files:
            return
        self.forget(files, new)
        for each in [p for p in files if p == old or p.startswith(old + "/")]:
            files[new + each[len(old):]] = files.pop(each)


class Record:
    """What a run did below a folder, as events in their order; `left` is the tree that it left."""

    def __init__(self, log, top, files, left):
        self.top, self.start, self.mapped = top, files, []
        self.events = []  # ("operation", Operation) | ("write", File, offset, bytes) | ("flush file", File) | ("flush folder", path)
        self.files = dict(files)
        self.positions = {}
        for line in log.read_text(errors="replace").splitlines():
            found = LINE.match(line)
            if found and int(found.group(3)) >= 0:
                self.read(found.group(1), found.group(2), int(found.group(3)))
        at_the_end = {file: left[path].now for path, file in self.files.items() if isinstance(file, File) and isinstance(left.get(path), File)}
        for index in self.mapped:
            file = self.events[index][1]
            self.events[index] = ("write", file, 0, at_the_end.get(file, b""))

    def path(self, text):
        return os.path.normpath(decode(text).decode())

    def is_ours(self, path):
        return path.startswith(self.top + "/")

    def change(self, kind, paths, file=None, target=None):
        if all(map(self.is_ours, paths)):
            operation = Operation(kind, paths, file, target)
            operation.carry_out(self.files)
            self.events.append(("operation", operation))

    def below(self, rest, text):
        """A path that may be relative to the folder of a descriptor."""
        folder = re.match(r"(?:AT_FDCWD|\d+)<([^>]*)>", rest)
        return os.path.normpath(os.path.join(unescaped(folder.group(1)) if folder else "/", decode(text).decode()))

    def opened(self, path, rest, result):
        if self.is_ours(path) and "O_CREAT" in rest and path not in self.files:
            self.change("create", [path], File())
        self.positions[result] = (path, len(self.files[path].now) if "O_APPEND" in rest and isinstance(self.files.get(path), File) else 0)
        if "O_TRUNC" in rest and isinstance(self.files.get(path), File):
            self.write(self.files[path], 0, None)

    def write(self, file, offset, data):
        self.events.append(("write", file, offset, data))

    def read(self, call, rest, result):
        texts = re.findall(TEXT, rest)
        described = re.match(r'(\d+)<([^>]*)>', rest)
        if call in ("open", "openat", "creat"):
            if texts:
                self.opened(self.below(rest, texts[0]), rest, result)
        elif call in ("write", "pwrite64") and described:
            self.written(call, described, rest, texts, result)
        elif call in ("fsync", "fdatasync") and described:
            path = os.path.normpath(unescaped(described.group(2)))
            kind = "flush file" if isinstance(self.files.get(path), File) else "flush folder"
            if self.is_ours(path):
                if kind == "flush file" and self.files[path].is_mapped:
                    self.mapped.append(len(self.events))
                    self.write(self.files[path], 0, b"")
                self.events.append((kind, self.files[path] if kind == "flush file" else path))
        elif call in ("rename", "renameat", "renameat2") and len(texts) >= 2:
            self.change("exchange" if "RENAME_EXCHANGE" in rest else "rename", [self.path(texts[-2]), self.path(texts[-1])])
        elif call in ("symlink", "symlinkat"):
            self.change("symlink", [self.path(texts[1])], target=decode(texts[0]).decode())
        elif call in ("unlink", "rmdir"):
            self.change(call, [self.path(texts[0])])
        elif call == "unlinkat":
            self.change("unlink", [self.below(rest, texts[0])])
        elif call in ("mkdir", "mkdirat"):
            self.change("mkdir", [self.below(rest, texts[0])])
        elif call == "fallocate" and described:
            file = self.files.get(os.path.normpath(unescaped(described.group(2))))
            if isinstance(file, File):
                file.is_mapped = True
        elif call not in ("ftruncate", "fallocate"):
            raise ValueError(f"a call that the model does not know: {call}({rest[:100]})")

    def written(self, call, described, rest, texts, result):
        descriptor = int(described.group(1))
        path, position = self.positions.get(descriptor, (None, 0))
        name = unescaped(described.group(2))
        file = self.files.get(os.path.normpath(name))
        if not isinstance(file, File):
            return
        offset = int(rest.rsplit(",", 1)[1]) if call == "pwrite64" else position
        self.write(file, offset, decode(texts[0])[:result])
        if call == "write":
            self.positions[descriptor] = (path, position + result)


class Disk:
    """What a disk could hold after a cut behind the first `count` events."""

    def __init__(self, record, count):
        self.record, self.pending = record, {}
        for operation in (e[1] for e in record.events if e[0] == "operation"):
            operation.flushed = False
        self.flushed, self.now, self.writes = {}, {}, {}
        for file in [f for f in record.start.values() if isinstance(f, File)]:
            self.flushed[file] = self.now[file] = file.flushed
        self.operations = []
        for event in record.events[:count]:
            self.step(event)

    def step(self, event):
        kind = event[0]
        if kind == "operation":
            self.operations.append(event[1])
        elif kind == "write":
            _, file, offset, data = event
            old = self.now.get(file, b"")
            self.now[file] = b"" if data is None else old[:offset].ljust(offset, b"\0") + data + old[offset + len(data):]
        elif kind == "flush file":
            self.flushed[event[1]] = self.now.get(event[1], b"")
        else:
            for index, operation in enumerate(self.operations):
                if event[1] in operation.folders and not operation.flushed:
                    operation.flushed = True
                    self.flush_sources(self.operations[:index], operation.paths)

    def flush_sources(self, earlier, paths):
        """What has a flushed name is there, whatever became of the name that it had before."""
        for operation in earlier:
            if any(path == made or path.startswith(made + "/") for path in paths for made in operation.paths[-1:]):
                operation.flushed = True

    def contents(self, file, mode, chance):
        flushed, now = self.flushed.get(file, b""), self.now.get(file, b"")
        if mode == MODES[3]:
            mode = chance.choice((MODES[1], MODES[2], "all"))
        if flushed == now or mode == "all":
            return now
        return flushed if mode in MODES[:2] else now[:len(now) // 2].ljust(len(now), b"\0")

    def make(self, mode, chance):
        files = dict(self.record.start)
        for operation in self.operations:
            if operation.flushed or mode in MODES[1:3] or mode == MODES[3] and chance.random() < 0.5:
                parents = {os.path.dirname(p) for p in operation.paths[-1:]}
                # In a folder that never came to be there is nothing.
                if all(p == self.record.top or not self.record.top in p or files.get(p) == "folder" for p in parents):
                    operation.carry_out(files)
        return {path: self.contents(what, mode, chance) if isinstance(what, File) else what for path, what in files.items()}


def read_tree(top):
    files = {}
    for path in sorted(pathlib.Path(top).rglob("*")):
        name = str(path)
        files[name] = ("link", os.readlink(path)) if path.is_symlink() else "folder" if path.is_dir() else File(path.read_bytes())
    return files


def write_tree(top, tree, modes):
    shutil.rmtree(top)
    os.mkdir(top)
    for name, what in sorted(tree.items()):
        if what == "folder":
            os.makedirs(name, exist_ok=True)
        elif isinstance(what, tuple):
            os.symlink(what[1], name)
        else:
            pathlib.Path(name).write_bytes(what)
            os.chmod(name, modes.get(name, 0o755))
    for name, what in tree.items():
        if what == "folder":
            os.chmod(name, modes.get(name, 0o755) if not name.endswith("/staging") else 0o700)


def main():
    points_of = points_asked_for()
    tap, matrix = Tap(), Matrix()
    home, top = matrix.home, str(matrix.home.directory)
    for case in matrix.cases:
        matrix.restore(case)
        before = read_tree(top)
        modes = {str(p): p.stat().st_mode & 0o7777 for p in home.directory.rglob("*") if not p.is_symlink()}
        log = matrix.world.root / "calls"
        ended = home.run("strace", "-f", "-y", "-xx", "-s", "400000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", log, *case.command,
                         ASAN_OPTIONS="detect_leaks=0")  # LeakSanitizer cannot work in a traced process
        left = read_tree(top)
        record = Record(log, top, before, left)
        real = {n: w.flushed if isinstance(w, File) else w for n, w in left.items()}
        wrong = sorted(n for n in real.keys() | {n for n in record.files} if isinstance(record.files.get(n), File) != isinstance(real.get(n), bytes))
        tap.is_(f"{case.name}: the model ends where the run ended", (ended.status, wrong[:5]), (0, []))
        count = len(record.events)
        points = points_of(count, 6)
        for number, mode in enumerate(MODES):
            bad = []
            for point in points:
                chance = random.Random(f"{case.name} {mode} {point}")
                write_tree(top, Disk(record, point).make(mode, chance), modes)
                matrix.outside = matrix.strangers()
                found = matrix.wrong(case) or matrix.settle(case)
                if found:
                    bad.append(f"cut behind event {point} of {count} ({record.events[point - 1][:1]}): {found}")
            tap.is_(f"{case.name}, {mode}: cut at {len(points)} of {count} points, {len(bad)} failed", bad[:3], [])
    matrix.world.close()
    tap.done()


main()
