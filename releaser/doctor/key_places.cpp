#include "releaser/doctor/key_places.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/key_file.hpp"
#include "releaser/trust/policy.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using Level = Finding::Level;
namespace fs = std::filesystem;

constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxFiles = 2000;
constexpr std::size_t kMaxKeyBytes = 16UL * 1024;
constexpr std::size_t kMaxWorkflowBytes = 1024UL * 1024;
constexpr std::string_view kSecretName = "CCO_RELEASE_KEY";

void add_keys_below(const base::Path& folder, std::vector<base::Path>& files) {
  std::error_code error;
  std::size_t seen = 0;
  auto entry = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator() && seen < kMaxFiles;
       entry.increment(error), ++seen) {
    const fs::path name = entry->path().filename();
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      const bool is_deep = entry.depth() + 1 >= kMaxDepth;
      if (is_deep || name == ".git" || name == "node_modules") entry.disable_recursion_pending();
    } else if (name.extension() == ".key" && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
}

std::optional<trust::PublicKey> named_beside(const base::Path& file) {
  base::Path beside = file;
  beside.replace_extension(".pub");
  if (base::type_of(beside) != fs::file_type::regular) return std::nullopt;
  return trust::PublicKey::parse_file(base::read_file(beside, kMaxKeyBytes));
}

// Nothing for a file that is no secret key.
std::optional<KeyPlace> look_at(const base::Path& file) {
  KeyPlace place{.file = file, .key = std::nullopt, .has_password = false, .problem = {}};
  try {
    const trust::SecretBytes text = read_key_file(file);
    place.has_password = trust::SecretKey::is_encrypted(text);
    if (!place.has_password) place.key = trust::SecretKey::parse(text, nullptr).public_key();
  } catch (const base::Error&) {
    return std::nullopt;
  }
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

std::vector<std::string> roles_of(const Config& config, const trust::PublicKey& key) {
  std::vector<std::string> roles;
  if (config.trust) {
    for (const TrustRole& role : trust_policy(config).roles) {
      const bool signs = std::any_of(role.keys.begin(), role.keys.end(),
                                     [&](const auto& each) { return each.bytes() == key.bytes(); });
      if (signs) roles.push_back(role.name);
    }
  }
  if (trust::PublicKey::parse(config.sign->public_key).bytes() == key.bytes()) {
    roles.emplace_back("files (minisign)");
  }
  return roles;
}

bool has(const std::vector<std::string>& roles, std::string_view name) {
  return std::find(roles.begin(), roles.end(), name) != roles.end();
}

// Does the program of [sign] command hold it?
bool is_of_program(const Config& config, const trust::PublicKey& key) {
  const SignSettings& sign = *config.sign;
  if (sign.command.empty()) return false;
  const std::vector<std::string> held =
      sign.command_keys.empty() ? std::vector{sign.public_key} : sign.command_keys;
  return std::any_of(held.begin(), held.end(), [&](const std::string& line) {
    return trust::PublicKey::parse(line).bytes() == key.bytes();
  });
}

Finding judge(const Config& config, const KeyPlace& place) {
  Finding finding{Level::ok, "keys", place.file.lexically_normal().string(), Errc::done};
  const std::vector<std::string> roles =
      place.key ? roles_of(config, *place.key) : std::vector<std::string>{};
  if (place.key) finding.text += cat(" (", place.key->line(), ')');
  finding.text += roles.empty()
                      ? place.key ? " signs nothing of this product" : " is somebody's key"
                      : cat(" signs ", base::join(roles, ", "));
  finding.text += place.has_password ? "; it has a password" : "; it has no password";
  if (!place.problem.empty()) {
    return {Level::error, "keys", place.problem, Errc::config};
  }
  if (has(roles, "root") || has(roles, "targets")) {
    finding.level = Level::warning;
    finding.text +=
        "; an offline key should not lie on this machine: move it to where only its "
        "holder gets at it";
  } else if (has(roles, "stable") && !has(roles, "timestamp") && !place.has_password) {
    finding.level = Level::warning;
    finding.text += "; whoever copies the file can sign stable releases: keep one with a password";
  }
  return finding;
}

}  // namespace

KeyPlaces find_key_places(const Config& config, std::vector<base::Path> named) {
  add_keys_below(config.root.empty() ? "." : config.root, named);
  KeyPlaces places;
  std::set<fs::path> seen;
  std::sort(named.begin(), named.end());
  for (const base::Path& file : named) {
    std::error_code error;
    if (!seen.insert(fs::weakly_canonical(file, error)).second || error) continue;
    if (auto place = look_at(file)) places.files.push_back(std::move(*place));
  }
  places.workflows = find_workflows(config.root);
  return places;
}

std::vector<Finding> judge_key_places(const Config& config, const KeyPlaces& places) {
  std::vector<Finding> findings;
  for (const KeyPlace& place : places.files)
    findings.push_back(judge(config, place));
  if (places.has_key_text) {
    findings.push_back({Level::ok, "keys", cat(kSecretName, " holds a key"), Errc::done});
  }
  for (const std::string& file : places.workflows) {
    findings.push_back(
        {Level::note, "keys", cat(file, " gives CI the secret ", kSecretName), Errc::done});
  }
  if (!config.trust) return findings;
  // Each once, with what it signs.
  std::set<std::string> told;
  for (const TrustRole& role : trust_policy(config).roles) {
    for (const trust::PublicKey& key : role.keys) {
      const bool is_here = std::any_of(
          places.files.begin(), places.files.end(),
          [&](const KeyPlace& place) { return place.key && place.key->bytes() == key.bytes(); });
      if (is_here || !told.insert(key.line()).second) continue;
      findings.push_back(
          {Level::ok, "keys",
           cat(key.line(), " signs ", base::join(roles_of(config, key), ", "),
               is_of_program(config, key)
                   ? cat("; the program ", config.sign->command.front(), " signs with it")
                   : "; its secret is not seen here"),
           Errc::done});
    }
  }
  return findings;
}

}  // namespace releaser
