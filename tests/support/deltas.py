"""Deltas and compressed archives as the stock zstd makes them, not the code under test; delta/README.md has the format."""
import gzip
import hashlib
import pathlib
import struct
import subprocess
import tarfile
import tempfile


def zstd(data, *options):
    with tempfile.TemporaryDirectory() as scratch:
        source = pathlib.Path(scratch) / "in"
        source.write_bytes(data)
        return subprocess.run(["zstd", "-q", "-c", "-9", *options, source], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def plain_tar(world, files):
    """The uncompressed archive of (name, bytes)."""
    def entry(name, data):
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o644 if name.endswith(".md") else 0o755
        return info
    return gzip.decompress(world.tar([(entry(name, data), data) for name, data in files]))


def skippable(magic, contents):
    return struct.pack("<II", magic, len(contents)) + contents


def further(path, old, patch, format_number=1):
    """One more binary: a frame that goes between the patch and the other files."""
    return skippable(0x184D2A5D, hashlib.sha256(old).digest() + bytes([format_number, len(path)]) + path.encode() + patch)


def with_others(world, patch, others):
    """A delta of one binary, and the other files of its release in a skippable frame."""
    return patch + (skippable(0x184D2A5C, zstd(plain_tar(world, others))) if others else b"")


def zstd_patch(world, old, new, others=(), between=b""):
    """zstd-patch: a frame by --patch-from."""
    with tempfile.NamedTemporaryFile() as base:
        base.write(old)
        base.flush()
        return with_others(world, zstd(new, f"--patch-from={base.name}") + between, others)


def number(value):
    """Base 128, the low seven bits first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def bsdiff_zstd(world, old, new, others):
    """bsdiff-zstd in one step: both from their first bytes on, and then what the new one has more."""
    same = min(len(old), len(new))
    more = new[same:]
    steps = number(0) + number(0) + number(same) + number(len(more))  # first: for no processor
    runs, done = b"", 0
    while done < same:
        first = next((at for at in range(done, same, 4096) if old[at:at + 4096] != new[at:at + 4096]), same)
        last = min(first + 4096, same)
        runs += number(first - done) + number(last - first) + bytes((b - a) & 255 for a, b in zip(old[first:last], new[first:last]))
        done = last
    return with_others(world, b"".join(zstd(part) for part in (steps, runs, more)), others)
