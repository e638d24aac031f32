"""A small signed site, programs for it, and a home: what script tests of the agent work with.

Everything, the metadata included, is made with stock tools (gcc, minisign, tar of Python, openssl), not with the code under test.
"""
import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

PLATFORM = "linux-" + os.uname().machine
# What an agent of a developer's build needs, for [build] allow_libraries; that of a release is static.
LIBRARIES = ["libsodium.so.23", "libcrypto.so.3", "libssl.so.3", "libarchive.so.13", "libzstd.so.1", "libcurl.so.4", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1"]
CHANNELS = ("stable", "beta", "nightly")
# Nothing of this world expires, also where a test sets the clock years ahead.
NEVER = "2199-01-01T00:00:00Z"
MARK = b"@@VERSION-AND-MODE@@" + b"." * 60
# What a product of this world does, by the second word of its mark.
PROGRAM = r"""
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>
static volatile const char mark[81] = "@@VERSION-AND-MODE@@............................................................";
int main(void) {
  char text[81], version[81] = "", mode[81] = "";
  for (int i = 0; i < 81; ++i) text[i] = mark[i];
  sscanf(text, "%80s %80s", version, mode);
  if (!strcmp(mode, "crash")) raise(SIGSEGV);
  if (!strcmp(mode, "hang")) for (;;) pause();
  if (!strcmp(mode, "fail")) { fputs("libsomething.so.9: not found\n", stderr); return 127; }
  if (!strcmp(mode, "silent")) return 0;
  if (!strcmp(mode, "late") && strstr(ORIGIN, "staging")) mode[0] = 0;
  printf("tool %s\n", !strcmp(mode, "lies") ? "9.9.9" : version);
  return 0;
}
"""
PROGRAM = PROGRAM.replace('  if (!strcmp(mode, "late") && strstr(ORIGIN, "staging")) mode[0] = 0;\n', """  char self[4096] = "";
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
  if (!strcmp(mode, "late") && !strstr(self, "/staging/")) raise(SIGSEGV);
""")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def is_sanitized():
    return b"__asan_init" in pathlib.Path(os.environ["CCO"]).read_bytes()


def snapshot(folder):
    """Names, contents, times and inodes of everything below a folder: what a command that writes nothing leaves as it is."""
    found = {}
    for each in sorted(folder.rglob("*")):
        facts = each.lstat()
        data = os.readlink(each) if each.is_symlink() else sha256(each.read_bytes()) if each.is_file() else ""
        found[str(each.relative_to(folder))] = (facts.st_mtime_ns, facts.st_ino, data)
    return found


def clock_at(seconds):
    """Variables under which a program's clock stands still at that time, in seconds since 1970."""
    return {"LD_PRELOAD": os.environ["SET_CLOCK"], "CLOCK_STANDS_AT": str(seconds)}


def fast_clock(factor):
    """Variables under which a program's clocks run `factor` times as fast, so that nothing waits for its time-outs; None where a
    sanitizer of the program under test does not bear that."""
    libraries = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        sys.exit("libfaketime is missing: ci/deps installs it (Debian: faketime)")
    if is_sanitized():
        return None
    return {"LD_PRELOAD": str(libraries[0]), "FAKETIME": f"+0 x{factor}"}


class Tap:
    """Test Anything Protocol: case(sentence, truth, detail)."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def case(self, sentence, good, detail=""):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {sentence}", flush=True)
        if not good:
            self.failed += 1
            for line in str(detail).splitlines():
                print(f"# {line}", file=sys.stderr, flush=True)

    def is_(self, sentence, found, expected):
        self.case(sentence, found == expected, f"found:    {found!r}\nexpected: {expected!r}")

    def skip(self, sentence, reason):
        self.count += 1
        print(f"ok {self.count} - {sentence} # SKIP {reason}", flush=True)

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def canonical(value):
    """Canonical JSON, for texts without control characters."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class RoleKey:
    """An Ed25519 key of metadata, as openssl keeps it."""

    def __init__(self, path):
        self.path = path
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True, capture_output=True)
        # The last 32 bytes of the DER form are the key itself.
        der = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.key = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": der[-32:].hex()}}
        self.id = sha256(canonical(self.key))

    def sign(self, kind, version, **fields):
        """A whole file of metadata."""
        signed = {"_type": kind, "spec_version": "1.0.34", "version": version, "expires": NEVER, **fields}
        message = self.path.with_name("message")
        message.write_bytes(canonical(signed))
        made = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", message], check=True, capture_output=True)
        return json.dumps({"signatures": [{"keyid": self.id, "sig": made.stdout.hex()}], "signed": signed}).encode()


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout.decode(errors="replace")
        self.err = process.stderr.decode(errors="replace")

    def __repr__(self):
        return f"status {self.status}\nout: {self.out}\nerr: {self.err}"


class World:
    """product `tool`, agent `tool-updater`, unless told otherwise."""

    def __init__(self, product="tool", agent="tool-updater", directory=None):
        self.product, self.agent = product, agent
        self.root = pathlib.Path(directory or tempfile.mkdtemp(prefix="agent-world."))
        self.root.chmod(0o755)
        self.site = self.root / "site"
        self.site.mkdir()
        self.url = f"file://{self.site}"
        self.key = self.root / "key"
        self.public = self.new_key(self.key)
        self.role_key = RoleKey(self.root / "role.pem")
        self.metadata_version = 0  # only ever rises, whatever a test does to the site
        self.write_roots()
        self.template = self.compile()
        self.versions = {}
        self.generation = 0
        self.manifest_extra = {}

    def close(self):
        subprocess.run(["chmod", "-R", "u+rwx", self.root], check=False)
        shutil.rmtree(self.root, ignore_errors=True)

    # Keys, programs, archives

    def new_key(self, path):
        subprocess.run(["minisign", "-G", "-W", "-f", "-s", path, "-p", f"{path}.pub"], check=True, capture_output=True)
        return pathlib.Path(f"{path}.pub").read_text().splitlines()[1]

    def compile(self):
        source = self.root / "tool.c"
        source.write_text(PROGRAM)
        binary = self.root / "tool.template"
        subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-s", "-o", binary, source], check=True)
        return binary.read_bytes()

    def program(self, version, mode="good", padding=0):
        text = f"{version} {mode}".encode()
        assert self.template.count(MARK) == 1
        return self.template.replace(MARK, text.ljust(len(MARK), b"\0")) + os.urandom(padding)

    def stamped(self, version, form="CCO", **changes):
        """An agent of this product; `form` is the variable that names the compiled one."""
        data = bytearray(self.lean_agent(form))
        identity = {"product": self.product, "agent": self.agent, "version": version, "commit": None, "date": "2026-11-01T00:00:00Z",
                    "base_urls": [self.url], "public_keys": {c: [self.public] for c in CHANNELS}, "default_channel": "stable", "root": {"version": 1, "sha256": sha256(self.trusted_root)}}
        identity.update(changes)
        text = json.dumps(identity, separators=(",", ":")).encode()
        record = b"cco-identity-v1\0" + struct.pack("<II", 1, len(text)) + text
        record = record.ljust(8192 - 32, b"\0")
        record += hashlib.sha256(record).digest()
        at = self.section_offset(data)
        assert data[at:at + 16] == b"cco-identity-v1\0"
        data[at:at + 8192] = record
        return bytes(data)

    def section_offset(self, data):
        table, = struct.unpack_from("<Q", data, 40)
        size, count, names = struct.unpack_from("<HHH", data, 58)
        name_table, = struct.unpack_from("<Q", data, table + names * size + 24)
        for index in range(count):
            header = table + index * size
            name, = struct.unpack_from("<I", data, header)
            if data[name_table + name:data.index(b"\0", name_table + name)] == b".cco_id":
                return struct.unpack_from("<Q", data, header + 24)[0]
        raise AssertionError("no .cco_id section")

    def lean_agent(self, form="CCO"):
        """The agent without debug information: what a release would ship."""
        lean = self.root / f"{form}.lean"
        if not lean.exists():
            subprocess.run(["strip", "-o", lean, os.environ[form]], check=True)
        return lean.read_bytes()

    def tar(self, entries):
        """entries: (name, bytes) or (TarInfo, bytes), in their order."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for entry in entries:
                if isinstance(entry[0], str):
                    info = tarfile.TarInfo(entry[0])
                    info.size, info.mode, data = len(entry[1]), 0o755, entry[1]
                else:
                    info, data = entry  # TarInfo and its bytes
                archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
        # A sanitizer makes agents of many megabytes.
        return gzip.compress(out.getvalue(), 1 if is_sanitized() else 6, mtime=0)

    # Releases

    def release(self, version, mode="good", channel="stable", files=None, archive=None, padding=0, publish=True, agent=True, **changes):
        """Adds a release: archive on the site, entry in the manifest."""
        if files is None:
            files = [("README.md", f"tool {version}\n".encode())]
            if self.product == self.agent:
                files.append((self.agent, self.stamped(version)))
            else:
                files.append((self.product, self.program(version, mode, padding)))
                if agent:
                    files.append((self.agent, self.stamped(version)))
        programs = [(name, data) for name, data in files if name in (self.product, self.agent)]
        data = archive if archive is not None else self.tar(files)
        asset = f"{self.product}-v{version}-{PLATFORM}.tar.gz"
        folder = self.site / "releases" / f"v{version}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / asset).write_bytes(data)
        entry = {"url": f"https://127.0.0.1:1/{self.product}/releases/v{version}/{asset}", "mirrors": [], "sha256": sha256(data), "size": len(data),
                 "unpacked_size": sum(len(d) for _, d in files), "entries": len(files),
                 "binaries": [{"path": n, "sha256": sha256(d), "size": len(d)} for n, d in programs],
                 "probe": [self.product, "--version"], "requires": {}}
        if any(name == self.agent for name, _ in files):
            entry["agent"] = self.agent
        entry.update(changes)
        self.versions[version] = {"date": "2026-11-01T10:00:00Z", "published": "2026-11-01T11:00:00Z", "channel": channel, "commit": None,
                                  "platforms": {PLATFORM: entry}, "notes": "", "breaking_changes": False, "critical": False,
                                  "minimum_upgrade_from": None, "yanked": None, "rollout": []}
        if publish:
            self.publish()
        return entry

    def asset(self, version):
        return self.site / "releases" / f"v{version}" / f"{self.product}-v{version}-{PLATFORM}.tar.gz"

    def manifest(self, channel, versions):
        latest = list(versions)[-1]
        return {"schema": 1, "product": self.product, "channel": channel, "generation": self.generation, "generated": "2026-11-01T11:00:00Z",
                "latest": {channel: latest}, "security_floor": None, "halt": None, "versions": versions, "deprecation_notices": {}, **self.manifest_extra}

    def publish(self):
        self.generation += 1
        manifests = {}
        for channel in CHANNELS:
            mine = {v: r for v, r in self.versions.items() if r["channel"] == channel}
            if mine:
                manifests[channel] = json.dumps(self.manifest(channel, mine), indent=2).encode()
        self.write_manifests(manifests)

    def write_manifest(self, channel, text, key=None):
        """One channel's manifest, whatever it says; `key` signs its role instead of the right one."""
        self.write_manifests({channel: text}, key)

    # Metadata: one key for every role, a delegated role a channel, consistent snapshots

    def write_roots(self):
        authority = {"keyids": [self.role_key.id], "threshold": 1}
        keys = {self.role_key.id: self.role_key.key}
        self.trusted_root = self.role_key.sign("root", 1, consistent_snapshot=True, keys=keys,
                                               roles={role: authority for role in ("root", "targets", "snapshot", "timestamp")})
        roles = [{"name": c, "paths": [f"{c}.version-manifest.json"], "terminating": True, **authority} for c in CHANNELS]
        self.delegations = self.role_key.sign("targets", 1, targets={}, delegations={"keys": keys, "roles": roles})
        metadata = self.site / "metadata"
        metadata.mkdir()
        (self.site / "targets").mkdir()
        (metadata / "1.root.json").write_bytes(self.trusted_root)
        (metadata / "1.targets.json").write_bytes(self.delegations)

    def listed_roles(self):
        """What the site's snapshot lists now."""
        metadata = self.site / "metadata"
        if not (metadata / "timestamp.json").exists():
            return {"targets.json": {"version": 1}}
        version = json.loads((metadata / "timestamp.json").read_bytes())["signed"]["meta"]["snapshot.json"]["version"]
        return json.loads((metadata / f"{version}.snapshot.json").read_bytes())["signed"]["meta"]

    def write_manifests(self, manifests, key=None):
        self.metadata_version += 1
        version = self.metadata_version
        metadata = self.site / "metadata"
        listed = self.listed_roles()
        for channel, text in manifests.items():
            name = f"{channel}.version-manifest.json"
            target = {"length": len(text), "hashes": {"sha256": sha256(text)}}
            (self.site / name).write_bytes(text)
            (self.site / "targets" / f"{sha256(text)}.{name}").write_bytes(text)
            (metadata / f"{version}.{channel}.json").write_bytes((key or self.role_key).sign("targets", version, targets={name: target}))
            listed[f"{channel}.json"] = {"version": version}
        snapshot = self.role_key.sign("snapshot", version, meta=listed)
        (metadata / f"{version}.snapshot.json").write_bytes(snapshot)
        described = {"version": version, "length": len(snapshot), "hashes": {"sha256": sha256(snapshot)}}
        (metadata / "timestamp.json").write_bytes(self.role_key.sign("timestamp", version, meta={"snapshot.json": described}))

    def target(self, channel="stable"):
        """The file in which an agent reads the channel's manifest."""
        return self.site / "targets" / f"{sha256((self.site / f'{channel}.version-manifest.json').read_bytes())}.{channel}.version-manifest.json"

    def home(self, name="home"):
        return Home(self, self.root / name)

    def home_before_update(self, padding):
        """A home with 1.0.0 in place and saved, where 1.1.0 has come out since."""
        self.release("1.0.0")
        home = self.home()
        if home.install("1.0.0").status != 0:
            sys.exit("the first installation failed")
        self.release("1.1.0", padding=padding)
        home.save()
        return home


class Home:
    """A user's home and what is installed there."""

    def __init__(self, world, directory):
        self.world, self.directory = world, directory
        directory.mkdir(parents=True, exist_ok=True)
        self.bin = directory / ".local" / "bin"
        self.root = directory / ".local" / "share" / world.agent
        self.versions = self.root / "versions"
        self.state = self.root / "state"
        self.saved = directory.with_name(directory.name + ".saved")

    def save(self):
        """Remembers what is there now, for restore."""
        shutil.copytree(self.directory, self.saved, symlinks=True)

    def restore(self):
        shutil.rmtree(self.directory)
        shutil.copytree(self.saved, self.directory, symlinks=True)

    def environment(self, **more):
        out = {"HOME": str(self.directory), "PATH": f"{self.bin}:/usr/bin:/bin", "LANG": "C.UTF-8"}
        out.update({k: v for k, v in more.items() if v is not None})
        return {k: v for k, v in out.items() if v != ""}

    def run(self, *command, before=(), timeout=120, **environment):
        return Result(subprocess.run([*before, *map(str, command)], env=self.environment(**environment), cwd=self.directory,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False))

    def bootstrap(self, version):
        """The agent as install.sh leaves it: unpacked in a staging folder."""
        path = self.directory / f"unpacked-{version}" / self.world.agent
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(self.world.stamped(version))
        path.chmod(0o755)
        return path

    def install(self, version, *options, **environment):
        if "--base-url" not in options:
            options += ("--base-url", self.world.url)
        return self.run(self.bootstrap(version), "install", "--version", version, *options, **environment)

    def agent(self, *arguments, **options):
        return self.run(self.bin / self.world.agent, *arguments, **options)

    def current(self):
        link = self.versions / "current"
        return os.readlink(link) if link.is_symlink() else None

    def product_says(self):
        """What the program that PATH finds prints, or None where there is none."""
        path = self.bin / self.world.product
        if not os.path.lexists(path):
            return None
        if not path.exists():
            return "a link to nothing"
        return self.run(path, "--version").out.strip()

    def complete(self, version):
        """Each file of a version against the digests of its mark, by our own reading of it."""
        folder = self.versions / version
        try:
            mark = json.loads((folder / ".ok").read_text())
        except OSError:
            return False
        found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {".ok"}
        return found == {f["path"] for f in mark["files"]} and all(
            sha256((folder / f["path"]).read_bytes()) == f["sha256"] for f in mark["files"])

    def leftovers(self):
        """What a finished command must not leave."""
        out = []
        if (self.state / "journal.json").exists():
            out.append("journal.json")
        out += [str(p) for p in (self.root / "staging").glob("*")]
        out += [str(p) for p in self.root.rglob(".*.tmp")]
        out += [p.name for p in self.versions.glob("*") if p.is_dir() and not p.is_symlink() and not (p / ".ok").exists()]
        return out


def on_terminal(home, arguments, answer="", wait_for=None, timeout=60, **environment):
    """Runs the agent on a pseudo-terminal; sends `answer` (or what it returns) when `wait_for` has appeared. Gives (status, what appeared)."""
    program = str(home.bin / home.world.agent)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home.directory)
        os.execve(program, [program, *arguments], {**home.environment(**environment), "TERM": "xterm"})
    seen, sent = b"", wait_for is None
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        if not sent and re.search(wait_for.encode(), seen):
            os.write(terminal, (answer() if callable(answer) else answer).encode())
            sent = True
    else:
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return status, seen.decode(errors="replace").replace("\r\n", "\n")


class HostileServer:
    """tests/support/hostile_server.cpp over the world's site, in one of its modes."""

    def __init__(self, world, mode="plain", only=""):
        self.process = subprocess.Popen([os.environ["HOSTILE_SERVER"], "--mode", mode, "--only", only, world.site], env={},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()
        self.url, self.certificate = ready[0].rstrip("/"), ready[1].removeprefix("ca=")

    @staticmethod
    def modes():
        """name -> what it does"""
        listed = subprocess.run([os.environ["HOSTILE_SERVER"], "--modes"], check=True, capture_output=True, text=True).stdout
        return dict(line.split("\t") for line in listed.splitlines())

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class HttpsSite:
    """Serves the world's site on 127.0.0.1; `handler(path, request)` may answer first and return True."""

    def __init__(self, world, handler=None, expired=False):
        self.requests = []
        self.certificate = world.root / ("expired.pem" if expired else "ca.pem")
        key = world.root / "tls.key"
        when = ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"] if expired else ["-days", "2"]
        if expired:
            self.make_expired(world, key)
        elif not self.certificate.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                            "-out", self.certificate, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", *when],
                           check=True, capture_output=True)
        outer = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(world.site))

            def do_GET(self):
                outer.requests.append(self.path)
                if handler is None or not handler(self.path, self):
                    super().do_GET()

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key if not expired else world.root / "expired.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def make_expired(self, world, key):
        folder = world.root / "expired-ca"
        folder.mkdir(exist_ok=True)
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("01\n")
        (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=c\n[c]\ndatabase={folder}/index.txt\nserial={folder}/serial\nnew_certs_dir={folder}\n"
                                       "default_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=IP:127.0.0.1\n")
        run = lambda *command: subprocess.run(command, check=True, capture_output=True)
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", world.root / "expired.key",
            "-out", folder / "r.csr", "-subj", "/CN=127.0.0.1")
        run("openssl", "ca", "-batch", "-selfsign", "-config", folder / "ca.cnf", "-keyfile", world.root / "expired.key", "-in", folder / "r.csr",
            "-out", self.certificate, "-startdate", "20200101000000Z", "-enddate", "20200102000000Z")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
