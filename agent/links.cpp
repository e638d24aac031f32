#include "agent/activation.hpp"
#include "agent/file_system.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>

namespace agent {
namespace {

// The folder with no link on the way, where it exists.
base::Path real_path(const base::Path& path) {
  std::error_code error;
  base::Path real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real;
}

}  // namespace

std::string link_name(std::string_view binary) { return base::Path(binary).filename().native(); }

base::Path link_target(const Layout& layout, std::string_view binary) {
  const base::Path through_current = real_path(layout.versions) / "current" / binary;
  return through_current.lexically_relative(real_path(layout.bin_directory));
}

LinkState inspect_link(const Layout& layout, std::string_view name) {
  const base::Path link = layout.bin_directory / name;
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(link, ignored))) {
    return LinkState::missing;
  }
  const std::optional<base::Path> target = base::read_symlink_if_exists(link);
  if (!target) {
    return LinkState::foreign;
  }
  // Ours is what leads into our versions, however it is written.
  const base::Path absolute =
      (target->is_absolute() ? *target : real_path(layout.bin_directory) / *target)
          .lexically_normal();
  for (const base::Path& versions :
       {layout.versions.lexically_normal(), real_path(layout.versions)}) {
    if (absolute.native().starts_with(versions.native() + '/')) {
      return LinkState::ours;
    }
  }
  return LinkState::foreign;
}

void require_free_links(const Layout& layout, const schema::PlatformEntry& entry,
                        const std::function<bool(const base::Path&)>& replaceable) {
  for (const schema::BinaryEntry& binary : entry.binaries) {
    const std::string name = link_name(binary.path);
    const base::Path path = layout.bin_directory / name;
    if (inspect_link(layout, name) == LinkState::foreign && !(replaceable && replaceable(path))) {
      throw base::Error(
          base::Errc::config,
          base::cat(path.native(), " is there already and was not made by ", layout.program,
                    "; move it away, or choose another place by ", "install --prefix"));
    }
  }
}

std::vector<std::string> make_links(const Layout& layout,
                                    const std::vector<std::string>& binaries) {
  std::vector<std::string> names;
  for (const std::string& binary : binaries) {
    const std::string name = link_name(binary);
    if (inspect_link(layout, name) == LinkState::foreign) {
      continue;
    }
    const base::Path link = layout.bin_directory / name;
    const base::Path target = link_target(layout, binary);
    if (base::read_symlink_if_exists(link) != target) {
      base::make_directories(layout.bin_directory);
      base::replace_symlink(link, target);
    }
    names.push_back(name);
  }
  return names;
}

std::vector<std::string> our_links(const Layout& layout) {
  std::vector<std::string> names = base::list_directory(layout.bin_directory);
  std::erase_if(names, [&](const std::string& name) {
    return inspect_link(layout, name) != LinkState::ours;
  });
  return names;
}

void point_link(const Layout& layout, const base::Path& link, const schema::Version& version) {
  std::error_code ignored;
  if (base::read_symlink_if_exists(link) ||
      !std::filesystem::exists(std::filesystem::symlink_status(link, ignored))) {
    base::replace_symlink(link, version.text());
    return;
  }
  const base::Path beside = layout.staging / base::random_hex(8);
  base::replace_symlink(beside, version.text());
  exchange_paths(beside, link);
  base::sync_directory(layout.versions);
  base::remove_tree(beside);
}

void remove_links(const Layout& layout, const std::vector<std::string>& names) {
  bool removed = false;
  for (const std::string& name : names) {
    // A name of a receipt is only a file name: nothing outside the folder is ever touched.
    if (name.empty() || name.find('/') != std::string::npos ||
        inspect_link(layout, name) != LinkState::ours) {
      continue;
    }
    base::remove_if_exists(layout.bin_directory / name);
    removed = true;
  }
  if (removed) {
    base::sync_directory(layout.bin_directory);
  }
}

}  // namespace agent
