#include "releaser/config/sign_check.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/config/placeholders.hpp"
#include "trust/public_key.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace releaser {
namespace {

using base::cat;

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char letter) {
           return is_letter(letter) || (letter >= '0' && letter <= '9');
         });
}

void check_sign_command(const Config& config, ConfigProblems& problems) {
  const SignSettings& sign = *config.sign;
  if (sign.command.empty()) {
    for (const std::string_view key : {"sign.command", "sign.command_keys", "sign.command_env"}) {
      if (config.lines.count(std::string(key)) == 0) continue;
      problems.add(line_of(config, key), cat("`", key, "` without a program; give [sign] command"));
    }
    return;
  }
  if (sign.command.front().empty()) {
    problems.add(line_of(config, "sign.command"), "`sign.command` begins with an empty text");
  }
  try {
    (void)fill(sign.command, {{"key", ""}, {"key_id", ""}});
  } catch (const base::Error& error) {
    problems.add(line_of(config, "sign.command"),
                 cat("`sign.command`: ", error.what(), "; {key} and {key_id} have one"));
  }
  if (sign.command_keys.empty() && !sign.key.empty()) {
    problems.add(line_of(config, "sign.command"),
                 "`key` and `command` both sign for public_key; leave one out, or say in "
                 "`command_keys` which keys the program holds");
  }
  for (const std::string& line : sign.command_keys) {
    try {
      trust::PublicKey::parse(line);
    } catch (const base::Error& error) {
      problems.add(line_of(config, "sign.command_keys"),
                   cat("`sign.command_keys`: ", error.what()));
    }
  }
  for (const std::string& name : sign.command_env) {
    if (is_variable_name(name) && !name.starts_with("CCO_RELEASE_")) continue;
    problems.add(line_of(config, "sign.command_env"),
                 cat("`sign.command_env`: `", base::safe_text(name, 80),
                     name.starts_with("CCO_RELEASE_") ? "` is for cco-release alone"
                                                      : "` cannot name a variable"));
  }
}

}  // namespace

void check_sign(const Config& config, ConfigProblems& problems) {
  if (!config.sign) return;
  check_sign_command(config, problems);
  const SignSettings& sign = *config.sign;
  std::vector<std::pair<std::string, std::string>> lines{{"public_key", sign.public_key},
                                                         {"old_public_key", sign.old_public_key}};
  for (const std::string& line : sign.former_public_keys)
    lines.emplace_back("former_public_keys", line);
  for (const std::string& line : sign.stolen_public_keys)
    lines.emplace_back("stolen_public_keys", line);
  // By id: two keys of one id cannot be told apart by their signatures.
  std::map<std::array<unsigned char, 8>, std::string> ids;
  for (const auto& [name, line] : lines) {
    const bool is_list = name.ends_with("s");
    if (line.empty() && !is_list) continue;
    const int at = line_of(config, cat("sign.", name));
    try {
      const auto key = trust::PublicKey::parse(line);
      const auto [known, is_new] = ids.emplace(key.id(), name);
      if (is_new) continue;
      problems.add(at, cat("`sign.", name, "`: key ", key.id_text(), " stands in `sign.",
                           known->second, "` already; each key has one part"));
    } catch (const base::Error& error) {
      problems.add(at, cat("`sign.", name, "`: ", error.what()));
    }
  }
  if (!sign.old_key.empty() && sign.old_public_key.empty()) {
    problems.add(line_of(config, "sign.old_key"),
                 "`sign.old_key` without `sign.old_public_key`; give both, or neither");
  }
}

void check_trust(const Config& config, ConfigProblems& problems) {
  if (!config.trust) return;
  if (config.trust->folder.empty()) {
    problems.add(line_of(config, "trust.folder"), "`trust.folder` is empty; leave it out");
  }
  const TrustKeySettings& keys = config.trust->keys;
  for (const auto& [name, lines] :
       {std::pair<std::string_view, const std::vector<std::string>&>{"root", keys.root},
        {"targets", keys.targets},
        {"stable", keys.stable},
        {"beta", keys.beta},
        {"nightly", keys.nightly},
        {"online", keys.online}}) {
    const std::string place = cat("trust.keys.", name);
    std::set<std::array<unsigned char, 32>> values;
    for (const std::string& line : lines) {
      try {
        if (values.insert(trust::PublicKey::parse(line).bytes()).second) continue;
        problems.add(line_of(config, place),
                     cat("`", place, "` has the key ", line, " twice; one key counts once"));
      } catch (const base::Error& error) {
        problems.add(line_of(config, place), cat("`", place, "`: ", error.what()));
      }
    }
  }
}

}  // namespace releaser
