#include "releaser/stages/private_files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/key_search.hpp"

#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
namespace fs = std::filesystem;
// Folders of a site that grow with each release, and that nobody keeps keys in; `doctor` looks
// there too.
const std::set<std::string, std::less<>> kGrowing{"releases", "metadata", "targets", ".staged"};
constexpr std::size_t kMaxFiles = 2000;

// Keys that this run was told of.
std::vector<std::pair<std::string, base::Path>> named_keys(const Run& run) {
  std::vector<std::pair<std::string, base::Path>> keys;
  if (run.config.sign) {
    const SignSettings& sign = *run.config.sign;
    if (!sign.key.empty()) {
      keys.emplace_back(run.config.place("sign.key"), run.config.resolve(sign.key, run.home));
    }
    if (!sign.old_key.empty()) {
      keys.emplace_back(run.config.place("sign.old_key"),
                        run.config.resolve(sign.old_key, run.home));
    }
  }
  for (const base::Path& file : run.options.keys)
    keys.emplace_back("--key", file);
  return keys;
}

void check_keys_in(const fs::path& folder, const std::string& place, const Run& run,
                   Problems& problems) {
  std::set<fs::path> told;
  for (const auto& [said_by, key] : named_keys(run)) {
    if (!lies_in(key, folder)) continue;
    told.insert(real_path(key));
    problems.add(cat(said_by, ": ", key.string(), " lies in ", folder.string(),
                     ", which is public; move it to another folder, and make a new key if it "
                     "was there before"));
  }
  for (const base::Path& key : secret_keys_below(folder, kGrowing, kMaxFiles).keys) {
    if (told.contains(real_path(key))) continue;
    problems.add(cat(place, ": ", key.string(), " is a secret key and lies in ", folder.string(),
                     ", which is public; take it away, and make a new key"));
  }
}

}  // namespace

void check_private_files(const Run& run, Problems& problems) {
  for (const DestinationSettings& destination : run.config.destinations) {
    if (destination.type != "directory") continue;  // no folder of this machine
    const fs::path folder = real_path(run.config.resolve(destination.path, run.home));
    const std::string place = cat(run.config.file.filename().string(), ":", destination.line);
    if (is_below(real_path(run.config.file), folder)) {
      problems.add(cat(place, ": `path` of [[destination]] holds ",
                       run.config.file.filename().string(),
                       " itself; give a folder of its own, such as \"site\""));
    }
    check_keys_in(folder, place, run, problems);
  }
  for (const MatchedFile& file : run.files) {
    if (is_secret_key(file.source)) {
      problems.add(cat(run.config.place("archive.files"), ": ", file.source.string(),
                       " is a secret key and would be in every archive; take it out of `files`"));
    }
  }
}

}  // namespace releaser
