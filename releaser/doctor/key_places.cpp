#include "releaser/doctor/key_places.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/policy.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using Level = Finding::Level;

// Lines of the configuration; one that is not given is empty.
bool is_one_of(const std::vector<std::string>& lines, const trust::PublicKey& key) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return !line.empty() && trust::PublicKey::parse(line).bytes() == key.bytes();
  });
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
  const SignSettings& sign = *config.sign;
  if (is_one_of({sign.public_key}, key)) roles.emplace_back("files (minisign)");
  if (is_one_of({sign.old_public_key}, key)) roles.emplace_back("files (minisign, as the old key)");
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
  return is_one_of(held, key);
}

// "x.key (RW…) signs root, targets; it has a password"
std::string describe(const Config& config, const std::string& where,
                     const std::optional<trust::PublicKey>& key, bool has_password) {
  const std::vector<std::string> roles = key ? roles_of(config, *key) : std::vector<std::string>{};
  std::string text = where;
  if (key) text += cat(" (", key->line(), ')');
  if (!roles.empty()) {
    text += cat(" signs ", base::join(roles, ", "));
  } else if (!key) {
    text += " is somebody's key";
  } else {
    text += is_one_of(config.sign->stolen_public_keys, *key)
                ? " is one of stolen_public_keys, and signs nothing any more"
                : " signs nothing of this product";
  }
  return text + (has_password ? "; it has a password" : "; it has no password");
}

Finding judge(const Config& config, const KeyPlace& place) {
  if (!place.problem.empty()) return {Level::error, "keys", place.problem, Errc::config};
  const std::vector<std::string> roles =
      place.key ? roles_of(config, *place.key) : std::vector<std::string>{};
  Finding finding{
      Level::ok, "keys",
      describe(config, place.file.lexically_normal().string(), place.key, place.has_password),
      Errc::done};
  if (!place.lies_in.empty()) {
    finding.level = Level::error;
    finding.code = Errc::config;
    finding.text += cat("; it lies in ", place.lies_in.lexically_normal().string(),
                        ", which is public: take it away, and go on as if it were stolen, "
                        "with another key");
  } else if (has(roles, "root") || has(roles, "targets")) {
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

// CI has what it names: which key should never be there?
Finding judge(const Config& config, const KeyText& text) {
  const std::string name(kSecretName);
  if (!text.problem.empty()) {
    // A password for another key is no fault of this one.
    return {text.has_password ? Level::warning : Level::error, "keys", text.problem,
            text.has_password ? Errc::done : Errc::config};
  }
  if (!text.key) {
    return {Level::warning, "keys",
            cat(name,
                " has a password: whose key it is cannot be seen without it; give it by "
                "CCO_RELEASE_PASSWORD or --password-file"),
            Errc::done};
  }
  const std::vector<std::string> roles = roles_of(config, *text.key);
  Finding finding{Level::ok, "keys", describe(config, name, text.key, text.has_password),
                  Errc::done};
  if (has(roles, "root") || has(roles, "targets")) {
    finding.level = Level::error;
    finding.code = Errc::config;
    finding.text +=
        "; a key that names all others never goes to CI: take it out, and if anybody else could "
        "get at it there, put another in its place (cco-release trust rotate)";
    return finding;
  }
  const bool is_online = has(roles, "timestamp") || has(roles, "nightly");
  const bool may_release = !config.trust || config.trust->preset == "ci-stable";
  if (!roles.empty() && !is_online && !may_release) {
    finding.level = Level::error;
    finding.code = Errc::config;
    finding.text += cat("; with preset ", config.trust->preset,
                        " whoever gets at CI's secrets must not sign releases: put the online key "
                        "there (`online` in [trust.keys]), and sign by publish --sign-only where "
                        "this one is kept");
    return finding;
  }
  if (roles.empty()) {
    finding.level = Level::warning;
    finding.text += "; CI signs nothing with it";
  }
  return finding;
}

}  // namespace

std::vector<Finding> judge_key_places(const Config& config, const KeyPlaces& places) {
  std::vector<Finding> findings;
  for (const KeyPlace& place : places.files)
    findings.push_back(judge(config, place));
  if (places.text) findings.push_back(judge(config, *places.text));
  for (const std::string& file : places.workflows) {
    findings.push_back(
        {Level::note, "keys", cat(file, " gives CI the secret ", kSecretName), Errc::done});
  }
  for (const std::string& folder : places.not_seen) {
    findings.push_back({Level::warning, "keys",
                        cat(folder, " has too many files: not all were looked at"), Errc::done});
  }
  findings.push_back({Level::note, "keys",
                      "looked for *.key in the project, three folders deep, and for keys of any "
                      "name in what is public; name others by --key FILE",
                      Errc::done});
  if (!config.trust) return findings;
  // Each once, with what it signs.
  std::set<std::string> told;
  for (const TrustRole& role : trust_policy(config).roles) {
    for (const trust::PublicKey& key : role.keys) {
      const bool is_here = std::any_of(places.files.begin(), places.files.end(),
                                       [&](const KeyPlace& place) {
                                         return place.key && place.key->bytes() == key.bytes();
                                       }) ||
                           (places.text && places.text->key && *places.text->key == key);
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
