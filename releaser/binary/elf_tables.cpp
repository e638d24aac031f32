#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/elf.hpp"
#include "releaser/binary/readers.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::uint32_t kMaxSegments = 4096;
constexpr std::uint32_t kMaxSections = 1 << 20;
constexpr std::uint16_t kSegmentCountElsewhere = 0xffff;  // PN_XNUM
constexpr std::uint32_t kNamesIndexElsewhere = 0xffff;    // SHN_XINDEX
constexpr std::uint32_t kUnusedSegment = 0;               // PT_NULL
constexpr std::uint32_t kUnusedSection = 0;               // SHT_NULL
constexpr std::uint32_t kSectionWithoutBytes = 8;         // SHT_NOBITS

// Where the fields stand in files of 32 and of 64 bits.
struct Layout {
  std::size_t header, word, entry, segments, sections, segment_entry, segment_count, section_entry,
      section_count, names;
  std::size_t segment_bytes, segment_flags, segment_offset, segment_address, segment_file_size,
      segment_memory_size;
  std::size_t section_bytes, section_offset, section_size, section_link, section_info;
};
constexpr Layout k32{52, 4, 24, 28, 32, 42, 44, 46, 48, 50, 32,
                     24, 4, 8,  16, 20, 40, 16, 20, 24, 28};
constexpr Layout k64{64, 8, 24, 32, 40, 54, 56, 58, 60, 62, 56,
                     4,  8, 16, 32, 40, 64, 24, 32, 40, 44};

std::uint64_t word(const Fields& fields, std::size_t at, const Layout& layout) {
  return layout.word == 8 ? fields.u64(at) : fields.u32(at);
}

// The section header at `index`; the caller has checked that the table lies inside.
Fields section_header(const ByteSource& source, std::uint64_t table, std::uint64_t index,
                      const Layout& layout, ByteOrder order) {
  return {source.read(table + index * layout.section_bytes, layout.section_bytes,
                      cat("section header ", index)),
          order};
}

void require_table(const ByteSource& source, std::uint64_t offset, std::uint64_t count,
                   std::size_t entry_bytes, std::string_view what) {
  source.require(offset, count * entry_bytes, what);  // both factors are small: no overflow
}

ElfSegment read_segment(const Fields& fields, const Layout& layout) {
  return {.type = fields.u32(0),
          .flags = fields.u32(layout.segment_flags),
          .offset = word(fields, layout.segment_offset, layout),
          .address = word(fields, layout.segment_address, layout),
          .file_size = word(fields, layout.segment_file_size, layout),
          .memory_size = word(fields, layout.segment_memory_size, layout)};
}

}  // namespace

bool looks_like_elf(std::string_view beginning) {
  return beginning.starts_with(
      "\x7f"
      "ELF");
}

ElfFile read_elf_tables(const ByteSource& source) {
  const auto ident = source.read(0, 16, "the ELF header");
  const auto format = [&](std::size_t at) { return static_cast<unsigned char>(ident[at]); };
  if (format(4) != 1 && format(4) != 2) throw Error(Errc::config, "damaged: ELF class");
  if (format(5) != 1 && format(5) != 2) throw Error(Errc::config, "damaged: ELF byte order");
  if (format(6) != 1) throw Error(Errc::config, "damaged: ELF version");

  ElfFile file;
  file.is_64_bit = format(4) == 2;
  file.order = format(5) == 1 ? ByteOrder::little : ByteOrder::big;
  file.os_abi = format(7);
  const Layout& layout = file.is_64_bit ? k64 : k32;
  const Fields header(source.read(0, layout.header, "the ELF header"), file.order);
  file.type = header.u16(16);
  file.machine = header.u16(18);
  file.entry = word(header, layout.entry, layout);
  file.names_section = header.u16(layout.names);
  const auto segments_at = word(header, layout.segments, layout);
  const auto sections_at = word(header, layout.sections, layout);
  std::uint64_t segment_count = header.u16(layout.segment_count);
  std::uint64_t section_count = header.u16(layout.section_count);

  if (sections_at != 0) {
    if (header.u16(layout.section_entry) != layout.section_bytes) {
      throw Error(Errc::config, "damaged: size of a section header");
    }
    require_table(source, sections_at, 1, layout.section_bytes, "the section header table");
    // The first header is empty, or holds the numbers that are too large for the ELF header.
    const auto first = section_header(source, sections_at, 0, layout, file.order);
    if (section_count == 0) section_count = word(first, layout.section_size, layout);
    if (segment_count == kSegmentCountElsewhere) segment_count = first.u32(layout.section_info);
    if (file.names_section == kNamesIndexElsewhere) {
      file.names_section = first.u32(layout.section_link);
    }
    if (section_count > kMaxSections) {
      throw Error(Errc::config, cat("damaged: ", section_count, " sections"));
    }
    require_table(source, sections_at, section_count, layout.section_bytes,
                  "the section header table");
  } else {
    section_count = 0;
  }
  if (segment_count > kMaxSegments) {
    throw Error(Errc::config, cat("damaged: ", segment_count, " segments"));
  }
  if (segment_count > 0 && header.u16(layout.segment_entry) != layout.segment_bytes) {
    throw Error(Errc::config, "damaged: size of a program header");
  }

  require_table(source, segments_at, segment_count, layout.segment_bytes,
                "the program header table");
  const Fields table(
      source.read(segments_at, segment_count * layout.segment_bytes, "the program header table"),
      file.order);
  for (std::uint64_t i = 0; i < segment_count; ++i) {
    const Fields entry(std::string(table.bytes(i * layout.segment_bytes, layout.segment_bytes)),
                       file.order);
    file.segments.push_back(read_segment(entry, layout));
    const auto& segment = file.segments.back();
    if (segment.type == kUnusedSegment) continue;
    source.require(segment.offset, segment.file_size, cat("segment ", i));
  }
  for (std::uint64_t i = 1; i < section_count; ++i) {
    const auto entry = section_header(source, sections_at, i, layout, file.order);
    file.sections.push_back({.name = entry.u32(0),
                             .type = entry.u32(4),
                             .flags = word(entry, 8, layout),
                             .offset = word(entry, layout.section_offset, layout),
                             .size = word(entry, layout.section_size, layout)});
  }
  // Some linkers (Go's) put this table at the front and further sections behind all segments.
  for (const auto& section : file.sections) {
    if (section.type == kUnusedSection || section.type == kSectionWithoutBytes) continue;
    source.require(section.offset, section.size, "a section");
  }
  return file;
}

}  // namespace releaser
