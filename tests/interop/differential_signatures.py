"""Files of minisign that were changed at random: what we accept, the stock tool accepts too, with the same comment. Prints TAP.

    differential_signatures.py MINISIGN_TOOL COUNT [SEED]
"""
import pathlib
import random
import subprocess
import sys
import tempfile

TOOL, COUNT, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1


def run(*argv):
    done = subprocess.run(argv, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def mutate(rng, data):
    """Lines end, begin and repeat in other ways more often than bytes change: those are what implementations read differently."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    kind = rng.randrange(9)
    if kind == 0:
        return data.replace(b"\n", b"\r\n")
    if kind == 1:
        lines[at] += rng.choice((b" ", b"\r", b"\t", b"\0", b"=", b"A", "é".encode()))
    elif kind == 2:
        lines[at] = rng.choice((b" ", b"\xef\xbb\xbf", b"\0", b"#")) + lines[at]
    elif kind == 3:
        lines.insert(at, rng.choice((b"", lines[at], b"untrusted comment: x")))
    elif kind == 4:
        del lines[at]
    elif kind == 5:
        return data[: rng.randrange(len(data) + 1)]
    elif kind == 6:
        return data + rng.choice((b"\n", b"\n\n", b"x", b"\0", data))
    elif kind == 7:
        lines[0] = b"untrusted comment: " + bytes(rng.randrange(256) for _ in range(rng.choice((0, 1, 20, 2000))))
    else:
        position = rng.randrange(len(data))
        return data[:position] + bytes([rng.randrange(256)]) + data[position + rng.randrange(2) :]
    return b"\n".join(lines)


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        key, public, file = work / "key", work / "public", work / "file"
        file.write_bytes(b"contents\n")
        subprocess.run([TOOL, "generate", key, public], check=True)
        subprocess.run([TOOL, "sign", key, file, work / "good", "file:file and é"], check=True)
        inputs = {"signatures": (work / "good").read_bytes(), "public keys": public.read_bytes()}
        print(f"1..{len(inputs)}")
        failed = 0
        for number, (what, good) in enumerate(inputs.items(), 1):
            accepted, differences = 0, []
            for _ in range(COUNT):
                changed = work / "changed"
                changed.write_bytes(mutate(rng, good))
                pair = (public, changed) if what == "signatures" else (changed, work / "good")
                ours = run(TOOL, "verify", pair[0], file, pair[1])
                if ours is None:
                    continue
                accepted += 1
                stock = run("minisign", "-V", "-Q", "-p", pair[0], "-m", file, "-x", pair[1])
                if stock != ours:
                    differences.append(f"{ours!r} and {stock!r}: {changed.read_bytes()!r}")
            holds = not differences and accepted > 0
            failed += not holds
            print(f"{'ok' if holds else 'not ok'} {number} - minisign accepts the {accepted} of {COUNT} changed {what} that we accept", flush=True)
            for difference in differences[:20]:
                print(f"# {difference}", file=sys.stderr)
    sys.exit(1 if failed else 0)


main()
