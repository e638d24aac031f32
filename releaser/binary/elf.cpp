#include "releaser/binary/elf.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/readers.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// e_type
constexpr std::uint16_t kObject = 1;
constexpr std::uint16_t kExecutable = 2;
constexpr std::uint16_t kShared = 3;
constexpr std::uint16_t kCore = 4;
// p_type
constexpr std::uint32_t kLoad = 1;
constexpr std::uint32_t kDynamic = 2;
constexpr std::uint32_t kInterpreter = 3;
constexpr std::uint32_t kNote = 4;
// p_flags
constexpr std::uint32_t kMayExecute = 1;
// sh_type
constexpr std::uint32_t kSymbolTable = 2;
// d_tag
constexpr std::uint64_t kEnd = 0;
constexpr std::uint64_t kNeeded = 1;
constexpr std::uint64_t kStrings = 5;
constexpr std::uint64_t kStringsSize = 10;
constexpr std::uint64_t kOwnName = 14;
constexpr std::uint64_t kRpath = 15;
constexpr std::uint64_t kRunpath = 29;
constexpr std::uint64_t kFlags1 = 0x6ffffffb;
constexpr std::uint64_t kVersionNeeds = 0x6ffffffe;
constexpr std::uint64_t kVersionNeedsCount = 0x6fffffff;
constexpr std::uint64_t kPositionIndependentExecutable = 0x08000000;  // DF_1_PIE
constexpr std::size_t kMaxString = 4096;
constexpr std::uint64_t kPageSize = 4096;  // the smallest of any platform
constexpr int kMaxVersionNeeds = 16384;

std::string architecture_of(const ElfFile& file) {
  const bool little = file.order == ByteOrder::little;
  const bool wide = file.is_64_bit;
  switch (file.machine) {
    case 3:
      if (!wide && little) return "i686";
      break;
    case 62:
      if (little) return wide ? "x86_64" : "x32";
      break;
    case 183:
      if (wide) return little ? "arm64" : "arm64 with big-endian data";
      break;
    case 40:
      if (!wide) return little ? "arm" : "arm with big-endian data";
      break;
    case 243:
      if (little) return wide ? "riscv64" : "riscv32";
      break;
    case 21:
      if (wide) return little ? "ppc64le" : "ppc64";
      break;
    case 22:
      if (wide && !little) return "s390x";
      break;
    case 258:
      if (wide && little) return "loongarch64";
      break;
    case 8:
      return cat(wide ? "mips64" : "mips", little ? "le" : "");
    case 247:
      return "bpf";
    default:
      break;
  }
  return cat("machine ", file.machine);
}

// The position in the file of an address of the running program.
std::uint64_t offset_of(const ElfFile& file, std::uint64_t address, std::string_view what) {
  for (const auto& segment : file.segments) {
    if (segment.type != kLoad || address < segment.address) continue;
    const auto inside = address - segment.address;
    if (inside < segment.file_size) return segment.offset + inside;
  }
  throw Error(Errc::config, cat("damaged: ", what, " lies in no segment"));
}

const ElfSegment* only_segment(const ElfFile& file, std::uint32_t type, std::string_view what) {
  const ElfSegment* found = nullptr;
  for (const auto& segment : file.segments) {
    if (segment.type != type) continue;
    if (found != nullptr) throw Error(Errc::config, cat("damaged: more than one ", what));
    found = &segment;
  }
  return found;
}

// The kernel would refuse it otherwise.
void check_segments(const ElfFile& file) {
  for (std::size_t i = 0; i < file.segments.size(); ++i) {
    const auto& segment = file.segments[i];
    if (segment.type != kLoad) continue;
    if (segment.file_size > segment.memory_size) {
      throw Error(Errc::config, cat("damaged: segment ", i, " is larger than its memory"));
    }
    if ((segment.address - segment.offset) % kPageSize != 0) {
      throw Error(Errc::config, cat("damaged: segment ", i, " is not aligned"));
    }
  }
}

void check_entry(const ElfFile& file) {
  const bool found =
      std::any_of(file.segments.begin(), file.segments.end(), [&](const ElfSegment& segment) {
        return segment.type == kLoad && (segment.flags & kMayExecute) != 0 &&
               file.entry >= segment.address && file.entry - segment.address < segment.file_size;
      });
  if (!found) {
    throw Error(Errc::config, "damaged: the entry point lies in no executable segment");
  }
}

// What the dynamic section says.
struct Dynamic {
  std::vector<std::string> needed, run_paths;
  std::vector<std::string> versions;  // needed ones: "GLIBC_2.34"
  bool is_position_independent_executable = false;
  bool has_own_name = false;
};

class DynamicReader {
 public:
  DynamicReader(const ByteSource& source, const ElfFile& file) : m_source(source), m_file(file) {}

  Dynamic read(const ElfSegment& segment) {
    find_tables(segment);
    Dynamic dynamic;
    for (const auto& [tag, value] : m_entries) {
      if (tag == kNeeded) dynamic.needed.push_back(name(value));
      if (tag == kRpath || tag == kRunpath) {
        const auto paths = name(value);
        for (const auto path : base::split(paths, ':'))
          dynamic.run_paths.emplace_back(path);
      }
      if (tag == kOwnName) dynamic.has_own_name = true;
      if (tag == kFlags1) {
        dynamic.is_position_independent_executable = (value & kPositionIndependentExecutable) != 0;
      }
    }
    read_version_needs(dynamic);
    return dynamic;
  }

 private:
  void find_tables(const ElfSegment& segment) {
    const std::size_t width = m_file.is_64_bit ? 8 : 4;
    const Fields fields(m_source.read(segment.offset, segment.file_size, "the dynamic section"),
                        m_file.order);
    const auto number = [&](std::size_t at) {
      return m_file.is_64_bit ? fields.u64(at) : fields.u32(at);
    };
    bool ended = false;
    for (std::size_t at = 0; !ended && at + 2 * width <= fields.size(); at += 2 * width) {
      const auto tag = number(at);
      const auto value = number(at + width);
      if (tag == kEnd) ended = true;
      if (tag == kStrings) m_strings_address = value;
      if (tag == kStringsSize) m_strings_size = value;
      if (tag == kVersionNeeds) m_version_needs_address = value;
      if (tag == kVersionNeedsCount) m_version_needs_count = value;
      m_entries.emplace_back(tag, value);
    }
    if (!ended) throw Error(Errc::config, "damaged: the dynamic section has no end");
    if (!m_strings_address) return;
    m_strings_offset = offset_of(m_file, *m_strings_address, "the dynamic string table");
    m_source.require(m_strings_offset, m_strings_size, "the dynamic string table");
  }

  [[nodiscard]] std::string name(std::uint64_t index) const {
    if (!m_strings_address || index >= m_strings_size) {
      throw Error(Errc::config, "damaged: a name lies outside of the dynamic string table");
    }
    const auto limit = std::min<std::uint64_t>(kMaxString, m_strings_size - index - 1);
    return m_source.read_text(m_strings_offset + index, static_cast<std::size_t>(limit),
                              "a name in the dynamic string table");
  }

  // Elf_Verneed and Elf_Vernaux look alike in both classes.
  void read_version_needs(Dynamic& dynamic) const {
    if (!m_version_needs_address) return;
    auto at = offset_of(m_file, *m_version_needs_address, "the version needs");
    int left = kMaxVersionNeeds;
    for (std::uint64_t i = 0; i < m_version_needs_count; ++i) {
      const Fields need(m_source.read(at, 16, "the version needs"), m_file.order);
      auto version_at = at + need.u32(8);
      for (unsigned j = 0; j < need.u16(2); ++j) {
        if (--left < 0) throw Error(Errc::config, "damaged: too many version needs");
        const Fields version(m_source.read(version_at, 16, "a version need"), m_file.order);
        dynamic.versions.push_back(name(version.u32(8)));
        if (version.u32(12) == 0) break;
        version_at += version.u32(12);
      }
      if (need.u32(12) == 0) return;
      at += need.u32(12);
      if (--left < 0) throw Error(Errc::config, "damaged: too many version needs");
    }
  }

  const ByteSource& m_source;
  const ElfFile& m_file;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> m_entries;
  std::optional<std::uint64_t> m_strings_address, m_version_needs_address;
  std::uint64_t m_strings_offset = 0, m_strings_size = 0, m_version_needs_count = 0;
};

// Highest GLIBC_x.y among the needed versions. GLIBC_PRIVATE and the like are no numbers.
std::string glibc_floor(const std::vector<std::string>& versions) {
  std::string floor;
  for (const std::string_view version : versions) {
    if (!version.starts_with("GLIBC_")) continue;
    const auto number = version.substr(6);
    // Relative relocations are understood since 2.36; the linker marks them so.
    if (number == "ABI_DT_RELR") floor = higher_floor(floor, "2.36");
    if (number.empty() || number.find_first_not_of("0123456789.") != std::string_view::npos) {
      continue;
    }
    floor = higher_floor(floor, std::string(number));
  }
  return floor;
}

schema::Libc libc_of(const std::string& interpreter, const Dynamic& dynamic) {
  const auto loader = interpreter.substr(interpreter.rfind('/') + 1);
  const auto needs = [&](std::string_view prefix) {
    return std::any_of(dynamic.needed.begin(), dynamic.needed.end(),
                       [&](const std::string& name) { return name.starts_with(prefix); });
  };
  if (loader.starts_with("ld-musl") || needs("libc.musl")) return schema::Libc::musl;
  if (loader.starts_with("ld-linux") || loader.starts_with("ld64.so") || needs("libc.so.6") ||
      !glibc_floor(dynamic.versions).empty()) {
    return schema::Libc::glibc;
  }
  return schema::Libc::none;
}

// The system that the notes name, or "".
std::string system_in_notes(const ByteSource& source, const ElfFile& file) {
  constexpr std::size_t kMaxNotes = std::size_t{64} * 1024;
  for (const auto& segment : file.segments) {
    if (segment.type != kNote) continue;
    const Fields notes(
        source.read_up_to(segment.offset, std::min<std::uint64_t>(kMaxNotes, segment.file_size)),
        file.order);
    std::uint64_t at = 0;
    while (at + 12 <= notes.size()) {
      const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
      const std::uint64_t name_size = notes.u32(at), value_size = notes.u32(at + 4);
      const auto value_at = at + 12 + padded(name_size);
      const auto next = value_at + padded(value_size);
      if (next > notes.size()) break;  // notes with other padding: what was read before counts
      const auto name = notes.text(at + 12, name_size);
      if (name == "FreeBSD") return "freebsd";
      if (name == "NetBSD") return "netbsd";
      if (name == "OpenBSD") return "openbsd";
      if (name == "Android") return "android";
      if (name == "GNU" && notes.u32(at + 8) == 1 && value_size >= 4) {
        constexpr std::string_view kSystems[] = {"linux", "hurd", "solaris", "freebsd"};
        const auto system = notes.u32(value_at);
        if (system < std::size(kSystems)) return std::string(kSystems[system]);
      }
      at = next;
    }
  }
  return "";
}

std::string system_of(const ByteSource& source, const ElfFile& file,
                      const std::string& interpreter) {
  if (interpreter.starts_with("/system/")) return "android";
  if (interpreter == "/libexec/ld-elf.so.1") return "freebsd";
  if (interpreter.starts_with("/lib/amd64/")) return "solaris";
  switch (file.os_abi) {
    case 2:
      return "netbsd";
    case 6:
      return "solaris";
    case 9:
      return "freebsd";
    case 12:
      return "openbsd";
    case 0:
    case 3:
      break;
    default:
      return cat("system ", file.os_abi);
  }
  const auto noted = system_in_notes(source, file);
  return noted.empty() ? "linux" : noted;
}

}  // namespace

BinaryFacts read_elf(const ByteSource& source) {
  const auto file = read_elf_tables(source);
  BinaryFacts facts;
  facts.format = BinaryFormat::elf;
  facts.architecture = architecture_of(file);
  facts.system = "linux";
  if (file.type == kObject || file.type == kCore) {
    facts.kind = file.type == kObject ? BinaryKind::object : BinaryKind::core;
    facts.kind_name = file.type == kObject ? "an object file that nobody linked" : "a core dump";
    return facts;
  }
  if (file.type != kExecutable && file.type != kShared) {
    facts.kind_name = cat("an ELF file of type ", file.type);
    return facts;
  }

  check_segments(file);
  if (const auto* segment = only_segment(file, kInterpreter, "interpreter")) {
    facts.interpreter = source.read_text(
        segment->offset,
        static_cast<std::size_t>(std::min<std::uint64_t>(segment->file_size, kMaxString)),
        "the interpreter's name");
  }
  Dynamic dynamic;
  if (const auto* segment = only_segment(file, kDynamic, "dynamic section")) {
    dynamic = DynamicReader(source, file).read(*segment);
  }
  // A position-independent program is a shared object with a flag; before the flag existed, it was
  // known by its interpreter, and libraries that can be run by their own name.
  const bool is_library = file.type == kShared && !dynamic.is_position_independent_executable &&
                          (facts.interpreter.empty() || dynamic.has_own_name);
  facts.kind = is_library ? BinaryKind::library : BinaryKind::executable;
  facts.kind_name = is_library ? "a shared library" : "an executable";
  facts.system = system_of(source, file, facts.interpreter);
  facts.is_static = facts.interpreter.empty() && dynamic.needed.empty();
  facts.needed = dynamic.needed;
  facts.run_paths = dynamic.run_paths;
  facts.floors.glibc = glibc_floor(dynamic.versions);
  if (!facts.is_static && facts.system == "linux") {
    facts.libc = libc_of(facts.interpreter, dynamic);
  }
  facts.is_stripped =
      std::none_of(file.sections.begin(), file.sections.end(),
                   [](const ElfSection& section) { return section.type == kSymbolTable; });
  if (!is_library) check_entry(file);
  return facts;
}

}  // namespace releaser
