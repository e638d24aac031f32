#!/usr/bin/env python3
"""foreign_program.py PLATFORM FILE: a program that is one for that platform as far as its headers say, and ends at once: for releases of tests."""
import struct
import sys

ELF_MACHINES = {"x86_64": 62, "aarch64": 183}
MACH_PROCESSORS = {"x86_64": (0x01000007, 3), "arm64": (0x0100000C, 0)}
PE_MACHINES = {"x86_64": 0x8664, "arm64": 0xAA64}


def elf(cpu):
    """Static, of one segment."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, ELF_MACHINES[cpu], 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    return header + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 128, 128, 0x1000) + bytes(8)


def mach_o(cpu):
    kind, subtype = MACH_PROCESSORS[cpu]
    text = struct.pack("<II16sQQQQIIII", 0x19, 72, b"__TEXT", 0x100000000, 0x4000, 0, 0x4000, 5, 5, 0, 0)
    version = struct.pack("<IIIIII", 0x32, 24, 1, 11 << 16, 12 << 16, 0)
    linker = struct.pack("<III20s", 0xE, 32, 12, b"/usr/lib/dyld")
    library = struct.pack("<IIIIII32s", 0xC, 56, 24, 2, 1 << 16, 1 << 16, b"/usr/lib/libSystem.B.dylib")
    main = struct.pack("<IIQQ", 0x80000028, 24, 0x1000, 0)
    commands = [text, linker, version, library, main]
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, kind, subtype, 2, len(commands), sum(map(len, commands)), 0x200085, 0)
    return (header + b"".join(commands)).ljust(0x4000, b"\0")


def pe(cpu):
    program = b"MZ" + bytes(58) + struct.pack("<I", 64)
    program += b"PE\0\0" + struct.pack("<HHIIIHH", PE_MACHINES[cpu], 1, 0, 0, 0, 240, 0x22)
    program += struct.pack("<HBBIIIII", 0x20B, 14, 0, 512, 0, 0, 0x1000, 0x1000) + struct.pack("<QII", 0x140000000, 0x1000, 512)
    program += struct.pack("<HHHHHH", 6, 0, 0, 0, 6, 0) + struct.pack("<IIIIHH", 0, 0x2000, 512, 0, 3, 0x160)
    program += struct.pack("<QQQQ", 1 << 20, 4096, 1 << 20, 4096) + struct.pack("<II", 0, 16) + bytes(128)
    program += b".text\0\0\0" + struct.pack("<IIIIIIHHI", 1, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020)
    return program.ljust(512, b"\0") + b"\xc3".ljust(512, b"\0")


if __name__ == "__main__":
    system, _, processor = sys.argv[1].partition("-")
    with open(sys.argv[2], "wb") as file:
        file.write({"linux": elf, "darwin": mach_o, "windows": pe}[system](processor))
