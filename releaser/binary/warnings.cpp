#include "releaser/binary/warnings.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/binary/probe_output.hpp"
#include "releaser/binary/string_scan.hpp"
#include "releaser/binary/test_run.hpp"
#include "releaser/binary/text_match.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace releaser {
namespace {

using base::cat;

constexpr std::array<std::string_view, 7> kPackagePrefixes{
    "/opt/homebrew/", "/usr/local/Cellar/", "/usr/local/opt/", "/home/linuxbrew/",
    "/opt/local/",    "/nix/store/",        "/gnu/store/",
};
constexpr std::array<std::string_view, 11> kBuildFolders{
    "/home/", "/Users/", "/root/",   "/tmp/",    "/var/tmp/",         "/private/",
    "/build", "/work",   "/github/", "/runner/", "/var/lib/jenkins/",
};

// Linked or looked up in a place that only the machine of the build has.
class Warnings {
 public:
  explicit Warnings(std::vector<std::string>& lines) : m_lines(lines) {}

  void of_places(const ReleaseBinary& binary, const BinaryFacts& slice) {
    for (const auto& library : slice.needed) {
      if (starts_with_any(kPackagePrefixes, library)) {
        add(binary, cat("needs ", quoted(library),
                        " of a package manager, which other machines do not have; link it "
                        "statically"));
      }
    }
    const bool needs_run_path =
        std::any_of(slice.needed.begin(), slice.needed.end(),
                    [](const std::string& library) { return library.starts_with("@rpath/"); });
    if (needs_run_path && slice.run_paths.empty()) {
      add(binary,
          "needs a library by @rpath but has no run path; add one with "
          "-Wl,-rpath,@executable_path/…");
    }
    for (const auto& path : slice.run_paths)
      of_run_path(binary, path);
  }

  void of_strings(const ReleaseBinary& binary, const StringFindings& findings) {
    if (findings.build_paths > 0) {
      add(binary, cat("holds build paths, such as ", quoted(findings.build_path), " (",
                      findings.build_paths,
                      " in all); build with -trimpath (Go), --remap-path-prefix (Rust) or "
                      "-ffile-prefix-map (C, C++)"));
    }
    for (const auto& secret : findings.secrets) {
      add(binary, cat("holds what looks like ", secret.kind, " at byte ", secret.offset,
                      "; if it is real, revoke it and build without it"));
    }
  }

  void of_size(const ReleaseBinary& binary) {
    if (!binary.previous_size || *binary.previous_size == 0) return;
    const auto before = *binary.previous_size;
    // 40 %, without rounding and without overflow for any size of a file.
    const bool grew = binary.size / 7 > before / 5;
    const bool shrank = binary.size / 3 < before / 5;
    if (!grew && !shrank) return;
    add(binary, cat("has ", base::human_size(binary.size), ", in the release before it had ",
                    base::human_size(before), "; see whether that is meant"));
  }

  void of_stripping(const ReleaseBinary& binary) {
    const bool all_stripped = std::all_of(binary.slices.begin(), binary.slices.end(),
                                          [](const auto& slice) { return slice.is_stripped; });
    if (!all_stripped) {
      add(binary, "is not stripped; strip it (Go: -ldflags \"-s -w\") to make it smaller");
    }
  }

  void add(const ReleaseBinary& binary, std::string_view text) {
    m_lines.push_back(cat(binary.path.string(), ": ", text));
  }

 private:
  static std::string quoted(std::string_view text) {
    return cat("\"", base::safe_text(text, 200), "\"");
  }

  void of_run_path(const ReleaseBinary& binary, std::string_view path) {
    const bool is_relative =
        !path.starts_with('/') && !path.starts_with('$') && !path.starts_with('@');
    if (is_relative) {
      add(binary, cat("looks for libraries in ", quoted(path),
                      ", below whatever directory it is started in; remove that run path"));
    } else if (starts_with_any(kPackagePrefixes, path) || starts_with_any(kBuildFolders, path)) {
      add(binary, cat("looks for libraries in ", quoted(path),
                      ", a folder of the machine that built it; remove that run path"));
    }
  }

  std::vector<std::string>& m_lines;
};

constexpr std::size_t kComparedAtOnce = std::size_t{256} * 1024;

bool same_bytes(const ReleaseBinary& one, const ReleaseBinary& other) {
  if (one.size != other.size) return false;
  const auto one_file = base::open_regular_file(one.path);
  const auto other_file = base::open_regular_file(other.path);
  const ByteSource one_source(one_file), other_source(other_file);
  if (one_source.size() != other_source.size()) return false;
  for (std::uint64_t at = 0; at < one_source.size(); at += kComparedAtOnce) {
    if (one_source.read_up_to(at, kComparedAtOnce) !=
        other_source.read_up_to(at, kComparedAtOnce)) {
      return false;
    }
  }
  return true;
}

// What is wrong with the binary's own --version, or "". The copy has the right to be run and the
// program a home directory that is not the user's.
std::string version_warning(const ReleaseBinary& binary, const WarningOptions& options) {
  const base::TemporaryDirectory home(options.temporary_directory, "version-");
  const auto program = home.path() / binary.name;
  copy_program(binary.path, program);
  base::ProcessOptions process;
  process.directory = home.path();
  process.environment = {{cat("HOME=", home.path().string()), "PATH=/usr/bin:/bin"}};
  process.timeout = std::chrono::seconds(10);
  process.max_output = std::size_t{64} * 1024;
  try {
    return version_output_warning(base::run_process({program.string(), "--version"}, process),
                                  options.version);
  } catch (const base::Error& error) {
    // Here is a warning, not the end: nobody promised that this machine runs it.
    return cat("could not be run here to ask for its version: ", error.what());
  }
}

void add_same_bytes(Warnings& warnings, std::span<const ReleaseBinary> binaries,
                    std::size_t index) {
  for (const ReleaseBinary& earlier : binaries.first(index)) {
    if (binaries[index].platform != earlier.platform && same_bytes(binaries[index], earlier)) {
      warnings.add(binaries[index],
                   cat("has the same bytes as the binary for ", earlier.platform.name(),
                       "; one of both platforms is enough, or one has the wrong file"));
    }
  }
}

}  // namespace

std::vector<std::string> binary_warnings(std::span<const ReleaseBinary> binaries,
                                         const WarningOptions& options) {
  std::vector<std::vector<std::string>> found(binaries.size());
  // One after the other: while another thread forks, a copy that is still being written cannot run.
  for (std::size_t index = 0; index < binaries.size(); ++index) {
    const ReleaseBinary& binary = binaries[index];
    Warnings warnings(found[index]);
    add_same_bytes(warnings, binaries, index);
    if (options.machine && runs_on(*options.machine, binary.platform, binary.slices)) {
      const auto warning = version_warning(binary, options);
      if (!warning.empty()) warnings.add(binary, warning);
    }
  }
  base::for_each_in_parallel(binaries.size(), options.jobs, [&](std::size_t index) {
    const ReleaseBinary& binary = binaries[index];
    Warnings warnings(found[index]);
    for (const auto& slice : binary.slices)
      warnings.of_places(binary, slice);
    const auto file = base::open_regular_file(binary.path);
    warnings.of_strings(binary, scan_strings(ByteSource(file)));
    warnings.of_stripping(binary);
    warnings.of_size(binary);
  });
  std::vector<std::string> lines;
  for (std::vector<std::string>& each : found)
    std::move(each.begin(), each.end(), std::back_inserter(lines));
  return lines;
}

}  // namespace releaser
