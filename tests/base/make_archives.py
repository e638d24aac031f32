#!/usr/bin/env python3
"""Writes the archives of archive_test.cpp into a directory: honest ones and hostile ones.

make_archives.py DIR. Each file's name tells the case; the tests hold what each of them must do.
"""
import io
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

out = Path(sys.argv[1])


def entry(name, kind=tarfile.REGTYPE, data=b"data", mode=0o644, link=""):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mode = mode
    info.linkname = link
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    info.uid, info.gid, info.uname, info.gname = 1234, 1234, "evil", "evil"
    return info, data


def tar(name, entries, kind=tarfile.PAX_FORMAT):
    with tarfile.open(out / f"{name}.tar.gz", "w:gz", format=kind) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)


def zip_entry(name, data=b"data", mode=0o100644, method=zipfile.ZIP_DEFLATED):
    info = zipfile.ZipInfo(name, (2026, 11, 20, 10, 0, 0))
    info.create_system = 3
    info.external_attr = mode << 16
    info.compress_type = method
    return info, data


def zipped(name, entries):
    import warnings
    warnings.simplefilter("ignore")  # duplicate names are the point
    with zipfile.ZipFile(out / f"{name}.zip", "w") as archive:
        for info, data in entries:
            archive.writestr(info, data)


good = [("bin/", None, 0o755), ("bin/tool", b"\x7fELF" + b"x" * 100000, 0o755),
        ("README.md", b"hello\n", 0o600), ("empty", b"", 0o644), ("m\u00e4n/\u65e5.1", b"page", 0o644),
        ("deep/" * 30 + "file", b"deep", 0o644)]
for kind, label in ((tarfile.USTAR_FORMAT, "ustar"), (tarfile.GNU_FORMAT, "gnu"), (tarfile.PAX_FORMAT, "pax")):
    tar(f"good-{label}", [entry(n.rstrip("/"), tarfile.DIRTYPE, b"", m) if d is None else
                          entry(n, data=d, mode=m) for n, d, m in good], kind)
zipped("good", [zip_entry(n, b"", 0o40755) if d is None else zip_entry(n, d, 0o100000 | m) for n, d, m in good])

# Few entries, for the cases that go through an archive byte by byte.
tar("small", [entry("a/tool", data=b"x" * 3000, mode=0o755), entry("n\u00f6te")])
zipped("small", [zip_entry("a/tool", b"x" * 3000, 0o100755), zip_entry("n\u00f6te")])

hostile = {
    "traversal": ["../escape"], "traversal-deep": ["a/../../escape"], "absolute": ["/tmp/cco-escape"],
    "dot": ["./file"], "backslash": ["..\\escape"], "drive": ["C:/escape"], "stream": ["file:stream"],
    "reserved": ["nul"], "reserved-extension": ["aux.txt"], "trailing-dot": ["file."], "trailing-blank": ["file "],
    "newline": ["a\nb"], "escape-sequence": ["a\x1b[31mb"], "bidi": ["a\u202eb"],
    "duplicate": ["file", "file"], "case-twins": ["File", "fILE"], "case-twins-folder": ["Dir/a", "dir/b"],
    "file-as-folder": ["a", "a/b"], "folder-as-file": ["a/b", "a"], "umlaut-twins": ["\u00c4", "\u00e4"],
    "decomposed": ["a\u0308", "\u00e4"], "long-part": ["x" * 256], "long-path": ["part/" * 900 + "x"],
}
for name, paths in hostile.items():
    tar(name, [entry(path) for path in paths])
    zipped(name, [zip_entry(path) for path in paths])
tar("not-utf8", [entry("a\udcffb")], tarfile.GNU_FORMAT)

tar("symlink", [entry("link", tarfile.SYMTYPE, link="/etc"), entry("link/escape")])
tar("symlink-inside", [entry("file"), entry("link", tarfile.SYMTYPE, link="file")])
tar("symlink-only", [entry("link", tarfile.SYMTYPE, link="../../escape")])
tar("hardlink", [entry("file"), entry("hard", tarfile.LNKTYPE, link="file")])
tar("hardlink-outside", [entry("hard", tarfile.LNKTYPE, link="/etc/passwd")])
tar("character-device", [entry("null", tarfile.CHRTYPE)])
tar("block-device", [entry("disk", tarfile.BLKTYPE)])
tar("fifo", [entry("fifo", tarfile.FIFOTYPE)])
tar("setuid", [entry("tool", mode=0o6755), entry("note", mode=0o7666)])
zipped("symlink", [zip_entry("link", b"/etc/passwd", 0o120777)])
zipped("socket", [zip_entry("socket", b"", 0o140644)])
zipped("setuid", [zip_entry("tool", mode=0o106755), zip_entry("note", mode=0o107666)])
zipped("stored", [zip_entry("file", b"stored", method=zipfile.ZIP_STORED)])
zipped("bzip2-method", [zip_entry("file", b"d" * 1000, method=zipfile.ZIP_BZIP2)])
nul, nul_data = entry("a")
nul.pax_headers = {"path": "a\0/../../escape"}
tar("nul", [(nul, nul_data)])
(out / "tar-plain.tar.gz").write_bytes(b"not gzip at all, but long enough to be looked at" * 20)
import bz2  # noqa: E402
import gzip  # noqa: E402
with open(out / "good-ustar.tar.gz", "rb") as good_file:
    plain = gzip.decompress(good_file.read())
(out / "bzip2.tar.gz").write_bytes(bz2.compress(plain))
(out / "uncompressed.tar.gz").write_bytes(plain)
(out / "rubbish-after-end.tar.gz").write_bytes(gzip.compress(plain + b"rubbish"))
(out / "zip-in-gzip.tar.gz").write_bytes(gzip.compress((out / "good.zip").read_bytes()))
(out / "rar.zip").write_bytes(b"Rar!\x1a\x07\x00" + b"\x00" * 2000)
(out / "empty.tar.gz").write_bytes(b"")
(out / "empty.zip").write_bytes(b"")
(out / "zip-as-tar.tar.gz").write_bytes((out / "good.zip").read_bytes())
(out / "tar-as-zip.zip").write_bytes((out / "good-ustar.tar.gz").read_bytes())

# Bombs: 200 MiB of zeros, declared honestly in the headers; a million empty entries; headers and padding only.
zeros = b"\0" * (200 << 20)
tar("bomb", [entry("file", data=zeros)])
zipped("bomb", [zip_entry("file", zeros)])
(out / "padding.tar.gz").write_bytes(gzip.compress(plain + zeros))
header = tarfile.TarInfo("e").tobuf(tarfile.USTAR_FORMAT)
many = io.BytesIO()
with gzip.GzipFile(fileobj=many, mode="wb", mtime=0, compresslevel=1) as stream:
    for start in range(0, 1_000_000, 10_000):
        stream.write(b"".join(tarfile.TarInfo(f"e{i}").tobuf(tarfile.USTAR_FORMAT)
                              for i in range(start, start + 10_000)) if start < 20_000 else header * 10_000)
(out / "million.tar.gz").write_bytes(many.getvalue())
pax = tarfile.TarInfo.create_pax_global_header({"comment": "x"})
(out / "global-headers.tar.gz").write_bytes(gzip.compress(pax * 200_000, 1))
local = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"e"
central = b"PK\1\2" + struct.pack("<6H3L5H2L", 0x314, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0o100644 << 16, 0) + b"e"
million = 1_000_000
end = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 65535, 65535, million * len(central), million * len(local), 0)
(out / "million.zip").write_bytes(local * million + central * million + end)

# Zips whose sizes lie: in both places at once, and in one.
honest = bytearray((out / "bomb.zip").read_bytes())
central_at = honest.rindex(b"PK\1\2")
small = struct.pack("<L", 100)
lying = bytearray(honest)
lying[22:26] = small
lying[central_at + 24:central_at + 28] = small
(out / "lying-small.zip").write_bytes(lying)
lying = bytearray((out / "stored.zip").read_bytes())
central_at = lying.rindex(b"PK\1\2")
lying[central_at + 24:central_at + 28] = struct.pack("<L", 5000)
(out / "lying-large.zip").write_bytes(lying)
lying = bytearray((out / "stored.zip").read_bytes())
lying[lying.index(b"stored")] ^= 1
(out / "wrong-crc.zip").write_bytes(lying)
lying = bytearray((out / "stored.zip").read_bytes())
lying[central_at + 8] |= 1
lying[6] |= 1
(out / "encrypted.zip").write_bytes(lying)
sparse = tarfile.TarInfo("sparse")
sparse.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "sparse",
                      "GNU.sparse.realsize": str(1 << 40)}
body = b"1\n0\n0\n".ljust(512, b"\0")
sparse.size = len(body)
tar("sparse", [(sparse, body)])

# The same in zstd, by the stock program.
for name in ("good-ustar", "good-pax", "small", "bomb", "padding", "global-headers", "rubbish-after-end"):
    contents = gzip.decompress((out / f"{name}.tar.gz").read_bytes())
    packed = subprocess.run(["zstd", "-q", "-c"], input=contents, stdout=subprocess.PIPE, check=True).stdout
    (out / f"{name}.tar.zst").write_bytes(packed)
(out / "gzip-as-zstd.tar.zst").write_bytes((out / "good-ustar.tar.gz").read_bytes())
(out / "zstd-as-gzip.tar.gz").write_bytes((out / "good-ustar.tar.zst").read_bytes())
(out / "empty.tar.zst").write_bytes(b"")
