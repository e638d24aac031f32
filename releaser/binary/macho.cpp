#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/fields.hpp"
#include "releaser/binary/readers.hpp"

#include <optional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// Source: <mach-o/loader.h>, <mach-o/fat.h>, <mach/machine.h>.
constexpr std::string_view kUniversal{"\xca\xfe\xba\xbe", 4};
constexpr std::string_view kUniversal64{"\xca\xfe\xba\xbf", 4};
constexpr std::string_view kBig32{"\xfe\xed\xfa\xce", 4};
constexpr std::string_view kBig64{"\xfe\xed\xfa\xcf", 4};
constexpr std::string_view kLittle32{"\xce\xfa\xed\xfe", 4};
constexpr std::string_view kLittle64{"\xcf\xfa\xed\xfe", 4};
// In a Java class file the same place holds its version, 45 or more.
constexpr unsigned kMaxSlices = 40;
constexpr std::uint32_t kMaxCommands = 65536;
constexpr std::size_t kMaxPath = 4096;

// cmd
constexpr std::uint32_t kSegment32 = 0x1;
constexpr std::uint32_t kSymbols = 0x2;
constexpr std::uint32_t kThread = 0x5;
constexpr std::uint32_t kDynamicSymbols = 0xb;
constexpr std::uint32_t kLoadLibrary = 0xc;
constexpr std::uint32_t kLazyLibrary = 0x20;
constexpr std::uint32_t kSegment64 = 0x19;
constexpr std::uint32_t kCodeSignature = 0x1d;
constexpr std::uint32_t kSplitInfo = 0x1e;
constexpr std::uint32_t kDyldInfo = 0x22;
constexpr std::uint32_t kMinimumMacos = 0x24;
constexpr std::uint32_t kMinimumIos = 0x25;
constexpr std::uint32_t kFunctionStarts = 0x26;
constexpr std::uint32_t kDataInCode = 0x29;
constexpr std::uint32_t kSignRequirements = 0x2b;
constexpr std::uint32_t kOptimizationHints = 0x2e;
constexpr std::uint32_t kMinimumTvos = 0x2f;
constexpr std::uint32_t kMinimumWatchos = 0x30;
constexpr std::uint32_t kBuildVersion = 0x32;
constexpr std::uint32_t kRunPath = 0x8000001c;
constexpr std::uint32_t kReexportLibrary = 0x8000001f;
constexpr std::uint32_t kDyldInfoOnly = 0x80000022;
constexpr std::uint32_t kUpwardLibrary = 0x80000023;
constexpr std::uint32_t kMain = 0x80000028;
constexpr std::uint32_t kExportsTrie = 0x80000033;
constexpr std::uint32_t kChainedFixups = 0x80000034;
// protection
constexpr std::uint32_t kExecuteProtection = 4;

std::string architecture_of(std::uint32_t type, std::uint32_t subtype) {
  subtype &= 0xffffff;  // the upper byte holds capabilities
  switch (type) {
    case 0x01000007:
      return subtype == 8 ? "x86_64h" : "x86_64";
    case 0x0100000c:
      return subtype == 2 ? "arm64e" : "arm64";
    case 0x0200000c:
      return "arm64_32";
    case 7:
      return "i686";
    case 12:
      return "arm";
    case 18:
      return "ppc";
    case 0x01000012:
      return "ppc64";
    default:
      return cat("machine ", type);
  }
}

std::string platform_name(std::uint32_t platform) {
  constexpr std::string_view kNames[] = {
      "",          "darwin",       "iOS",           "tvOS",           "watchOS",
      "bridgeOS",  "Mac Catalyst", "iOS simulator", "tvOS simulator", "watchOS simulator",
      "DriverKit", "visionOS"};
  if (platform > 0 && platform < std::size(kNames)) return std::string(kNames[platform]);
  return cat("Apple platform ", platform);
}

// 0x000b0100 is "11.1"; the third number only where it is not 0.
std::string version_text(std::uint32_t packed) {
  auto text = cat(packed >> 16, ".", packed >> 8 & 0xff);
  if ((packed & 0xff) != 0) text += cat(".", packed & 0xff);
  return text;
}

void set_kind(BinaryFacts& facts, std::uint32_t file_type) {
  switch (file_type) {
    case 1:
      facts.kind = BinaryKind::object;
      facts.kind_name = "an object file that nobody linked";
      return;
    case 2:
      facts.kind = BinaryKind::executable;
      facts.kind_name = "an executable";
      return;
    case 4:
      facts.kind = BinaryKind::core;
      facts.kind_name = "a core dump";
      return;
    case 6:
      facts.kind = BinaryKind::library;
      facts.kind_name = "a shared library";
      return;
    case 8:
      facts.kind = BinaryKind::library;
      facts.kind_name = "a bundle (a plug-in)";
      return;
    case 10:
      facts.kind_name = "debug symbols (dSYM)";
      return;
    default:
      facts.kind_name = cat("a Mach-O file of type ", file_type);
  }
}

// Walks the load commands of one slice.
class SliceReader {
 public:
  explicit SliceReader(const ByteSource& source) : m_source(source) {}

  BinaryFacts read() {
    const auto magic = m_source.read(0, 4, "the Mach-O header");
    m_is_64_bit = magic == kBig64 || magic == kLittle64;
    m_order = magic == kBig32 || magic == kBig64 ? ByteOrder::big : ByteOrder::little;
    if (!m_is_64_bit && magic != kBig32 && magic != kLittle32) {
      throw Error(Errc::config, "damaged: a slice that is no Mach-O file");
    }
    const std::size_t header_bytes = m_is_64_bit ? 32 : 28;
    const Fields header(m_source.read(0, header_bytes, "the Mach-O header"), m_order);
    m_facts.format = BinaryFormat::macho;
    m_facts.system = "darwin";
    m_facts.architecture = architecture_of(header.u32(4), header.u32(8));
    set_kind(m_facts, header.u32(12));
    const auto count = header.u32(16);
    const Fields commands(m_source.read(header_bytes, header.u32(20), "the load commands"),
                          m_order);
    if (count > kMaxCommands) throw Error(Errc::config, cat("damaged: ", count, " load commands"));
    std::size_t at = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (commands.size() - at < 8) throw damaged(i);
      const auto size = commands.u32(at + 4);
      if (size < 8 || size % 4 != 0 || size > commands.size() - at) throw damaged(i);
      const Fields command(std::string(commands.bytes(at, size)), m_order);
      m_index = i;
      read_command(command.u32(0), command);
      at += size;
    }
    finish();
    return m_facts;
  }

 private:
  static Error damaged(std::uint32_t index) {
    return {Errc::config, cat("damaged: load command ", index)};
  }
  void require_size(const Fields& command, std::size_t size) const {
    if (command.size() < size) throw damaged(m_index);
  }

  void read_command(std::uint32_t type, const Fields& command) {
    switch (type) {
      case kSegment32:
      case kSegment64:
        return read_segment(type == kSegment64, command);
      case kSymbols:
        require_size(command, 24);
        require_table(command.u32(8), command.u32(12), m_is_64_bit ? 16 : 12, "the symbol table");
        return require_table(command.u32(16), command.u32(20), 1, "the symbols' names");
      case kDynamicSymbols:
        require_size(command, 80);
        m_local_symbols = command.u32(12);
        return;
      case kLoadLibrary:
      case kLazyLibrary:
      case kReexportLibrary:
      case kUpwardLibrary:
        m_facts.needed.push_back(text_in(command));
        return;
      case kRunPath:
        m_facts.run_paths.push_back(text_in(command));
        return;
      case kCodeSignature:
        m_facts.is_signed = true;
        [[fallthrough]];
      case kSplitInfo:
      case kFunctionStarts:
      case kDataInCode:
      case kSignRequirements:
      case kOptimizationHints:
      case kExportsTrie:
      case kChainedFixups:
        require_size(command, 16);
        return require_table(command.u32(8), command.u32(12), 1,
                             cat("the data of load command ", m_index));
      case kDyldInfo:
      case kDyldInfoOnly:
        require_size(command, 48);
        for (std::size_t at = 8; at < 48; at += 8) {
          require_table(command.u32(at), command.u32(at + 4), 1,
                        cat("the data of load command ", m_index));
        }
        return;
      case kMinimumMacos:
      case kMinimumIos:
      case kMinimumTvos:
      case kMinimumWatchos:
        require_size(command, 16);
        return set_platform(type == kMinimumMacos  ? 1
                            : type == kMinimumIos  ? 2
                            : type == kMinimumTvos ? 3
                                                   : 4,
                            command.u32(8));
      case kBuildVersion:
        require_size(command, 24);
        return set_platform(command.u32(8), command.u32(12));
      case kMain:
        require_size(command, 24);
        m_entry = command.u64(8);
        return;
      case kThread:
        m_has_thread = true;
        return;
      default:
        return;
    }
  }

  void require_table(std::uint64_t offset, std::uint64_t count, std::uint64_t entry_bytes,
                     std::string_view what) const {
    if (count != 0) m_source.require(offset, count * entry_bytes, what);
  }

  // A program for several platforms (zippered) is for macOS if one of them is.
  void set_platform(std::uint32_t platform, std::uint32_t minimum) {
    if (m_platform_known && platform != 1) return;
    m_platform_known = true;
    m_facts.system = platform_name(platform);
    if (platform == 1) m_facts.floors.macos = version_text(minimum);
  }

  [[nodiscard]] std::string text_in(const Fields& command) const {
    require_size(command, 12);
    const auto at = command.u32(8);
    if (at < 12 || at >= command.size()) throw damaged(m_index);
    const auto text = command.text(at, command.size() - at);
    if (text.empty() || text.size() > kMaxPath) throw damaged(m_index);
    return std::string(text);
  }

  void read_segment(bool is_64_bit, const Fields& command) {
    const std::size_t bytes = is_64_bit ? 72 : 56;
    const std::size_t section_bytes = is_64_bit ? 80 : 68;
    require_size(command, bytes);
    const auto memory_size = is_64_bit ? command.u64(32) : command.u32(28);
    const auto offset = is_64_bit ? command.u64(40) : command.u32(32);
    const auto size = is_64_bit ? command.u64(48) : command.u32(36);
    const auto protection = command.u32(is_64_bit ? 60 : 44);
    const std::uint64_t sections = command.u32(is_64_bit ? 64 : 48);
    const auto name = std::string(base::safe_text(command.text(8, 16)));
    if (sections * section_bytes > command.size() - bytes) throw damaged(m_index);
    m_source.require(offset, size, cat("segment ", name));
    // Debug information takes part in no memory at all.
    if (memory_size != 0 && size > memory_size && m_facts.kind == BinaryKind::executable) {
      throw Error(Errc::config, cat("damaged: segment ", name, " is larger than its memory"));
    }
    if (name == "__DWARF") m_has_debug_information = true;
    if ((protection & kExecuteProtection) != 0) m_code.push_back({offset, size});
  }

  void finish() {
    m_facts.is_static = m_facts.needed.empty();
    // strip(1) leaves one local symbol in some files.
    m_facts.is_stripped = m_local_symbols <= 1 && !m_has_debug_information;
    if (m_facts.kind != BinaryKind::executable) return;
    if (!m_entry && !m_has_thread) throw Error(Errc::config, "damaged: no entry point");
    if (!m_entry) return;
    for (const auto& [offset, size] : m_code) {
      if (*m_entry >= offset && *m_entry - offset < size) return;
    }
    throw Error(Errc::config, "damaged: the entry point lies in no executable segment");
  }

  struct Range {
    std::uint64_t offset, size;
  };

  const ByteSource& m_source;
  BinaryFacts m_facts;
  bool m_is_64_bit = false;
  ByteOrder m_order = ByteOrder::little;
  std::uint32_t m_index = 0;
  std::uint32_t m_local_symbols = 0;
  bool m_has_debug_information = false;
  bool m_platform_known = false;
  bool m_has_thread = false;
  std::optional<std::uint64_t> m_entry;
  std::vector<Range> m_code;
};

std::uint32_t big_endian(std::string_view bytes) {
  return Fields(std::string(bytes), ByteOrder::big).u32(0);
}

}  // namespace

bool looks_like_macho(std::string_view beginning) {
  const auto magic = beginning.substr(0, 4);
  if (magic == kUniversal || magic == kUniversal64) {
    return beginning.size() < 8 || big_endian(beginning.substr(4, 4)) <= kMaxSlices;
  }
  return magic == kBig32 || magic == kBig64 || magic == kLittle32 || magic == kLittle64;
}

std::vector<BinaryFacts> read_macho(const ByteSource& source) {
  const auto magic = source.read(0, 4, "the Mach-O header");
  if (magic != kUniversal && magic != kUniversal64) return {SliceReader(source).read()};

  const Fields header(source.read(0, 8, "the universal header"), ByteOrder::big);
  const auto count = header.u32(4);
  if (count == 0) throw Error(Errc::config, "damaged: a universal file without a slice");
  const bool wide = magic == kUniversal64;
  const std::size_t entry_bytes = wide ? 32 : 20;
  const Fields table(source.read(8, std::uint64_t{count} * entry_bytes, "the table of slices"),
                     ByteOrder::big);
  std::vector<BinaryFacts> slices;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto at = i * entry_bytes;
    const auto name = architecture_of(table.u32(at), table.u32(at + 4));
    const auto part =
        source.part(wide ? table.u64(at + 8) : table.u32(at + 8),
                    wide ? table.u64(at + 16) : table.u32(at + 12), cat("the slice for ", name));
    auto facts =
        base::with_context(cat("slice for ", name), [&] { return SliceReader(part).read(); });
    if (facts.architecture != name) {
      throw Error(Errc::config,
                  cat("damaged: the slice for ", name, " holds ", facts.architecture));
    }
    for (const auto& other : slices) {
      if (other.architecture == name) {
        throw Error(Errc::config, cat("damaged: two slices for ", name));
      }
    }
    slices.push_back(std::move(facts));
  }
  return slices;
}

}  // namespace releaser
