#include "agent/plain_install.hpp"

#include "agent/activation.hpp"
#include "agent/archive.hpp"
#include "agent/file_system.hpp"
#include "agent/probe.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

std::optional<trust::Sha256> digest_of_regular_file(const base::Path& path) {
  const std::optional<FileKind> kind = inspect_file(path);
  if (!kind || !kind->regular) {
    return std::nullopt;
  }
  trust::Sha256Hasher hasher;
  base::stream_file(base::open_regular_file(path),
                    [&](std::string_view bytes) { hasher.update(bytes); });
  return hasher.finish();
}

// Only a program of a published release, which an earlier --unmanaged left, is replaced.
void require_replaceable(const Layout& layout, const std::string& name,
                         const Available& published) {
  const base::Path path = layout.bin_directory / name;
  const LinkState state = inspect_link(layout, name);
  if (state == LinkState::missing) {
    return;
  }
  if (state == LinkState::ours) {
    throw base::Error(base::Errc::config,
                      base::cat(path.native(), " belongs to an installation with updates; `",
                                layout.program, " uninstall` removes that first"));
  }
  const std::optional<trust::Sha256> digest = digest_of_regular_file(path);
  for (const auto& [version, release] : published.releases) {
    for (const auto& [platform, entry] : release.platforms) {
      for (const schema::BinaryEntry& binary : entry.binaries) {
        if (binary.sha256 == digest) {
          return;
        }
      }
    }
  }
  throw base::Error(
      base::Errc::config,
      base::cat(path.native(), " is there already and is no program of ", layout.product,
                "; move it away, or choose another place by --prefix"));
}

}  // namespace

InstallOutcome install_plainly(const Services& services, base::HttpClient& http,
                               const InstallOrder& order, const Available& published) {
  const Layout& layout = services.layout;
  // Beside the target: a rename never leaves its file system, and the probe runs where the program
  // will.
  const base::TemporaryDirectory staging(layout.bin_directory, base::cat('.', layout.program, '-'));
  const site::ProvenArchive archive = fetch_archive(services, http, order, staging.path());
  const base::Path staged = staging.path() / "files";
  base::make_directories(staged);
  const CompletionMark mark = unpack_release(archive, order.entry, staged);
  if (const auto failure = probe_product(staged, order.entry.probe, order.version,
                                         probe_options(services.environment, layout.program))) {
    throw base::Error(
        failure->fault == ProbeFault::lied ? base::Errc::untrusted : base::Errc::rolled_back,
        base::cat(order.version.text(), " is not fit to run here: ", failure->reason,
                  "; nothing was installed"));
  }
  std::vector<std::string> programs = mark.binaries;
  // An agent has nothing to do without its root, unless it is the product itself.
  if (programs.size() > 1) {
    std::erase(programs, mark.agent.value_or(""));
  }
  for (const std::string& program : programs) {
    require_replaceable(layout, link_name(program), published);
  }
  for (const std::string& program : programs) {
    base::rename_durably(staged / program, layout.bin_directory / link_name(program));
  }
  return {.from = std::nullopt,
          .version = order.version,
          .downloaded_bytes = archive.downloaded_bytes,
          .remarks = {},
          .found_instead = {}};
}

}  // namespace agent
