#include "releaser/commands/trust_init.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/holder_keys.hpp"
#include "releaser/commands/keys_new.hpp"
#include "releaser/commands/trust_place.hpp"
#include "releaser/trust/ceremony.hpp"
#include "releaser/trust/draft_files.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// A key pair that `trust init` made, now or in a run that was stopped.
struct OwnKey {
  base::Path name;  // without ".key"
  std::optional<trust::SecretKey> made;
  trust::PublicKey public_key;
};

class KeyMaker {
 public:
  KeyMaker(const Services& services, const base::Arguments& arguments,
           const base::Messages& messages)
      : m_services(services), m_arguments(arguments), m_messages(messages) {}

  enum class Password { asked_for, none };

  OwnKey make(const base::Path& name, Password password) {
    const base::Path key_file = name.native() + ".key";
    const base::Path public_file = name.native() + ".pub";
    const auto is_there = [](const base::Path& file) {
      return base::type_of(file) != std::filesystem::file_type::not_found;
    };
    const bool is_half = is_half_made(name);
    if (!is_half && is_there(key_file) && is_there(public_file)) {
      m_messages.say(cat(key_file.string(), " is there already and is used"));
      return {name, std::nullopt, base::with_context(public_file.string(), [&] {
                return trust::PublicKey::parse_file(
                    base::read_file(public_file, trust::kMaxPublicKeyFileBytes));
              })};
    }
    if (is_half) {
      m_messages.say(cat(key_file.string(), " is there without ", public_file.string(),
                         ", as a run that was stopped leaves it; it is used"));
    }
    if (password == Password::asked_for && !m_password_is_known) {
      m_password = password_for_new_keys(m_services, m_arguments, m_messages);
      m_password_is_known = true;
    }
    const bool is_locked = password == Password::asked_for && m_password;
    trust::SecretKey key = make_key_files(name, is_locked ? &*m_password : nullptr);
    const trust::PublicKey public_key = key.public_key();
    m_messages.say(cat("wrote ", key_file.string(),
                       is_locked ? " (with your password)" : " (without a password)"));
    return {name, std::move(key), public_key};
  }

 private:
  const Services& m_services;
  const base::Arguments& m_arguments;
  const base::Messages& m_messages;
  bool m_password_is_known = false;
  std::optional<trust::SecretBytes> m_password;
};

std::string quoted(const std::vector<const OwnKey*>& keys) {
  std::vector<std::string> lines;
  lines.reserve(keys.size());
  for (const OwnKey* const key : keys)
    lines.push_back(cat('"', key->public_key.line(), '"'));
  return cat("[", base::join(lines, ", "), "]");
}

// What is missing at the end of the configuration.
std::string missing_sections(const Config& config, const std::string& preset,
                             const std::vector<const OwnKey*>& root,
                             const std::vector<const OwnKey*>& online) {
  std::string text;
  if (!config.trust) {
    text =
        cat("\n# Signed metadata around the manifests, which agents require.\n[trust]\npreset = \"",
            preset,
            "\"\n# \"weekly\" or \"daily\" once CI runs `cco-release trust refresh` that often; "
            "until then everything is good for a year.\nrefresh = \"none\"\n");
  }
  text +=
      cat("\n[trust.keys]\n# Offline: keep each of them in another place.\nroot = ", quoted(root),
          "\n");
  if (!online.empty()) text += cat("# A CI secret.\nonline = ", quoted(online), "\n");
  return text;
}

// Appends to the configuration, whose other bytes stay; what comes out must be one.
Config append_to_config(const Config& config, const std::string& more) {
  std::string text = base::read_file(config.file, kMaxConfigBytes);
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  text += more;
  Config extended = parse_config(text, config.file);
  const auto mode = std::filesystem::status(config.file).permissions();
  base::write_file_atomically(std::filesystem::canonical(config.file), text,
                              static_cast<unsigned>(mode) & 07777U);
  return extended;
}

struct Prepared {
  Config config;
  std::vector<OwnKey> keys;          // root keys at hand
  std::optional<base::Path> online;  // the key for CI that was made
};

constexpr std::string_view kRootKeyEnds[] = {"-root-1", "-root-2"};

base::Path key_folder(const Services& services, const base::Arguments& arguments) {
  const auto given = arguments.value("--keys");
  return given ? base::Path(*given) : default_key_folder(services.environment);
}

// Those that a run which was stopped has made, and which the configuration names.
std::vector<OwnKey> find_root_keys(const Config& config, const base::Path& folder) {
  std::vector<OwnKey> found;
  const auto& lines = config.trust->keys.root;
  for (const std::string_view end : kRootKeyEnds) {
    const base::Path name = folder / cat(config.product.name, end);
    const auto text =
        base::read_file_if_exists(name.native() + ".pub", trust::kMaxPublicKeyFileBytes);
    if (!text || base::type_of(name.native() + ".key") == std::filesystem::file_type::not_found) {
      continue;
    }
    const auto key = trust::PublicKey::parse_file(*text);
    if (std::find(lines.begin(), lines.end(), key.line()) != lines.end()) {
      found.push_back({name, std::nullopt, key});
    }
  }
  return found;
}

// The configuration with keys in it: as it is, or with keys made now. A team's keys are made by its
// people.
Prepared prepare_keys(const Services& services, const base::Arguments& arguments,
                      const base::Messages& messages, Config config) {
  const auto wanted = arguments.value("--preset");
  const base::Path folder = key_folder(services, arguments);
  if (config.lines.contains("trust.keys")) {
    std::vector<OwnKey> known =
        arguments.has("--key") ? std::vector<OwnKey>{} : find_root_keys(config, folder);
    return {std::move(config), std::move(known), std::nullopt};
  }
  const std::string preset = config.trust ? config.trust->preset : wanted.value_or("solo");
  if (preset == "team") {
    throw Error(Errc::config,
                cat(config.place("trust"),
                    ": a team has keys of its people: each runs `cco-release keys new` and hands "
                    "out the public key; then write\n  [trust]\n  preset = \"team\"\n  refresh = "
                    "\"daily\"\n  [trust.keys]\n  root = [three keys]\n  stable = [three keys]\n  "
                    "online = [one key]\nand run this again"));
  }
  if (!config.sign) {
    throw Error(Errc::config,
                cat(config.file.filename().string(),
                    ": [sign] is missing: the key of releases comes first; `cco-release keys new` "
                    "makes it and prints its lines"));
  }
  trust::forbid_core_files();
  KeyMaker maker(services, arguments, messages);
  const auto name = [&](std::string_view end) { return folder / cat(config.product.name, end); };
  std::vector<OwnKey> keys;
  for (const std::string_view end : kRootKeyEnds)
    keys.push_back(maker.make(name(end), KeyMaker::Password::asked_for));
  std::vector<OwnKey> online;
  if (preset == "solo") online.push_back(maker.make(name("-online"), KeyMaker::Password::none));
  std::vector<const OwnKey*> root_list{&keys[0], &keys[1]};
  std::vector<const OwnKey*> online_list;
  if (!online.empty()) online_list.push_back(&online.front());
  config = append_to_config(config, missing_sections(config, preset, root_list, online_list));
  messages.say(cat("added [trust] to ", config.file.filename().string()));
  std::optional<base::Path> online_file;
  if (!online.empty()) online_file = online.front().name.native() + ".key";
  return {std::move(config), std::move(keys), std::move(online_file)};
}

// Unlocks what was not made just now: keys of an earlier run only where no other is given.
std::vector<trust::SecretKey> keys_at_hand(const Services& services,
                                           const base::Arguments& arguments,
                                           const base::Messages& messages, Prepared& prepared) {
  std::vector<trust::SecretKey> keys;
  std::vector<base::Path> files;
  for (OwnKey& key : prepared.keys) {
    if (key.made) {
      keys.push_back(*std::move(key.made));
    } else {
      files.emplace_back(key.name.native() + ".key");
    }
  }
  if (has_holder_keys(services, arguments) || !files.empty()) {
    for (trust::SecretKey& key : open_holder_keys(services, arguments, messages, files))
      keys.push_back(std::move(key));
  }
  return keys;
}

void tell_end(const TrustFolder& folder, const Prepared& prepared, const base::Messages& messages) {
  messages.say(cat("version 1 of root and targets is final in ", folder.path.string()));
  if (prepared.keys.size() == 2) {
    messages.say(cat("next: move ", prepared.keys[1].name.string(), ".key to another place than ",
                     prepared.keys[0].name.string(),
                     ".key (a stick in a drawer), and keep copies of both"));
  }
  const bool is_ci_stable = prepared.config.trust->preset == "ci-stable";
  messages.say(cat("next: the CI secret CCO_RELEASE_KEY holds the contents of ",
                   prepared.online ? prepared.online->string()
                                   : cat("the ", is_ci_stable ? "release" : "online", " key")));
  if (prepared.online && !is_ci_stable) {
    messages.say(
        cat("next: where no CI publishes, cco-release publish --key ", prepared.online->string()));
  }
  messages.say(cat("next: commit ", folder.path.string(), " and ",
                   prepared.config.file.filename().string()));
}

// The folder that a run of the same configuration has finished before.
bool is_done(const TrustFolder& folder, const Config& config, base::Time now) {
  if (!folder.root || folder.root->version != 1 || folder.draft || !config.trust) return false;
  const TrustPolicy policy = trust_policy(config);
  return policy.problems.empty() && !make_draft(config.product.name, policy, &folder, now);
}

int run_trust_init(const Services& services, const base::Arguments& arguments) {
  const base::Messages messages = messages_of(services, arguments);
  Config config = load_config(find_config(arguments.value("--config"), "."));
  const auto wanted = arguments.value("--preset");
  if (config.trust && wanted && config.trust->preset != *wanted) {
    throw Error(Errc::usage, cat(config.place("trust.preset"), " says ", config.trust->preset,
                                 "; leave --preset out, or change that line"));
  }
  const base::Path path = trust_folder_of(config, services);
  std::optional<TrustFolder> earlier;
  if (has_trust_files(path)) {
    earlier = read_trust_folder(path, Interrupted::allowed);
    if (is_done(*earlier, config, ceremony_time(services, arguments))) {
      const auto lock = lock_trust_folder(path);
      remove_abandoned_draft(path);
      messages.say(cat("version 1 is final in ", path.string(), " already; nothing to do"));
      return base::exit_status(Errc::done);
    }
    if (earlier->root || !earlier->draft) {
      throw Error(Errc::conflict, cat(path.string(),
                                      " has metadata already; `cco-release trust status` shows it, "
                                      "and `cco-release trust rotate` changes its keys"));
    }
  }
  Prepared prepared = prepare_keys(services, arguments, messages, std::move(config));
  const TrustPolicy policy = require_trust_policy(prepared.config, messages);
  auto draft =
      make_draft(prepared.config.product.name, policy, nullptr, ceremony_time(services, arguments));
  base::make_directories(path);
  const auto lock = lock_trust_folder(path);
  if (!earlier && has_trust_files(path)) {
    throw Error(Errc::locked, cat("another run made metadata in ", path.string(),
                                  " meanwhile; `cco-release trust status` shows it"));
  }
  TrustFolder folder;
  if (earlier) {
    folder = *std::move(earlier);
    if (!say_the_same(*folder.draft, *draft)) {
      throw Error(Errc::conflict, cat("the draft in ", (path / "draft").string(), " and ",
                                      prepared.config.file.filename().string(),
                                      " differ; `cco-release trust rotate --discard` drops it"));
    }
  } else {
    folder.path = path;
    folder.names = names_of(policy);
    write_draft(path, *draft, folder.names);
    folder.draft = std::move(draft);
  }
  for (const std::string& line : describe_draft(folder))
    services.out << line << '\n';
  // Of the keys at hand some may be of other roles: CCO_RELEASE_KEY often is the release key.
  std::vector<Signer> keys;
  for (trust::SecretKey& key : keys_at_hand(services, arguments, messages, prepared)) {
    if (may_sign(folder, key.public_key())) {
      keys.emplace_back(std::move(key));
    } else {
      messages.warn(cat("key ", key.public_key().line(), " signs neither root nor targets"));
    }
  }
  (void)sign_draft(folder, keys);
  const auto missing = missing_signatures_of(folder);
  if (missing.empty()) {
    if (!folder.is_being_finalized) require_in_time(*folder.draft, services.now);
    finalize(folder);
    tell_end(folder, prepared, messages);
    return base::exit_status(Errc::done);
  }
  for (const std::string& line : missing)
    messages.say(line);
  messages.say(
      cat("next: each of them runs `cco-release trust sign --key FILE`, here or with a "
          "copy of ",
          path.string(), "; then `cco-release trust finalize`"));
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_trust_init(const Services& services) {
  std::vector<base::Option> options{
      {"--preset",
       "",
       "PRESET",
       "who signs; default solo, or what [trust] says",
       {"solo", "team", "ci-stable"}},
      {"--keys", "", "DIR", "where new keys go; default ~/.config/cco-release/keys", {}},
      {"--no-password", "", "", "do not encrypt new root keys", {}}};
  for (base::Option& option : holder_key_options())
    options.push_back(std::move(option));
  return {.name = "trust init",
          .aliases = {},
          .summary = "make the first root and targets metadata, and their keys",
          .description =
              "Writes version 1 of root and targets for the keys of [trust.keys], signs it with "
              "the keys at hand, and makes it final where those are enough.\n"
              "\n"
              "Without [trust.keys], presets solo and ci-stable make two root keys, and solo an "
              "online key, and add the sections to the configuration. The root keys get a "
              "password as with `keys new`; the online key is for CI and gets none. A folder that "
              "holds metadata is never written over. --date is the day that expiry is counted "
              "from.",
          .options = std::move(options),
          .positionals = {},
          .examples = {{"cco-release trust init", "one person: makes keys, asks for a password"},
                       {"cco-release trust init --preset ci-stable --no-password",
                        "CI signs releases by itself: push a tag and go"},
                       {"cco-release trust init --key root-1.key",
                        "a team whose keys stand in [trust.keys]; the others sign after"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_trust_init(services, arguments);
          }};
}

}  // namespace releaser
