"""Metadata that was changed at random: what we accept, python-tuf accepts too, and finds our signature right. Prints TAP.

    differential_metadata.py METADATA_TOOL COUNT [SEED]
"""
import copy
import json
import random
import subprocess
import sys
from datetime import datetime, timezone

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import TOP_LEVEL_ROLE_NAMES, DelegatedRole, Delegations, Key, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

TOOL, COUNT, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
VALUES = [None, True, False, 0, 1, -1, 7, 2**31, 2**53, 2**53 + 1, 2**63, 2**64, 1.0, 1.5, -0.0, 1e300, "", "a", "é", "e\u0301", "\u0001", "\u007f", "\U0001f600",
          "\\\"/", "1", "01", "1.0", "1.0.34", "2.0.0", "root", "targets", "2030-01-01T00:00:00Z", "2030-02-30T00:00:00Z", "2030-01-01T24:00:00Z",
          "2030-01-01T00:00:60Z", "2030-01-01", "2030-01-01T00:00:00.5Z", "2030-01-01T00:00:00+00:00", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "x" * 300,
          "0" * 64, "F" * 64, [], [[]], {}, {"a": 1}, ["a", "a"]]


def seeds():
    """Each role with all that it may have."""
    root = Root(expires=datetime(2099, 1, 1, tzinfo=timezone.utc))
    for role in ("root", "timestamp", "snapshot", "targets"):
        for make in (CryptoSigner.generate_ed25519, CryptoSigner.generate_ecdsa, CryptoSigner.generate_rsa):
            root.add_key(make().public_key, role)
    key = CryptoSigner.generate_ed25519().public_key
    hashes = {"sha256": "ab" * 32, "sha512": "cd" * 64}
    targets = Targets(targets={"a/b": TargetFile(5, hashes, "a/b", {"custom": {"x": [1, "é"]}}), "empty": TargetFile(0, hashes, "empty")})
    targets.delegations = Delegations({}, {"one": DelegatedRole("one", [], 1, False, paths=["a/*", "b"]),
                                           "two": DelegatedRole("two", [], 1, True, path_hash_prefixes=["0a", "ff"])})
    targets.add_key(key, "one")
    targets.add_key(key, "two")
    snapshot = Snapshot(meta={"targets.json": MetaFile(3), "one.json": MetaFile(2, 100, {"sha256": "ab" * 32})})
    timestamp = Timestamp(snapshot_meta=MetaFile(4, 321, {"sha256": "ab" * 32}))
    for part in (root, targets, snapshot, timestamp):
        yield part.type, json.loads(JSONSerializer().serialize(Metadata(part)))["signed"]


def nodes(value, parent=None, key=None):
    """All (parent, key) of a tree."""
    if parent is not None:
        yield parent, key
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for inner, child in list(pairs):
        yield from nodes(child, value, inner)


def mutate(rng, part, others):
    part = copy.deepcopy(part)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = list(nodes(part))
        parent, key = rng.choice(places)
        kind = rng.randrange(6)
        if kind == 0:
            parent[key] = copy.deepcopy(rng.choice(VALUES))
        elif kind == 1:
            del parent[key]
        elif kind == 2:
            source, source_key = rng.choice(list(nodes(rng.choice(others))))
            parent[key] = copy.deepcopy(source[source_key])
        elif kind == 3 and isinstance(parent, dict):
            parent[rng.choice(["", "new", "é", "_type", "x-" + str(rng.randrange(9)), str(key) + " "])] = copy.deepcopy(rng.choice(VALUES))
        elif kind == 4 and isinstance(parent, dict):
            parent[rng.choice(["renamed", str(key).upper(), "../" + str(key)])] = parent.pop(key)
        elif isinstance(parent, list):
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(parent[key]))
        elif isinstance(parent[key], int) and not isinstance(parent[key], bool):
            parent[key] += rng.choice((-1, 1, 2**40))
        elif isinstance(parent[key], str) and parent[key]:
            at = rng.randrange(len(parent[key]))
            parent[key] = parent[key][:at] + rng.choice(["", " ", "0", "Z", "é", "\\"]) + parent[key][at + 1:]
    text = json.dumps(part, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 1))).encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:  # not only what a JSON writer makes
        at = rng.randrange(len(text))
        text = text[:at] + bytes([rng.randrange(256)]) + text[at + rng.randrange(2):]
    return text


class Tool:
    def __init__(self):
        self.process = subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        public = self.process.stdout.readline().decode().strip()
        self.public = {"public": public}

    def ask(self, role, part):
        """The signed file, or nothing where it is refused."""
        self.process.stdin.write(f"{role} {len(part)}\n".encode() + part)
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        return self.process.stdout.read(int(words[1])) if words[0] == b"accepted" else None


def is_known(key_id, key):
    try:
        Key.from_dict(key_id, copy.deepcopy(key))
    except Exception:  # pylint: disable=broad-except  # it raises what it stumbles over
        return False
    return True


def without_tolerance(file):
    """As python-tuf would have written it, where we read more than it does: a key of an unknown form is no key and another role of a
    root is no role, so that a root may bring new ones; `null` says that something is not there."""
    whole = json.loads(file)
    part = whole["signed"]
    for holder in (part, part.get("delegations") or {}):
        if "keys" in holder:
            holder["keys"] = {key_id: key for key_id, key in holder["keys"].items() if is_known(key_id, key)}
    if "delegations" in part and part["delegations"] is None:
        del part["delegations"]
    if isinstance(part.get("roles"), dict):
        part["roles"] = {name: role for name, role in part["roles"].items() if name in TOP_LEVEL_ROLE_NAMES}
    return json.dumps(whole).encode()


def complaint(role, file, public):
    """What python-tuf says against it."""
    try:
        metadata = Metadata.from_bytes(without_tolerance(file))
        if metadata.signed.type != role:
            return f"is {metadata.signed.type}"
        (signature,) = metadata.signatures.values()
        SSlibKey(signature.keyid, "ed25519", "ed25519", public).verify_signature(signature, encode_canonical(json.loads(file)["signed"]).encode())
    except Exception as error:  # pylint: disable=broad-except  # whatever it is, python-tuf does not accept
        return f"{type(error).__name__}: {error} ({error.__cause__})"
    return None


def main():
    rng, tool, parts = random.Random(SEED), Tool(), dict(seeds())
    failed = 0
    print(f"1..{len(parts)}")
    for number, (role, part) in enumerate(parts.items(), 1):
        accepted, differences = 0, []
        if complaint(role, tool.ask(role, json.dumps(part).encode()), tool.public):
            differences.append("the seed itself")
        for _ in range(COUNT):
            text = mutate(rng, part, list(parts.values()))
            file = tool.ask(role, text)
            if file is None:
                continue
            accepted += 1
            words = complaint(role, file, tool.public)
            if words:
                differences.append(f"{words}: {text.decode(errors='replace')}")
        holds = not differences and accepted > COUNT // 20
        print(f"{'ok' if holds else 'not ok'} {number} - python-tuf accepts the {accepted} of {COUNT} changed files of {role} that we accept", flush=True)
        for difference in differences[:20]:
            print(f"# {difference}", file=sys.stderr)
        failed += not holds
    sys.exit(1 if failed else 0)


main()
