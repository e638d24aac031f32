#pragma once

#include "releaser/binary/byte_source.hpp"
#include "releaser/binary/fields.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace releaser {

struct ElfSegment {
  std::uint32_t type = 0, flags = 0;
  std::uint64_t offset = 0, address = 0, file_size = 0, memory_size = 0;
};

struct ElfSection {
  std::uint32_t name = 0, type = 0;  // name: position in the table of names
  std::uint64_t flags = 0, offset = 0, size = 0;
};

// An ELF file's header and its two tables. Source: System V ABI, chapters 4 and 5.
struct ElfFile {
  bool is_64_bit = false;
  ByteOrder order = ByteOrder::little;
  std::uint8_t os_abi = 0;
  std::uint16_t type = 0, machine = 0;
  std::uint64_t entry = 0;
  std::uint32_t names_section = 0;  // index of the section with the names
  std::vector<ElfSegment> segments;
  std::vector<ElfSection> sections;  // without the empty first one; empty: there is no table
};

// Both tables lie inside the file, and so does each segment and section. Throws Errc::config
// otherwise.
ElfFile read_elf_tables(const ByteSource& source);

}  // namespace releaser
