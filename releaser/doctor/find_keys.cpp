#include "releaser/doctor/find_keys.hpp"

#include "base/error.hpp"
#include "releaser/trust/key_file.hpp"
#include "releaser/trust/key_search.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxFiles = 2000;
constexpr std::size_t kMaxPublicFiles = 100'000;
constexpr std::size_t kMaxKeyBytes = 16UL * 1024;
constexpr std::size_t kMaxWorkflowBytes = 1024UL * 1024;

// False where there are more files than are looked at.
bool add_keys_below(const base::Path& folder, std::vector<base::Path>& files) {
  std::error_code error;
  std::size_t seen = 0;
  auto entry = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (++seen > kMaxFiles) return false;
    const fs::path name = entry->path().filename();
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      const bool is_deep = entry.depth() + 1 >= kMaxDepth;
      if (is_deep || name == ".git" || name == "node_modules") entry.disable_recursion_pending();
    } else if (name.extension() == ".key" && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
  return true;
}

std::optional<trust::PublicKey> named_beside(const base::Path& file) {
  base::Path beside = file;
  beside.replace_extension(".pub");
  if (base::type_of(beside) != fs::file_type::regular) return std::nullopt;
  return trust::PublicKey::parse_file(base::read_file(beside, kMaxKeyBytes));
}

// Throws where it is no secret key, or cannot be read.
KeyPlace look_at(const base::Path& file) {
  KeyPlace place{
      .file = file, .key = std::nullopt, .has_password = false, .problem = {}, .lies_in = {}};
  const trust::SecretBytes text = read_key_file(file);
  base::with_context(file.string(), [&] {
    place.has_password = trust::SecretKey::is_encrypted(text);
    if (!place.has_password) place.key = trust::SecretKey::parse(text, nullptr).public_key();
  });
  try {
    if (!place.key) place.key = named_beside(file);
    check_key_file(file);
  } catch (const base::Error& error) {
    place.problem = error.what();
  }
  return place;
}

std::vector<std::string> find_workflows(const base::Path& root) {
  std::vector<std::string> found;
  std::error_code error;
  const base::Path folder = root / ".github/workflows";
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path extension = entry->path().extension();
    if (extension != ".yml" && extension != ".yaml") continue;
    if (base::type_of(entry->path()) != fs::file_type::regular) continue;
    try {
      const std::string text = base::read_file(entry->path(), kMaxWorkflowBytes);
      if (text.find(kSecretName) == std::string::npos) continue;
      found.push_back((fs::path(".github/workflows") / entry->path().filename()).string());
    } catch (const base::Error&) {
      continue;  // what cannot be read says nothing about keys
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

KeyPlaces find_key_places(const Config& config, const KeyQuestion& question) {
  KeyPlaces places;
  const base::Path project = config.root.empty() ? "." : config.root;
  std::vector<base::Path> files;
  if (!add_keys_below(project, files)) places.not_seen.push_back(project.string());
  for (const base::Path& folder : question.public_folders) {
    KeySearch found = secret_keys_below(folder, {}, kMaxPublicFiles);
    if (found.is_cut) places.not_seen.push_back(folder.string());
    files.insert(files.end(), found.keys.begin(), found.keys.end());
  }
  std::sort(files.begin(), files.end());
  std::set<fs::path> seen;
  const auto look = [&](const base::Path& file, bool is_asked_for) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(file, error);
    if (!seen.insert(error ? file : real).second) return;
    KeyPlace place{
        .file = file, .key = std::nullopt, .has_password = false, .problem = {}, .lies_in = {}};
    try {
      place = look_at(file);
    } catch (const base::Error& error_of_file) {
      if (!is_asked_for) return;  // another file of that name
      place.problem = error_of_file.what();
    }
    const auto folder = std::find_if(question.public_folders.begin(), question.public_folders.end(),
                                     [&](const base::Path& each) { return lies_in(file, each); });
    if (folder != question.public_folders.end()) place.lies_in = *folder;
    places.files.push_back(std::move(place));
  };
  for (const base::Path& file : question.named)
    look(file, true);
  for (const base::Path& file : question.usual) {
    std::error_code error;
    const bool is_elsewhere = fs::status(file, error).type() == fs::file_type::not_found;
    if (!is_elsewhere) look(file, true);
  }
  for (const base::Path& file : files)
    look(file, false);
  places.workflows = find_workflows(config.root);
  return places;
}

}  // namespace releaser
