#include "agent/plain_install.hpp"

#include "agent/activation.hpp"
#include "agent/archive.hpp"
#include "agent/probe.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {

InstallOutcome install_plainly(const Services& services, base::HttpClient& http,
                               const InstallOrder& order) {
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
  for (const std::string& binary : mark.binaries) {
    // An agent has nothing to do without its root, unless it is the product itself.
    if (binary == mark.agent && mark.binaries.size() > 1) {
      continue;
    }
    const std::string name = link_name(binary);
    if (inspect_link(layout, name) == LinkState::ours) {
      throw base::Error(base::Errc::config,
                        base::cat((layout.bin_directory / name).native(),
                                  " belongs to an installation with updates; `", layout.program,
                                  " uninstall` removes that first"));
    }
    base::rename_durably(staged / binary, layout.bin_directory / name);
  }
  return {.from = std::nullopt,
          .version = order.version,
          .downloaded_bytes = archive.downloaded_bytes,
          .remarks = {}};
}

}  // namespace agent
