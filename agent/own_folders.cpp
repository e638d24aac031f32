#include "agent/own_folders.hpp"

#include "agent/account.hpp"
#include "agent/file_system.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

void require_trusted(const base::Path& folder, FolderTrust trust) {
  if (const auto reason = distrust_reason(folder, trust)) {
    throw base::Error(base::Errc::cannot_write,
                      base::cat(folder.native(), " ", *reason,
                                ", so that somebody else could decide what runs from it; mend that "
                                "and run this again"));
  }
}

// Who may write in a folder on the way may put another root there.
void require_trusted_way(const base::Path& root) {
  for (base::Path folder = root.parent_path();; folder = folder.parent_path()) {
    require_trusted(folder, FolderTrust::on_the_way);
    if (folder == folder.parent_path()) {
      return;
    }
  }
}

}  // namespace

void require_own_home(const Services& services) {
  const Layout& layout = services.layout;
  if (!runs_as_root() || layout.home.empty() || owned_by_this_account(layout.home)) {
    return;
  }
  const std::string owner = owner_name(layout.home).value_or("nobody");
  throw base::Error(
      base::Errc::cannot_write,
      base::cat("this is root, and the home ", layout.home.native(), " belongs to ", owner,
                "; run it as ", owner, " without sudo, or with sudo -H to install for root"));
}

base::Error writing_error(const Layout& layout, const base::Error& error) {
  return {base::Errc::cannot_write,
          base::cat("cannot write to ", layout.root.native(), ": ", error.what(),
                    "; make room or give the right to write there, or set ",
                    variable_prefix(layout.program), "ROOT to another folder")};
}

bool is_for_everybody(const Layout& layout) {
  if (runs_as_root() || owned_by_this_account(layout.root) || !owned_by_root(layout.root)) {
    return false;
  }
  const base::Path from_home = layout.root.lexically_relative(layout.home);
  return layout.home.empty() || from_home.empty() || *from_home.begin() == "..";
}

void require_own_root(const Layout& layout) {
  const std::optional<std::string> owner = owner_name(layout.root);
  if (is_for_everybody(layout)) {
    throw base::Error(base::Errc::cannot_write,
                      base::cat(layout.root.native(), " belongs to ", owner.value_or("root"),
                                ", who alone changes what everybody uses; run this with sudo"));
  }
  if (runs_as_root() && owner && !owned_by_this_account(layout.root)) {
    throw base::Error(base::Errc::cannot_write,
                      base::cat(layout.root.native(), " belongs to ", *owner, ", and this is ",
                                account_name(), "; run it as ", *owner, ", without sudo"));
  }
  writing_to(layout, [&] {
    base::make_directories(layout.root);
    base::make_directories(layout.versions);
    base::make_directories(layout.state);
    base::make_directories(layout.staging, 0700);
  });
  std::error_code ignored;
  const base::Path root = std::filesystem::canonical(layout.root, ignored);
  require_trusted(root, FolderTrust::own);
  for (const base::Path& folder : {layout.versions, layout.state, layout.staging}) {
    require_trusted(folder, FolderTrust::own);
  }
  if (runs_as_root()) {
    require_trusted_way(root);
  }
  const FileSystemFacts facts = inspect_file_system(layout.root);
  if (facts.read_only) {
    throw base::Error(base::Errc::cannot_write,
                      base::cat(layout.root.native(), " is on a read-only file system; set ",
                                variable_prefix(layout.program), "ROOT to a folder that is not"));
  }
  if (facts.no_exec) {
    throw base::Error(base::Errc::cannot_write,
                      base::cat(layout.root.native(),
                                " is on a file system mounted noexec, where no program runs; set ",
                                variable_prefix(layout.program), "ROOT to a folder that is not"));
  }
}

}  // namespace agent
