#include "base/parallel.hpp"
#include "base/text.hpp"
#include "releaser/binary/test_run.hpp"
#include "releaser/binary/warnings.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>
#include <array>

#include <gnu/libc-version.h>
#include <sys/utsname.h>

namespace releaser {
namespace {

using base::cat;

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

// Does the test run of the platform start this binary? Then it is asked for its version there, and
// not among the warnings.
bool is_probed(const Run& run, const Target& target, const InputBinary& binary) {
  if (!run.config.agent || run.config.agent->probe.empty()) {
    return &binary == &target.binaries.front();
  }
  const std::string& first = run.config.agent->probe.front();
  return binary.name == first || binary.name == cat(first, target.platform.executable_suffix());
}

// Has an earlier run of this version seen the same files under the same settings?
bool was_tried(const Run& run, const Target& target) {
  if (!run.earlier || run.earlier->settings != run.record.settings) return false;
  return std::all_of(target.binaries.begin(), target.binaries.end(), [&](const auto& binary) {
    const std::string name = input_name(target, binary);
    const auto now = run.record.inputs.find(name);
    const auto before = run.earlier->inputs.find(name);
    return now != run.record.inputs.end() && before != run.earlier->inputs.end() &&
           now->second == before->second;
  });
}

void check_test_run(const Run& run, const Target& target, const base::Path& folder,
                    const InputBinary& probed, Problems& problems) {
  TestRun test{.files = {},
               .command = probe_of(run.config, target),
               .version = run.identity->version.text(),
               .temporary_directory = folder};
  for (const InputBinary& binary : target.binaries) {
    if (!binary.inspection.slices.empty()) test.files.emplace_back(binary.packed, binary.name);
  }
  const std::string path = probed.packed.string();
  const TestRunResult result = test_run(test);
  if (!result.doubt.empty()) problems.warn(cat(path, ": ", result.doubt));
  if (result.refusal.empty()) return;
  problems.add(cat(path, ": ", result.refusal,
                   ": every machine would refuse to install it; build it so that it says its "
                   "version, or name the command that does in [agent] probe"));
}

void check_test_runs(const Run& run, Problems& problems, const WhichBinaries& which) {
  // What is public already was accepted once, and its bytes cannot change any more.
  if (run.before.find(run.identity->version) != nullptr) return;
  const auto machine = this_machine();
  if (!machine) return;
  std::optional<base::TemporaryDirectory> folder;
  for (const Target& target : run.targets) {
    problems.collect([&] {
      const std::string name = probe_of(run.config, target).front();
      const auto probed =
          std::find_if(target.binaries.begin(), target.binaries.end(),
                       [&](const InputBinary& binary) { return binary.name == name; });
      if (!which(target, *probed) || !tells_its_version(run, *probed)) return;
      if (!runs_on(*machine, target.platform, probed->inspection.slices)) return;
      if (!run.warns_again && was_tried(run, target)) return;
      if (!folder) {
        folder.emplace(run.around.environment.find("TMPDIR").value_or("/tmp"), "cco-release-");
      }
      check_test_run(run, target, folder->path(), *probed, problems);
    });
  }
}

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
      const bool is_asked = tells_its_version(run, binary) && !is_probed(run, target, binary);
      (is_asked ? runnable : silent).push_back(described(target, binary, last));
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

}  // namespace

void examine_binaries(const Run& run, Problems& problems, const WhichBinaries& which) {
  // A program that is copied and started leaves a core free, which can look for strings.
  std::array<Problems, 2> found;
  base::for_each_in_parallel(found.size(), run.options.parallelism, [&](std::size_t index) {
    (index == 0 ? warn_about_binaries : check_test_runs)(run, found[index], which);
  });
  for (const Problems& each : found)
    problems.append(each);
}

}  // namespace releaser
