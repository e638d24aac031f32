#include "releaser/stages/private_files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
namespace fs = std::filesystem;
constexpr std::size_t kMaxKeyFileBytes = 16UL * 1024;

// Without links and "..", also where its last parts are not there yet.
fs::path real_path(const base::Path& path) {
  const fs::path absolute = fs::absolute(path);
  std::error_code error;
  const fs::path real = fs::weakly_canonical(absolute, error);
  return (error ? absolute : real).lexically_normal();  // where it may not be followed, as written
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [of_folder, of_path] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  // A folder that is written with a final slash ends with an empty part.
  return of_folder == folder.end() || (of_folder->empty() && std::next(of_folder) == folder.end());
}

bool is_secret_key(const base::Path& file) {
  const auto open = base::open_regular_file(file);
  if (base::file_size(open) > kMaxKeyFileBytes) return false;
  std::string text =
      base::with_context(file.native(), [&] { return base::read_file(open, kMaxKeyFileBytes); });
  try {
    trust::SecretKey::is_encrypted(trust::SecretBytes::take(text));
    return true;
  } catch (const base::Error&) {
    return false;  // no key file of minisign
  }
}

}  // namespace

void check_private_files(const Run& run, Problems& problems) {
  for (const DestinationSettings& destination : run.config.destinations) {
    const fs::path folder = real_path(run.config.resolve(destination.path, run.home));
    const std::string place = cat(run.config.file.filename().string(), ":", destination.line);
    if (is_below(real_path(run.config.file), folder)) {
      problems.add(cat(place, ": `path` of [[destination]] holds ",
                       run.config.file.filename().string(),
                       " itself; give a folder of its own, such as \"site\""));
    }
    if (!run.config.sign || run.config.sign->key.empty()) continue;
    const base::Path key = run.config.resolve(run.config.sign->key, run.home);
    for (const fs::path& each : {real_path(key), fs::absolute(key).lexically_normal()}) {
      if (!is_there(each) || !is_below(each, folder)) continue;
      problems.add(cat(run.config.place("sign.key"), ": ", key.string(), " lies in ",
                       folder.string(),
                       ", which is public; move it to another folder, and make a new key if it "
                       "was there before"));
      break;
    }
  }
  for (const MatchedFile& file : run.files) {
    if (is_secret_key(file.source)) {
      problems.add(cat(run.config.place("archive.files"), ": ", file.source.string(),
                       " is a secret key and would be in every archive; take it out of `files`"));
    }
  }
}

}  // namespace releaser
