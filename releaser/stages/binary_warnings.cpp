#include "releaser/binary/warnings.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>

#include <gnu/libc-version.h>
#include <sys/utsname.h>

namespace releaser {
namespace {

// This machine, for binaries that it can run; nothing where the releaser does not know it.
std::optional<schema::Machine> this_machine() {
  utsname names{};
  if (::uname(&names) != 0 || std::string_view(names.sysname) != "Linux") return std::nullopt;
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (row.os != schema::OperatingSystem::linux || row.uname_m != names.machine) continue;
    return schema::Machine{.os = row.os,
                           .arch = row.arch,
                           .libc = schema::Libc::glibc,
                           .glibc = ::gnu_get_libc_version(),
                           .macos = "",
                           .windows = ""};
  }
  return std::nullopt;
}

ReleaseBinary described(const Target& target, const InputBinary& binary,
                        const schema::Release* last) {
  const std::string_view exe = target.platform.executable_suffix();
  ReleaseBinary described{.path = binary.packed,
                          .platform = target.platform,
                          .name = binary.name.substr(0, binary.name.size() - exe.size()),
                          .slices = binary.inspection.slices,
                          .size = binary.inspection.size,
                          .previous_size = {}};
  if (last == nullptr || !last->platforms.contains(target.platform)) return described;
  for (const schema::BinaryEntry& entry : last->platforms.at(target.platform).binaries) {
    if (entry.path == binary.name) described.previous_size = entry.size;
  }
  return described;
}

// An agent says the version that is stamped into it, so nobody asks before it is stamped. No build
// knows the version of a snapshot.
bool tells_its_version(const Run& run, const InputBinary& binary) {
  if (run.identity->is_snapshot) return false;
  return binary.role == BinaryRole::product || binary.packed != binary.source;
}

}  // namespace

void warn_about_binaries(const Run& run, Problems& problems, const WhichBinaries& which) {
  if (run.earlier && !run.options.strict && !run.warns_again) return;
  const auto newest = run.before.newest(run.identity->channel);
  const schema::Release* const last = newest ? run.before.find(*newest) : nullptr;
  std::vector<ReleaseBinary> runnable;
  std::vector<ReleaseBinary> silent;
  for (const Target& target : run.targets) {
    for (const InputBinary& binary : target.binaries) {
      if (binary.role == BinaryRole::agent || binary.inspection.slices.empty()) continue;
      if (!which(target, binary)) continue;
      (tells_its_version(run, binary) ? runnable : silent)
          .push_back(described(target, binary, last));
    }
  }
  const base::TemporaryDirectory folder(run.around.environment.find("TMPDIR").value_or("/tmp"),
                                        "cco-release-");
  WarningOptions options{.version = run.identity->version.text(),
                         .machine = this_machine(),
                         .jobs = run.options.parallelism,
                         .temporary_directory = folder.path()};
  for (std::string& warning : binary_warnings(runnable, options))
    problems.warn(std::move(warning));
  options.machine.reset();  // which is who would ask them
  for (std::string& warning : binary_warnings(silent, options))
    problems.warn(std::move(warning));
}

}  // namespace releaser
