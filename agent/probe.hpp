#pragma once

#include "base/environment.hpp"
#include "base/file.hpp"
#include "manifest-schema/identity.hpp"
#include "manifest-schema/platform.hpp"
#include "manifest-schema/version.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Judging a version by running it (design: "Judging a new version").

// Is `version` in the text as a whole word: "tool v1.2.3 (abc)" holds 1.2.3, not 1.2, 1.2.30 or
// 1.2.3-beta?
bool holds_version(std::string_view text, const schema::Version& version);

struct ProbeOptions {
  std::vector<std::string> environment;  // "NAME=value"
  std::vector<std::chrono::seconds> timeouts{std::chrono::seconds(10), std::chrono::seconds(30)};
};
// The variables of this process, and <NAME>_NO_UPDATE_CHECK so that a probed product asks nobody.
ProbeOptions probe_options(const base::Environment& environment, std::string_view program);

// Why a program is not fit. lied: it says another version. broken: it crashed, failed or is none
// for this machine. hung: it did not end in time, which a busy machine does to a good one too.
enum class ProbeFault { lied, broken, hung };
struct ProbeFailure {
  ProbeFault fault;
  std::string reason;  // "esbuild --version was killed by signal 11 (Segmentation fault)"
};

// Runs `probe` with argv[0] taken from `directory`; its output must hold the version. A hang is
// tried once more with more time; what the program leaves in the background is ended. Nothing where
// all is well. Throws where the failure is ours and judges nobody: Errc::cannot_write where the
// system lets nothing run there (noexec), Errc::internal where it has no process to spare.
std::optional<ProbeFailure> probe_product(const base::Path& directory,
                                          const std::vector<std::string>& probe,
                                          const schema::Version& version,
                                          const ProbeOptions& options);

// Runs `<agent> __probe`: it must be of this product and version and processor, and its self-test
// must pass.
std::optional<ProbeFailure> probe_agent(const base::Path& agent, const schema::Identity& identity,
                                        const schema::Version& version,
                                        std::optional<schema::Architecture> architecture,
                                        const ProbeOptions& options);

// Both: the product by its `probe`, and the agent where there is one.
std::optional<ProbeFailure> probe_release(const base::Path& directory,
                                          const std::vector<std::string>& probe,
                                          const std::optional<base::Path>& agent,
                                          const schema::Identity& identity,
                                          const schema::Version& version,
                                          std::optional<schema::Architecture> architecture,
                                          const ProbeOptions& options);

// What `__probe` prints: JSON on one line. Throws Errc::internal where the self-test of the
// cryptography fails.
std::string own_probe_report(const schema::Identity& identity);

}  // namespace agent
