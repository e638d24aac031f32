#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/binary.hpp"
#include "releaser/binary/readers.hpp"
#include "releaser/binary/system_libraries.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using schema::Architecture;
using schema::Libc;
using schema::OperatingSystem;

// An ELF file does not say which ARM of 32 bits it is for.
std::string_view word_of_readers(Architecture arch) {
  const bool is_arm = arch == Architecture::armv7 || arch == Architecture::armv6;
  return is_arm ? std::string_view("arm") : schema::architecture_name(arch);
}

std::vector<std::string_view> wanted_architectures(const schema::Platform& platform) {
  if (platform.row().arch == Architecture::universal) {
    return {schema::architecture_name(Architecture::arm64),
            schema::architecture_name(Architecture::x86_64)};
  }
  return {word_of_readers(platform.row().arch)};
}

// What the whole file is for: "darwin arm64 and darwin x86_64".
std::string what_it_is_for(const std::vector<BinaryFacts>& slices) {
  std::vector<std::string> names;
  names.reserve(slices.size());
  for (const auto& slice : slices)
    names.push_back(cat(slice.system, " ", slice.architecture));
  return base::join(names, " and ");
}

std::string_view last_component(std::string_view name) {
  return name.substr(name.find_last_of("/\\") + 1);
}

class Inspector {
 public:
  Inspector(const base::Path& path, const schema::Platform& platform,
            std::span<const std::string> allowed_libraries, std::string_view section)
      : m_path(path),
        m_platform(platform),
        m_allowed_libraries(allowed_libraries),
        m_section(section) {}

  Inspection inspect() {
    try {
      const auto file = base::open_regular_file(m_path);
      const ByteSource source(file);
      m_inspection.size = source.size();
      select_slices(read_binary(source));
    } catch (const base::Error& error) {
      // One file of many; all problems of a release are told at once.
      describe(error);
    }
    for (const auto& slice : m_inspection.slices) {
      check_libraries(slice);
      check_libc(slice);
      collect_floors(slice);
      if (slice.format == BinaryFormat::macho && slice.architecture == "arm64" &&
          !slice.is_signed) {
        warning(
            "has no code signature, and macOS kills such programs on arm64; sign it "
            "(codesign -s - or rcodesign) in [hooks] after_stamp");
      }
    }
    return m_inspection;
  }

 private:
  void problem(std::string_view text) { m_inspection.problems.push_back(line(text)); }
  void warning(std::string_view text) { m_inspection.warnings.push_back(line(text)); }
  [[nodiscard]] std::string line(std::string_view text) const {
    return cat(m_path.string(), ": ", text);
  }

  void describe(const base::Error& error) {
    // Errors about the file itself name it already.
    const std::string_view text = error.what();
    const auto advised =
        base::with_advice(text, cat("build or fetch the binary for ", m_platform.name(), " again"));
    if (text.find(m_path.string()) != std::string_view::npos) {
      m_inspection.problems.push_back(advised);
    } else {
      problem(advised);
    }
  }

  void select_slices(const std::vector<BinaryFacts>& slices) {
    std::vector<BinaryFacts> selected;
    for (const auto wanted : wanted_architectures(m_platform)) {
      const auto found = std::find_if(slices.begin(), slices.end(), [&](const BinaryFacts& slice) {
        return slice.architecture == wanted &&
               slice.system == schema::system_name(m_platform.row().os);
      });
      if (found == slices.end()) {
        return problem(cat("is for ", what_it_is_for(slices), ", not for ", m_platform.name(),
                           "; give that platform its own binary"));
      }
      if (found->kind != BinaryKind::executable) {
        return problem(
            cat("is ", found->kind_name, ", not an executable; give the program itself"));
      }
      selected.push_back(*found);
    }
    m_inspection.slices = std::move(selected);
  }

  [[nodiscard]] bool is_allowed(const std::string& library) const {
    const auto equal = [&](std::string_view name, std::string_view allowed) {
      return m_platform.is_windows() ? base::lower_case(name) == base::lower_case(allowed)
                                     : name == allowed;
    };
    return std::any_of(m_allowed_libraries.begin(), m_allowed_libraries.end(),
                       [&](const std::string& allowed) {
                         return equal(library, allowed) || equal(last_component(library), allowed);
                       });
  }

  void check_libraries(const BinaryFacts& slice) {
    std::vector<std::string> surprises;
    for (const auto& library : slice.needed) {
      if (!is_system_library(library, m_platform) && !is_allowed(library)) {
        surprises.push_back(base::safe_text(library, 200));
      }
    }
    if (surprises.empty()) return;
    problem(cat("needs ", base::join(surprises, ", "), ", which not every ", m_platform.name(),
                " machine has; link it statically, or say in [", m_section,
                "]: allow_libraries = [\"", base::join(surprises, "\", \""), "\"]"));
  }

  void check_libc(const BinaryFacts& slice) {
    if (m_platform.row().os != OperatingSystem::linux || slice.is_static) return;
    const auto wanted = m_platform.row().libc;
    if (slice.libc != Libc::none && slice.libc != wanted) {
      const bool is_musl = slice.libc == Libc::musl;
      problem(cat("is linked to ", is_musl ? "musl" : "glibc", ", not for ", m_platform.name(),
                  "; link it statically, or give it the platform with", is_musl ? " " : "out ",
                  "-musl"));
      return;
    }
    const auto loader = std::string_view(slice.interpreter);
    if (!loader.empty() && !loader.starts_with("/lib") && !loader.starts_with("/usr/lib")) {
      problem(cat("asks for the loader ", base::safe_text(loader, 200),
                  ", which other machines do not have; link it outside of Nix, Guix and the like, "
                  "or statically"));
    }
  }

  void collect_floors(const BinaryFacts& slice) {
    auto& all = m_inspection.requirements;
    all.glibc = higher_floor(all.glibc, slice.floors.glibc);
    all.windows = higher_floor(all.windows, slice.floors.windows);
    // No Mac with arm64 has anything older than macOS 11: that floor asks nothing of the x86_64
    // Macs that a universal file serves as well.
    const bool asks_nothing = m_inspection.slices.size() > 1 && slice.architecture == "arm64" &&
                              higher_floor(slice.floors.macos, "11.0") == "11.0";
    if (!asks_nothing) all.macos = higher_floor(all.macos, slice.floors.macos);
  }

  const base::Path& m_path;
  const schema::Platform& m_platform;
  std::span<const std::string> m_allowed_libraries;
  std::string_view m_section;
  Inspection m_inspection;
};

}  // namespace

Inspection inspect_binary(const base::Path& path, const schema::Platform& platform,
                          std::span<const std::string> allowed_libraries,
                          std::string_view section) {
  return Inspector(path, platform, allowed_libraries, section).inspect();
}

}  // namespace releaser
