#include "tests/releaser/binary/small_binaries.hpp"

#include <map>
#include <utility>

namespace test {
namespace {

constexpr std::uint64_t kAddress = 0x10000;  // where the whole of a small ELF file is loaded

// A table of texts that knows where each stands.
class Names {
 public:
  Names() : m_bytes(1, '\0') {}
  std::uint64_t add(const std::string& name) {
    const auto at = m_bytes.size();
    m_bytes += name;
    m_bytes += '\0';
    return at;
  }
  [[nodiscard]] const std::string& str() const { return m_bytes; }

 private:
  std::string m_bytes;
};

struct Part {
  std::uint64_t offset = 0, size = 0;
};

std::uint32_t elf_hash_unused() {
  return 0x0d696914;
}  // nobody who reads version needs looks at it

// The version needs: one library with all versions.
std::string version_needs(const ElfRecipe& recipe, Names& names, std::uint64_t library) {
  Bytes out(recipe.is_big_endian);
  if (recipe.versions.empty()) return {};
  out.u16(1).u16(recipe.versions.size()).u32(library).u32(16).u32(0);
  for (std::size_t i = 0; i < recipe.versions.size(); ++i) {
    const bool is_last = i + 1 == recipe.versions.size();
    out.u32(elf_hash_unused()).u16(0).u16(i + 2).u32(names.add(recipe.versions[i]));
    out.u32(is_last ? 0 : 16);
  }
  return out.str();
}

class ElfWriter {
 public:
  explicit ElfWriter(const ElfRecipe& recipe)
      : m_recipe(recipe), m_out(recipe.is_big_endian), m_width(recipe.is_64_bit ? 8 : 4) {}

  std::string write() {
    m_out.pad_to(m_recipe.is_64_bit ? 64 : 52);
    const auto segments_at = m_out.size();
    const std::size_t segment_bytes = m_recipe.is_64_bit ? 56 : 32;
    m_out.pad_to(segments_at + 4 * segment_bytes);
    const Part code = append("code");
    const Part interpreter =
        m_recipe.interpreter.empty() ? Part{} : append(m_recipe.interpreter + '\0');
    const Part note = append_note();
    const Part dynamic = append_dynamic();
    append_sections();

    std::size_t at = segments_at;
    for (const auto& [type, part] : {std::pair{1U, Part{0, m_out.size()}},
                                     std::pair{interpreter.size > 0 ? 3U : 0U, interpreter},
                                     std::pair{dynamic.size > 0 ? 2U : 0U, dynamic},
                                     std::pair{note.size > 0 ? 4U : 0U, note}}) {
      put_segment(at, type, part);
      at += segment_bytes;
    }
    put_header(segments_at, segment_bytes, code.offset);
    return m_out.str();
  }

 private:
  Part append(std::string_view bytes) {
    m_out.pad_to((m_out.size() + 7) / 8 * 8);
    const Part part{m_out.size(), bytes.size()};
    m_out.text(bytes);
    return part;
  }
  void word(Bytes& out, std::uint64_t value) const { out.number(value, m_width); }

  Part append_note() {
    if (m_recipe.note.empty()) return {};
    Bytes note(m_recipe.is_big_endian);
    note.u32(m_recipe.note.size() + 1).u32(4).u32(1);
    note.padded(m_recipe.note, (m_recipe.note.size() + 4) / 4 * 4).u32(0);
    return append(note.str());
  }

  Part append_dynamic() {
    if (!m_recipe.is_dynamic) return {};
    Names names;
    Bytes entries(m_recipe.is_big_endian);
    const auto entry = [&](std::uint64_t tag, std::uint64_t value) {
      word(entries, tag);
      word(entries, value);
    };
    std::uint64_t first_library = 0;
    for (const auto& library : m_recipe.needed) {
      const auto name = names.add(library);
      if (first_library == 0) first_library = name;
      entry(1, name);
    }
    if (!m_recipe.own_name.empty()) entry(14, names.add(m_recipe.own_name));
    if (!m_recipe.run_path.empty()) entry(29, names.add(m_recipe.run_path));
    if (m_recipe.is_pie) entry(0x6ffffffb, 0x08000000);
    const auto needs = version_needs(m_recipe, names, first_library);
    if (!needs.empty()) {
      entry(0x6ffffffe, kAddress + append(needs).offset);
      entry(0x6fffffff, 1);
    }
    const auto strings = append(names.str());
    entry(5, kAddress + strings.offset);
    entry(10, strings.size);
    entry(0, 0);
    return append(entries.str());
  }

  void append_sections() {
    if (!m_recipe.has_sections) return;
    Names names;
    struct Row {
      std::uint64_t name, type;
      Part part;
    };
    std::vector<Row> rows;
    if (m_recipe.has_symbols) rows.push_back({names.add(".symtab"), 2, {}});
    for (const auto& [name, bytes] : m_recipe.extra_sections) {
      rows.push_back({names.add(name), 1, append(bytes)});
    }
    const auto own_name = names.add(".shstrtab");
    rows.push_back({own_name, 3, append(names.str())});
    m_sections_at = append("").offset;
    m_section_count = rows.size() + 1;
    const std::size_t section_bytes = m_recipe.is_64_bit ? 64 : 40;
    m_out.pad_to(m_out.size() + section_bytes);
    for (const auto& row : rows) {
      const auto end = m_out.size() + section_bytes;
      m_out.u32(row.name).u32(row.type);
      word(m_out, 0);
      word(m_out, 0);
      word(m_out, row.part.offset);
      word(m_out, row.part.size);
      m_out.pad_to(end);
    }
  }

  void put_segment(std::size_t at, std::uint64_t type, const Part& part) {
    const std::uint64_t flags = type == 1 ? 5 : 4;
    const std::uint64_t address = kAddress + part.offset;
    Bytes segment(m_recipe.is_big_endian);
    segment.u32(type);
    if (m_recipe.is_64_bit) segment.u32(flags);
    for (const auto value : {part.offset, address, address, part.size, part.size}) {
      word(segment, value);
    }
    if (!m_recipe.is_64_bit) segment.u32(flags);
    word(segment, 0x1000);
    copy(at, segment);
  }

  void put_header(std::size_t segments_at, std::size_t segment_bytes, std::uint64_t entry) {
    Bytes header(m_recipe.is_big_endian);
    header.text(
        "\x7f"
        "ELF");
    header.u8(m_recipe.is_64_bit ? 2 : 1).u8(m_recipe.is_big_endian ? 2 : 1).u8(1);
    header.u8(m_recipe.os_abi).u64(0);
    header.u16(m_recipe.type).u16(m_recipe.machine).u32(1);
    word(header, kAddress + entry);
    word(header, segments_at);
    word(header, m_sections_at);
    header.u32(0).u16(m_recipe.is_64_bit ? 64 : 52).u16(segment_bytes).u16(4);
    header.u16(m_recipe.is_64_bit ? 64 : 40).u16(m_section_count);
    header.u16(m_section_count == 0 ? 0 : m_section_count - 1);
    copy(0, header);
  }

  void copy(std::size_t at, const Bytes& bytes) {
    for (const char letter : bytes.str())
      m_out.put(at++, static_cast<unsigned char>(letter), 1);
  }

  const ElfRecipe& m_recipe;
  Bytes m_out;
  std::size_t m_width;
  std::uint64_t m_sections_at = 0, m_section_count = 0;
};

}  // namespace

Bytes& Bytes::number(std::uint64_t value, std::size_t width) {
  m_bytes.resize(m_bytes.size() + width);
  put(m_bytes.size() - width, value, width);
  return *this;
}

void Bytes::put(std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    const auto place = m_big_endian ? width - 1 - i : i;
    m_bytes[at + place] = static_cast<char>(value >> (8 * i) & 0xff);
  }
}

Bytes& Bytes::text(std::string_view text) {
  m_bytes += text;
  return *this;
}

Bytes& Bytes::padded(std::string_view text, std::size_t width) {
  m_bytes += text;
  m_bytes.resize(m_bytes.size() + width - text.size());
  return *this;
}

Bytes& Bytes::pad_to(std::size_t size) {
  m_bytes.resize(size);
  return *this;
}

std::string make_elf(const ElfRecipe& recipe) { return ElfWriter(recipe).write(); }

ElfRecipe glibc_program() {
  return {.interpreter = "/lib64/ld-linux-x86-64.so.2",
          .needed = {"libc.so.6"},
          .versions = {"GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.9", "GLIBC_PRIVATE"}};
}

std::string make_macho(const MachoRecipe& recipe) {
  const std::size_t header_bytes = recipe.is_64_bit ? 32 : 28;
  constexpr std::uint64_t kCodeAt = 0x600, kCodeSize = 0x100, kLinkAt = 0x700, kLinkSize = 0x100;
  Bytes commands(recipe.is_big_endian);
  std::uint32_t count = 0;
  const auto add = [&](const Bytes& command) {
    commands.text(command.str());
    ++count;
  };
  const auto segment = [&](std::string_view name, std::uint64_t at, std::uint64_t size,
                           std::uint64_t protection) {
    Bytes command(recipe.is_big_endian);
    const std::size_t width = recipe.is_64_bit ? 8 : 4;
    command.u32(recipe.is_64_bit ? 0x19 : 1).u32(recipe.is_64_bit ? 72 : 56).padded(name, 16);
    for (const auto value : {std::uint64_t{0x4000} + at, size, at, size}) {
      command.number(value, width);
    }
    command.u32(protection).u32(protection).u32(0).u32(0);
    add(command);
  };
  const auto text_command = [&](std::uint64_t type, std::string_view text, std::size_t fixed) {
    Bytes command(recipe.is_big_endian);
    const auto size = (fixed + text.size() + 8) / 8 * 8;
    command.u32(type).u32(size).u32(fixed).pad_to(fixed).text(text).pad_to(size);
    add(command);
  };
  segment("__TEXT", 0, kCodeAt + kCodeSize, 5);
  segment("__LINKEDIT", kLinkAt, kLinkSize, 1);
  for (const auto& library : recipe.needed)
    text_command(0xc, library, 24);
  for (const auto& path : recipe.run_paths)
    text_command(0x8000001c, path, 12);
  if (recipe.file_type == 2) {
    add(Bytes(recipe.is_big_endian).u32(0x80000028).u32(24).u64(kCodeAt).u64(0));
  }
  if (recipe.platform != 0) {
    add(Bytes(recipe.is_big_endian)
            .u32(0x32)
            .u32(24)
            .u32(recipe.platform)
            .u32(recipe.minimum)
            .u32(recipe.minimum)
            .u32(0));
  }
  if (recipe.old_minimum != 0) {
    add(Bytes(recipe.is_big_endian).u32(0x24).u32(16).u32(recipe.old_minimum).u32(0));
  }
  add(Bytes(recipe.is_big_endian).u32(2).u32(24).u32(kLinkAt).u32(2).u32(kLinkAt + 0x40).u32(8));
  add(Bytes(recipe.is_big_endian).u32(0xb).u32(80).u32(0).u32(recipe.local_symbols).pad_to(80));
  if (recipe.is_signed) {
    add(Bytes(recipe.is_big_endian).u32(0x1d).u32(16).u32(kLinkAt + 0x80).u32(0x80));
  }

  Bytes out(recipe.is_big_endian);
  out.u32(recipe.is_64_bit ? 0xfeedfacf : 0xfeedface).u32(recipe.cpu).u32(recipe.cpu_subtype);
  out.u32(recipe.file_type).u32(count).u32(commands.size()).u32(0).pad_to(header_bytes);
  out.text(commands.str()).pad_to(kLinkAt + kLinkSize);
  return out.str();
}

std::string make_universal(const std::vector<UniversalSlice>& slices, bool is_64_bit) {
  Bytes out(true);
  out.u32(is_64_bit ? 0xcafebabf : 0xcafebabe).u32(slices.size());
  const std::size_t width = is_64_bit ? 8 : 4;
  std::size_t at = 0x100;
  for (const auto& slice : slices) {
    out.u32(slice.cpu).u32(0).number(at, width).number(slice.bytes.size(), width).u32(8);
    if (is_64_bit) out.u32(0);
    at += slice.bytes.size();
  }
  out.pad_to(0x100);
  for (const auto& slice : slices)
    out.text(slice.bytes);
  return out.str();
}

std::string make_pe(const PeRecipe& recipe) {
  constexpr std::uint64_t kHeaders = 0x200, kRaw = 0x200, kSize = 0x400, kRva = 0x1000;
  // The one section: code, the imports, their names.
  Bytes section;
  section.text("code").pad_to(0x40);
  Names names;
  std::map<std::string, std::uint64_t> name_at;
  constexpr std::uint64_t kNamesAt = 0x200;
  for (const auto& list : {recipe.needed, recipe.delayed}) {
    for (const auto& name : list)
      name_at[name] = kRva + kNamesAt + names.add(name);
  }
  const auto imports_at = section.size();
  for (const auto& name : recipe.needed) {
    section.u32(0).u32(0).u32(0).u32(name_at[name]).u32(0);
  }
  section.pad_to(section.size() + 20);
  const auto delayed_at = section.size();
  for (const auto& name : recipe.delayed) {
    section.u32(1).u32(name_at[name]).pad_to(section.size() + 24);
  }
  section.pad_to(section.size() + 32);
  section.pad_to(kNamesAt).text(names.str()).pad_to(kSize);

  const auto after = kRaw + kSize;
  const std::size_t symbols_size = recipe.has_symbols ? 18 : 0;
  const std::size_t optional_bytes = (recipe.is_64_bit ? 112 : 96) + 16 * 8;
  Bytes out;
  out.text("MZ").pad_to(0x3c).u32(0x40);
  out.text("PE").u16(0).u16(recipe.machine).u16(1).u32(0);
  out.u32(recipe.has_symbols ? after : 0).u32(recipe.has_symbols ? 1 : 0);
  out.u16(optional_bytes).u16(recipe.characteristics);
  const auto optional_at = out.size();
  out.u16(recipe.is_64_bit ? 0x20b : 0x10b).pad_to(optional_at + 16).u32(kRva);
  out.pad_to(optional_at + 40).u16(recipe.os_major).u16(recipe.os_minor);
  out.pad_to(optional_at + 48).u16(recipe.subsystem_major).u16(recipe.subsystem_minor);
  out.pad_to(optional_at + 60).u32(kHeaders).u32(0).u16(recipe.subsystem);
  const auto directories_at = optional_at + (recipe.is_64_bit ? 112 : 96);
  out.pad_to(directories_at - 4).u32(16).pad_to(optional_at + optional_bytes);
  const auto directory = [&](std::size_t index, std::uint64_t address, std::uint64_t size) {
    out.put(directories_at + index * 8, address, 4);
    out.put(directories_at + index * 8 + 4, size, 4);
  };
  if (!recipe.needed.empty()) directory(1, kRva + imports_at, 20);
  if (!recipe.delayed.empty()) directory(13, kRva + delayed_at, 32);
  if (recipe.is_signed) directory(4, after + symbols_size, 0x40);
  out.padded(".text", 8).u32(kSize).u32(kRva).u32(kSize).u32(kRaw);
  out.pad_to(kRaw).text(section.str()).pad_to(after + symbols_size);
  if (recipe.is_signed) out.pad_to(out.size() + 0x40);
  return out.str();
}

}  // namespace test
