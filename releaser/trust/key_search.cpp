#include "releaser/trust/key_search.hpp"

#include "base/error.hpp"
#include "trust/signing/secret_key.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMaxKeyFileBytes = 16UL * 1024;
constexpr std::size_t kMinKeyFileBytes = 200;  // 158 bytes as base64, below a comment

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool may_be_key(const fs::directory_entry& entry) {
  std::error_code error;
  if (!entry.is_regular_file(error)) return false;
  const auto size = entry.file_size(error);
  return !error && size >= kMinKeyFileBytes && size <= kMaxKeyFileBytes;
}

}  // namespace

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

// Without links and "..", also where its last parts are not there yet.
base::Path real_path(const base::Path& path) {
  const fs::path absolute = fs::absolute(path);
  std::error_code error;
  const fs::path real = fs::weakly_canonical(absolute, error);
  return (error ? absolute : real).lexically_normal();  // where it may not be followed, as written
}

bool is_below(const base::Path& path, const base::Path& folder) {
  const auto [of_folder, of_path] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  // A folder that is written with a final slash ends with an empty part.
  return of_folder == folder.end() || (of_folder->empty() && std::next(of_folder) == folder.end());
}

bool lies_in(const base::Path& path, const base::Path& folder) {
  const fs::path real_folder = real_path(folder);
  const fs::path written = fs::absolute(path).lexically_normal();
  return (is_there(path) && is_below(real_path(path), real_folder)) ||
         (is_there(written) && (is_below(written, real_folder) ||
                                is_below(written, fs::absolute(folder).lexically_normal())));
}

KeySearch secret_keys_below(const base::Path& folder,
                            const std::set<std::string, std::less<>>& without,
                            std::size_t max_files) {
  KeySearch found;
  std::error_code error;
  std::size_t seen = 0;
  auto entry = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (entry.depth() == 0 && without.contains(entry->path().filename().string())) {
        entry.disable_recursion_pending();
      }
      continue;
    }
    if (++seen > max_files) {
      found.is_cut = true;
      break;
    }
    try {
      if (may_be_key(*entry) && is_secret_key(entry->path())) found.keys.push_back(entry->path());
    } catch (const base::Error&) {
      continue;  // what cannot be read is not served either
    }
  }
  std::sort(found.keys.begin(), found.keys.end());
  return found;
}

}  // namespace releaser
