"""Makes repositories with python-tuf's writer, serves them by HTTP, and lets cco-tuf-client walk them. Prints TAP.

    python_tuf.py CLIENT WORK_FOLDER
"""
import copy
import datetime
import functools
import hashlib
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import threading
import urllib.parse

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets,
                              Timestamp)
from tuf.api.serialization.json import JSONSerializer

CLIENT, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
FAR = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
SERIALIZER = JSONSerializer(compact=False)
KEYS = {
    "ed25519": CryptoSigner.generate_ed25519,
    "ecdsa": CryptoSigner.generate_ecdsa,
    "rsa": CryptoSigner.generate_rsa,
}
TARGETS = {
    "file": b"top\n",
    "a/b c+ü.bin": bytes(range(256)) * 100,
    "deep/one": b"",
    "binned/two": b"2" * 70000,
    "late/three": b"three",
}
cases = 0
failed = False


def check(sentence, holds, detail=""):
    global cases, failed
    cases += 1
    print(f"{'ok' if holds else 'not ok'} {cases} - {sentence}", flush=True)
    if not holds:
        failed = True
        print(f"# {detail}", file=sys.stderr)


class Repository:
    """A repository as python-tuf's writer makes it; every role has `count` keys of the kinds given."""

    def __init__(self, kinds, consistent, hashes, count=1, expires=FAR):
        self.kinds, self.consistent, self.hashes, self.count, self.expires = kinds, consistent, hashes, count, expires
        self.files = {}  # by path: bytes
        self.signers = {}
        self.root = Root(expires=FAR, consistent_snapshot=consistent)
        for role in ("root", "timestamp", "snapshot", "targets"):
            self.give_keys(self.root, role)
        self.targets = {"targets": Targets(expires=FAR)}
        self.old_root_signers = []
        self.delegate("targets", "docs/é %", ["a/*"], terminating=False)
        self.delegate("targets", "outer", ["deep/*", "late/?hree"], terminating=False)
        self.delegate("outer", "inner", ["deep/o*"], terminating=True)
        self.delegate("inner", "outer", ["deep/*"], terminating=False)  # a cycle
        prefix = hashlib.sha256(b"binned/two").hexdigest()[:3]
        self.delegate("targets", "bin", None, terminating=True, prefixes=[prefix])
        self.snapshot = Snapshot(expires=FAR)
        self.timestamp = Timestamp(expires=expires)
        for role, path in (("targets", "file"), ("docs/é %", "a/b c+ü.bin"), ("inner", "deep/one"), ("bin", "binned/two"),
                           ("outer", "late/three")):
            data = TARGETS[path]
            self.targets[role].targets[path] = TargetFile.from_data(path, data, ["sha256", "sha512"])
            self.put_target(path, data)
        self.write_root()
        self.publish()

    def put_target(self, path, data):
        folder, _, name = path.rpartition("/")
        for digest in (hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()):
            self.files["/".join(filter(None, ("targets", folder, f"{digest}.{name}" if self.consistent else name)))] = data

    def new_signers(self):
        return [KEYS[self.kinds[number % len(self.kinds)]]() for number in range(self.count)]

    def give_keys(self, owner, role):
        for key_id in list(owner.roles[role].keyids):
            owner.revoke_key(key_id, role)
        self.signers[role] = self.new_signers()
        for signer in self.signers[role]:
            owner.add_key(signer.public_key, role)
        owner.roles[role].threshold = self.count

    def delegate(self, delegator, role, paths, terminating, prefixes=None):
        owner = self.targets[delegator]
        if owner.delegations is None:
            owner.delegations = Delegations({}, {})
        fresh = role not in self.targets
        if fresh:
            self.targets[role] = Targets(expires=FAR)
            self.signers[role] = self.new_signers()
        owner.delegations.roles[role] = DelegatedRole(role, [], self.count, terminating, paths, prefixes)
        for signer in self.signers[role]:
            owner.add_key(signer.public_key, role)

    def signed(self, content, signers):
        metadata = Metadata(copy.deepcopy(content))
        for signer in signers:
            metadata.sign(signer, append=True)
        return metadata.to_bytes(SERIALIZER)

    def described(self, content, data):
        return MetaFile.from_data(content.version, data, ["sha256"]) if self.hashes else MetaFile(content.version)

    def put(self, role, content, data):
        name = f"{urllib.parse.quote(role, safe='')}.json"
        self.files[f"metadata/{content.version}.{name}" if self.consistent else f"metadata/{name}"] = data

    def write_root(self):
        self.files[f"metadata/{self.root.version}.root.json"] = self.signed(
            self.root, self.signers["root"] + self.old_root_signers)

    def rotate(self, role):
        if role == "root":
            self.old_root_signers = self.signers["root"]
        self.give_keys(self.root, role)
        self.root.version += 1
        self.write_root()
        self.old_root_signers = []

    def publish(self):
        for role, content in self.targets.items():
            data = self.signed(content, self.signers[role])
            self.snapshot.meta[f"{role}.json"] = self.described(content, data)
            self.put(role, content, data)
        data = self.signed(self.snapshot, self.signers["snapshot"])
        self.timestamp.snapshot_meta = self.described(self.snapshot, data)
        self.put("snapshot", self.snapshot, data)
        self.files["metadata/timestamp.json"] = self.signed(self.timestamp, self.signers["timestamp"])

    def next(self):
        for content in [*self.targets.values(), self.snapshot, self.timestamp]:
            content.version += 1
        self.publish()


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    # Names of roles are percent-encoded in the names of their files, paths of targets only on their way.
    def do_GET(self):
        path = self.path.lstrip("/")
        data = served.get(path, served.get(urllib.parse.unquote(path)))
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")


served = {}
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
BASE = f"http://127.0.0.1:{server.server_address[1]}"


def serve(files):
    served.clear()
    served.update(files)


class Client:
    """A folder of trusted metadata that begins with a root."""

    number = 0

    def __init__(self, root):
        Client.number += 1
        self.folder = WORK / f"client{Client.number}"
        self.folder.mkdir()
        (self.folder / "root").write_bytes(root)
        self.init = self.run("init", str(self.folder / "root"))

    def run(self, *arguments):
        return subprocess.run([CLIENT, "--metadata-dir", str(self.folder / "metadata"), *arguments], capture_output=True,
                              env={}, timeout=60)

    def refresh(self):
        return self.run("--metadata-url", f"{BASE}/metadata/", "refresh")

    def download(self, *names):
        folder = self.folder / "targets"
        shutil.rmtree(folder, ignore_errors=True)
        arguments = [word for name in names for word in ("--target-name", name)]
        result = self.run("--metadata-url", f"{BASE}/metadata/", "--target-base-url", f"{BASE}/targets/", "--target-dir",
                          str(folder), *arguments, "download")
        self.got = sorted(path.read_bytes() for path in folder.iterdir()) if folder.is_dir() else []
        return result


def error(result):
    return f"status {result.returncode}: {result.stderr.decode(errors='replace')}"


for kinds, consistent, hashes, count in ((["ed25519"], True, True, 1), (["ecdsa"], True, False, 2), (["rsa"], False, True, 1),
                                         (["ed25519", "ecdsa", "rsa"], False, False, 3),
                                         (["rsa", "ed25519", "ecdsa"], True, True, 3)):
    name = f"{'+'.join(kinds)}, threshold {count}, {'consistent' if consistent else 'plain'}, {'hashes' if hashes else 'versions'}"
    repository = Repository(kinds, consistent, hashes, count)
    first_root = repository.files["metadata/1.root.json"]
    serve(repository.files)
    client = Client(first_root)
    check(f"{name}: the root is taken", client.init.returncode == 0, error(client.init))
    result = client.refresh()
    check(f"{name}: the repository is walked", result.returncode == 0, error(result))
    result = client.download(*TARGETS)
    check(f"{name}: targets of all roles come whole", result.returncode == 0 and client.got == sorted(TARGETS.values()),
          error(result))
    result = client.download("late/other")
    check(f"{name}: what no role lists is not there", result.returncode == 1 and client.got == [], error(result))
    for role in ("root", "timestamp", "snapshot", "targets", "root"):
        repository.rotate(role)
    repository.next()
    serve(repository.files)
    result = client.download(*TARGETS)
    check(f"{name}: all keys of the top level are replaced, in five roots",
          result.returncode == 0 and client.got == sorted(TARGETS.values()), error(result))

    good = dict(repository.files)
    fresh = Client(first_root)
    for path in sorted(good):
        if not path.startswith("metadata/") or path.endswith("/1.root.json"):
            continue
        if consistent and ".root.json" not in path and path.startswith("metadata/1."):
            continue  # of the state before
        damaged = json.loads(good[path])
        damaged["signed"]["x-damage"] = 1
        serve(good | {path: json.dumps(damaged).encode()})
        damaged_client = Client(first_root)
        result = damaged_client.download(*TARGETS)
        check(f"{name}: {path.removeprefix('metadata/')} is refused when it is edited", result.returncode == 1, error(result))
    for path, data in TARGETS.items():
        if not data:
            continue
        other = bytes([data[0] ^ 1]) + data[1:]
        serve({key: (other if value == data and key.startswith("targets/") else value) for key, value in good.items()})
        result = fresh.download(path)
        check(f"{name}: {path} is refused when one bit is another", result.returncode == 1 and fresh.got == [], error(result))
    serve(good)
    result = fresh.download(*TARGETS)
    check(f"{name}: and the whole repository is taken again", result.returncode == 0, error(result))

expired = Repository(["ed25519"], True, True, expires=PAST)
serve(expired.files)
result = Client(expired.files["metadata/1.root.json"]).refresh()
check("an expired timestamp is refused", result.returncode == 1 and b"expired" in result.stderr, error(result))

short = Repository(["ed25519", "ecdsa"], True, True, count=2)
short.signers["snapshot"].pop()
short.next()
serve(short.files)
result = Client(short.files["metadata/1.root.json"]).refresh()
check("a threshold that is not reached is refused", result.returncode == 1 and b"has 1 of 2" in result.stderr, error(result))

server.shutdown()
print(f"1..{cases}")
sys.exit(failed)
