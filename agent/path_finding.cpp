#include "agent/path_finding.hpp"

#include "agent/activation.hpp"
#include "agent/probe.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <system_error>

namespace agent {
namespace {

using base::cat;

bool is_same_file(const base::Path& one, const base::Path& other) {
  std::error_code ignored;
  return std::filesystem::equivalent(one, other, ignored);
}

// A wrapper or a shim that leads to ours is as good as ours. That something of somebody else cannot
// be run says only that it is none.
bool says_this_version(const Services& services, const base::Path& found,
                       const schema::Version& version, const CompletionMark& mark) {
  const std::string name = found.filename().native();
  const ProbeOptions options = probe_options(services.environment, services.layout.program);
  try {
    if (mark.agent && link_name(*mark.agent) == name) {
      return !probe_agent(found, services.identity, version, std::nullopt, options);
    }
    if (mark.probe.empty() || link_name(mark.probe.front()) != name) return false;
    std::vector<std::string> probe = mark.probe;
    probe.front() = name;
    return !probe_product(found.parent_path(), probe, version, options);
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

PathFinding look_on_path(const Services& services, const schema::Version& version,
                         const CompletionMark& mark) {
  const Layout& layout = services.layout;
  const std::string path = services.environment.find("PATH").value_or("");
  PathFinding finding;
  for (const std::string& binary : mark.binaries) {
    const std::string name = link_name(binary);
    const base::Path link = layout.bin_directory / name;
    if (inspect_link(layout, name) != LinkState::ours) {
      finding.other_programs.push_back(
          cat(link.native(), " was not made by ", layout.program,
              " and stays, so PATH does not find ", (layout.current / binary).native(),
              "; move it away and run `", layout.program, " install`"));
      continue;
    }
    const auto found = base::find_program(name, path);
    if (!found || is_same_file(*found, link)) continue;
    const bool same = says_this_version(services, *found, version, mark);
    (same ? finding.remarks : finding.other_programs)
        .push_back(cat("PATH finds ", found->native(), same ? ", which is this version too," : "",
                       " before ", link.native(), "; remove it, or put ",
                       layout.bin_directory.native(), " first in PATH"));
  }
  return finding;
}

}  // namespace agent
