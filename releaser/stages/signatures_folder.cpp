#include "releaser/stages/signatures_folder.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;
constexpr std::size_t kMaxSignatureFiles = 10'000;

fs::path real_path(const base::Path& path) { return fs::weakly_canonical(fs::absolute(path)); }

bool contains(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

void check_place(const Run& run) {
  const fs::path out = real_path(run.signatures_out);
  const auto refuse_beside = [&](const base::Path& other, std::string_view whose) {
    const fs::path taken = real_path(other);
    if (!contains(taken, out) && !contains(out, taken)) return;
    throw Error(Errc::config, cat("--out ", run.signatures_out.string(), " and ", whose, " ",
                                  other.string(), " lie in each other; give another folder"));
  };
  for (const DestinationSettings& destination : run.config.destinations) {
    if (destination.path.empty()) continue;
    refuse_beside(run.config.resolve(destination.path, run.home), "the destination");
  }
  refuse_beside(run.options.dist, "dist/");
  if (run.config.trust)
    refuse_beside(run.config.resolve(run.config.trust->folder, run.home), "the trust folder");
}

bool is_made_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// "metadata/3.stable.0123456789ABCDEF.json"
bool is_role_signature_name(std::string_view name) {
  constexpr std::size_t kKeyNumber = 16;
  const std::vector<std::string_view> parts = base::split(name, '.');
  return parts.size() == 4 && is_made_of(parts[0], "0123456789") &&
         schema::parse_channel(parts[1]) && parts[2].size() == kKeyNumber &&
         is_made_of(parts[2], "0123456789ABCDEF") && parts[3] == "json";
}

bool may_be_ours(const fs::path& relative) {
  const std::string folder = relative.parent_path().string();
  const std::string name = relative.filename().string();
  if (folder == "metadata") return is_role_signature_name(name);
  return name.ends_with(".minisig") &&
         (folder.empty() || relative.parent_path().parent_path() == "releases");
}

}  // namespace

void check_signatures_folder(const Run& run) {
  check_place(run);
  std::error_code error;
  std::size_t count = 0;
  fs::recursive_directory_iterator walk(run.signatures_out, error);
  for (const fs::recursive_directory_iterator end; !error && walk != end; walk.increment(error)) {
    const fs::path relative = walk->path().lexically_relative(run.signatures_out);
    if (walk->path().filename().string().starts_with('.')) {
      walk.disable_recursion_pending();
      continue;
    }
    const bool is_folder = walk->symlink_status().type() == fs::file_type::directory;
    if (is_folder ? walk.depth() < 2 : may_be_ours(relative) && ++count <= kMaxSignatureFiles)
      continue;
    throw Error(Errc::config, cat("--out ", run.signatures_out.string(), " has ",
                                  base::safe_text(relative.string(), 200),
                                  ", which --sign-only did not write; give an empty folder"));
  }
}

void lock_signatures_folder(const Run& run) {
  base::make_directories(run.signatures_out);
  if (run.locks->try_acquire(run.signatures_out)) return;
  throw Error(Errc::locked, cat("another run signs into ", run.signatures_out.string(),
                                "; wait for its end and run again"));
}

}  // namespace releaser
