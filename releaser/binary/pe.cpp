#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/fields.hpp"
#include "releaser/binary/readers.hpp"

#include <array>
#include <optional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// Source: Microsoft, "PE Format".
constexpr std::size_t kImports = 1;
constexpr std::size_t kCertificates = 4;
constexpr std::size_t kDelayedImports = 13;
constexpr std::size_t kManagedCode = 14;
// characteristics
constexpr std::uint16_t kIsProgram = 0x2;
constexpr std::uint16_t kIsLibrary = 0x2000;
constexpr std::size_t kCoffBytes = 20;
constexpr std::size_t kSectionBytes = 40;
constexpr std::size_t kMaxDirectories = 16;
constexpr int kMaxImports = 4096;
constexpr std::size_t kMaxImportName = 260;

std::string architecture_of(std::uint16_t machine) {
  switch (machine) {
    case 0x14c:
      return "i686";
    case 0x8664:
      return "x86_64";
    case 0xaa64:
      return "arm64";
    case 0xa641:
      return "arm64ec";
    case 0x1c0:
    case 0x1c4:
      return "arm";
    case 0x5064:
      return "riscv64";
    default:
      return cat("machine ", machine);
  }
}

void set_kind(BinaryFacts& facts, std::uint16_t characteristics, std::uint16_t subsystem) {
  if ((characteristics & kIsLibrary) != 0) {
    facts.kind = BinaryKind::library;
    facts.kind_name = "a shared library (DLL)";
  } else if (subsystem >= 10 && subsystem <= 13) {
    facts.kind_name = "an EFI program";
  } else if (subsystem == 1) {
    facts.kind_name = "a Windows driver";
  } else if (subsystem != 2 && subsystem != 3) {  // with windows, on a console
    facts.kind_name = cat("a program for Windows subsystem ", subsystem);
  } else if ((characteristics & kIsProgram) == 0) {
    facts.kind = BinaryKind::object;
    facts.kind_name = "a file with link errors";
  } else {
    facts.kind = BinaryKind::executable;
    facts.kind_name = "an executable";
  }
}

struct Section {
  std::uint64_t address, offset, size;
};
struct Directory {
  std::uint64_t address = 0, size = 0;
};

class PeReader {
 public:
  explicit PeReader(const ByteSource& source) : m_source(source) {}

  BinaryFacts read() {
    const Fields dos(m_source.read(0, 64, "the DOS header"), ByteOrder::little);
    const std::uint64_t start = dos.u32(0x3c);
    if (m_source.read(start, 4, "the PE header") != std::string_view("PE\0\0", 4)) {
      throw Error(Errc::config, "a DOS program, or damaged: no PE header");
    }
    const Fields coff(m_source.read(start + 4, kCoffBytes, "the PE header"), ByteOrder::little);
    m_facts.format = BinaryFormat::pe;
    m_facts.system = "windows";
    m_facts.architecture = architecture_of(coff.u16(0));
    const auto optional_at = start + 4 + kCoffBytes;
    read_optional_header(m_source.read(optional_at, coff.u16(16), "the optional header"),
                         coff.u16(18));
    read_sections(optional_at + coff.u16(16), coff.u16(2));
    read_symbols(coff.u32(8), coff.u32(12));
    read_certificates();
    read_imports(kImports, 20, 12);
    read_imports(kDelayedImports, 32, 4);
    m_facts.is_static = m_facts.needed.empty();
    check_entry();
    return m_facts;
  }

 private:
  static std::uint64_t end_of_directories(std::size_t first, std::uint64_t count) {
    return first + count * 8;
  }

  void read_optional_header(std::string bytes, std::uint16_t characteristics) {
    const Fields header(std::move(bytes), ByteOrder::little);
    const auto damaged = [] { return Error(Errc::config, "damaged: the optional header"); };
    if (header.size() < 2) throw damaged();
    const bool is_64_bit = header.u16(0) == 0x20b;
    if (!is_64_bit && header.u16(0) != 0x10b) throw damaged();
    const std::size_t first = is_64_bit ? 112 : 96;
    if (header.size() < first) throw damaged();
    const auto count = header.u32(first - 4);
    if (count > kMaxDirectories || end_of_directories(first, count) > header.size()) {
      throw damaged();
    }
    for (std::size_t i = 0; i < count; ++i) {
      m_directories[i] = {header.u32(first + 8 * i), header.u32(first + 8 * i + 4)};
    }
    m_entry = header.u32(16);
    const auto version = [&](std::size_t at) {
      return cat(header.u16(at), ".", header.u16(at + 2));
    };
    m_facts.floors.windows = higher_floor(version(40), version(48));
    m_headers_size = header.u32(60);
    m_source.require(0, m_headers_size, "the headers");
    set_kind(m_facts, characteristics, header.u16(68));
  }

  void read_sections(std::uint64_t at, std::uint16_t count) {
    const Fields table(m_source.read(at, std::uint64_t{count} * kSectionBytes, "the section table"),
                       ByteOrder::little);
    for (std::size_t i = 0; i < count; ++i) {
      const auto entry = i * kSectionBytes;
      const Section section{
          .address = table.u32(entry + 12),
          .offset = table.u32(entry + 20),
          .size = table.u32(entry + 16),
      };
      if (section.offset == 0 || section.size == 0) continue;  // no bytes in the file
      m_source.require(section.offset, section.size,
                       cat("section ", base::safe_text(table.text(entry, 8))));
      m_sections.push_back(section);
    }
    if (m_sections.empty()) throw Error(Errc::config, "damaged: no section with bytes");
  }

  // Compilers of the GNU family leave COFF symbols, with the length of the names behind them.
  void read_symbols(std::uint64_t offset, std::uint64_t count) {
    m_facts.is_stripped = offset == 0 || count == 0;
    if (!m_facts.is_stripped) m_source.require(offset, count * 18, "the symbol table");
  }

  // The one directory with a position in the file instead of an address.
  void read_certificates() {
    const auto& directory = m_directories[kCertificates];
    if (directory.size == 0) return;
    m_source.require(directory.address, directory.size, "the certificate table");
    m_facts.is_signed = true;
  }

  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const auto& section : m_sections) {
      if (address >= section.address && address - section.address < section.size) {
        return section.offset + (address - section.address);
      }
    }
    if (address < m_headers_size) return address;
    return std::nullopt;
  }

  void read_imports(std::size_t directory, std::size_t entry_bytes, std::size_t name_field) {
    if (m_directories[directory].address == 0) return;
    auto at = offset_of(m_directories[directory].address);
    if (!at) throw Error(Errc::config, "damaged: the imports lie in no section");
    for (int left = kMaxImports; left > 0; --left) {
      const Fields entry(m_source.read(*at, entry_bytes, "the imports"), ByteOrder::little);
      const auto name_address = entry.u32(name_field);
      if (name_address == 0) return;
      const auto name_at = offset_of(name_address);
      if (!name_at) throw Error(Errc::config, "damaged: an import's name lies in no section");
      m_facts.needed.push_back(m_source.read_text(*name_at, kMaxImportName, "an import's name"));
      *at += entry_bytes;
    }
    throw Error(Errc::config, "damaged: too many imports");
  }

  void check_entry() const {
    if (m_facts.kind != BinaryKind::executable) return;
    if (m_entry == 0 && m_directories[kManagedCode].size != 0) return;  // .NET finds its own way
    if (m_entry == 0 || !offset_of(m_entry)) {
      throw Error(Errc::config, "damaged: the entry point lies in no section");
    }
  }

  const ByteSource& m_source;
  BinaryFacts m_facts;
  std::uint64_t m_entry = 0;
  std::uint64_t m_headers_size = 0;
  std::array<Directory, kMaxDirectories> m_directories{};
  std::vector<Section> m_sections;
};

}  // namespace

bool looks_like_pe(std::string_view beginning) { return beginning.starts_with("MZ"); }

BinaryFacts read_pe(const ByteSource& source) { return PeReader(source).read(); }

}  // namespace releaser
