#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/key_file.hpp"
#include "releaser/trust/policy.hpp"
#include "releaser/trust/signer_program.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;

constexpr std::string_view kSecretName = "CCO_RELEASE_KEY";

base::Path key_path(const Run& run) { return run.config.resolve(run.config.sign->key, run.home); }

trust::PublicKey release_key(const Run& run) {
  return trust::PublicKey::parse(run.config.sign->public_key);
}

// CCO_RELEASE_KEY stands for the key of [sign]. With [trust] it may be any, since CI mostly has the
// online one, and the file of [sign] may be on another machine.
bool uses_configured_file(const Run& run) {
  if (run.config.sign->key.empty()) return false;
  const bool has_others = run.around.key_text != nullptr || !run.options.keys.empty();
  if (!run.config.trust) return run.around.key_text == nullptr;
  return !has_others || base::type_of(key_path(run)) != fs::file_type::not_found;
}

// The key before it: by its own file, or by --key and CCO_RELEASE_KEY.
std::optional<base::Path> old_key_path(const Run& run) {
  if (run.config.sign->old_key.empty()) return std::nullopt;
  return run.config.resolve(run.config.sign->old_key, run.home);
}

void check_configured_file(const Run& run) {
  const base::Path path = key_path(run);
  const fs::file_type type = base::type_of(path);
  if (type == fs::file_type::not_found) {
    throw Error(Errc::config, cat(run.config.place("sign.key"), ": no key file ", path.string(),
                                  "; `cco-release keys new` makes one, or set CCO_RELEASE_KEY"));
  }
  if (type != fs::file_type::regular) {
    throw Error(Errc::config, cat(run.config.place("sign.key"), ": ", path.string(),
                                  " is no regular file; mend `key` in [sign]"));
  }
  check_key_file(path);
}

bool lacks_program(const Run& run) {
  return !run.config.sign->command.empty() &&
         !find_program(signer_program(run.config, run.around.environment));
}

std::string no_such_program(const Run& run) {
  return cat("no program ", base::safe_text(run.config.sign->command.front(), 100), " here (",
             run.config.place("sign.command"), ")");
}

void fill_keyring(Run& run) {
  if (run.keyring) return;
  run.keyring.emplace();
  const Keyring::Name name{release_key(run), run.config.place("sign.public_key")};
  if (uses_configured_file(run) && base::type_of(key_path(run)) != fs::file_type::not_found) {
    run.keyring->add_file(key_path(run), name);
  }
  const auto old_key = old_key_path(run);
  if (old_key && base::type_of(*old_key) != fs::file_type::not_found) {
    run.keyring->add_file(*old_key, Keyring::Name{*product_keys(*run.config.sign).old,
                                                  run.config.place("sign.old_public_key")});
  }
  for (const base::Path& file : run.options.keys)
    run.keyring->add_file(file);
  if (run.around.key_text != nullptr) {
    const bool is_release_key = !run.config.trust;
    run.keyring->add_text(std::string(kSecretName), *run.around.key_text,
                          is_release_key ? std::optional(name) : std::nullopt);
  }
  if (!run.config.sign->command.empty() && !lacks_program(run)) {
    run.keyring->add_program(signer_program(run.config, run.around.environment));
  }
}

}  // namespace

void check_signing_key(Run& run, Problems& problems, Unlock unlock_now, Presence presence) {
  if (!run.config.sign) {
    problems.add(
        cat(run.config.file.filename().string(),
            ": [sign] is missing; `cco-release keys new` makes a key and prints its lines"));
    return;
  }
  const bool has_none =
      run.around.key_text == nullptr && run.config.sign->key.empty() && run.options.keys.empty();
  // What is public by signatures of others may need no key here.
  const bool needs_none = !run.options.signatures.empty() || presence == Presence::may_be_away;
  if (has_none && !needs_none) {
    if (run.config.sign->command.empty()) {
      problems.add(cat(run.config.place("sign"),
                       ": no key; give `key`, --key FILE, its contents in CCO_RELEASE_KEY, or a "
                       "program that signs as `command`"));
      return;
    }
    if (lacks_program(run)) {
      problems.add(cat(no_such_program(run), "; install it, mend `command`, or run where it is"));
      return;
    }
  }
  bool are_all_good = true;
  const auto check = [&](const auto& work) {
    const std::size_t known = problems.problems().size();
    problems.collect(work);
    are_all_good = are_all_good && problems.problems().size() == known;
  };
  // With the signatures of others that key may stay where it is.
  const bool may_be_away = needs_none && !run.config.sign->key.empty() &&
                           base::type_of(key_path(run)) == fs::file_type::not_found;
  if (uses_configured_file(run) && !may_be_away) check([&] { check_configured_file(run); });
  if (const auto old_key = old_key_path(run);
      old_key && base::type_of(*old_key) != fs::file_type::not_found) {
    check([&] { check_key_file(*old_key); });
  }
  for (const base::Path& file : run.options.keys)
    check([&] { check_key_file(file); });
  if (!are_all_good) return;
  problems.collect([&] {
    fill_keyring(run);
    const ProductKeys keys = product_keys(*run.config.sign);
    for (const auto& key : {std::optional(keys.current), keys.old}) {
      if (!key) continue;
      const bool is_asked_for = unlock_now == Unlock::without_asking &&
                                run.around.asks_for_password &&
                                run.keyring->is_locked(trust::tuf::key_of(*key));
      if (unlock_now == Unlock::no || is_asked_for) continue;
      if (!run.config.trust) {
        unlocked_key(run, *key);
      } else if (find_key(run, trust::tuf::key_of(*key)) == nullptr) {
        run.around.messages.say(cat("the release key ", key->line(),
                                    " is not at hand: the release is made, and waits for its "
                                    "signatures"));
      }
    }
  });
}

void require_some_key(Run& run) {
  std::vector<std::string> lines{cat("the release key ", release_key(run).line())};
  if (may_have_key(run, trust::tuf::key_of(release_key(run)))) return;
  const auto old = product_keys(*run.config.sign).old;
  if (old && may_have_key(run, trust::tuf::key_of(*old))) return;
  if (run.trust) {
    const TrustPolicy policy = trust_policy(run.config);
    for (const auto& [channel, version] : run.drafted_roles) {
      for (const trust::PublicKey& key : policy.role(channel).keys) {
        if (may_have_key(run, trust::tuf::key_of(key))) return;
        if (!(key == release_key(run))) lines.push_back(cat("key ", key.line(), " of ", channel));
      }
    }
  }
  throw Error(Errc::config,
              cat("no key that signs this ", run.identity ? "release" : "change",
                  " is at hand: ", base::join(lines, ", or "), "; give it by --key FILE"));
}

const Signer* find_key(Run& run, const trust::tuf::Key& wanted) {
  fill_keyring(run);
  return run.keyring->find(wanted, run.around.password);
}

bool may_have_key(Run& run, const trust::tuf::Key& wanted) {
  fill_keyring(run);
  return run.keyring->may_have(wanted);
}

std::optional<trust::PublicKey> key_of_environment(Run& run) {
  if (run.around.key_text == nullptr) return std::nullopt;
  fill_keyring(run);
  return run.keyring->public_key_of(
      kSecretName, [&](std::string_view place) -> std::optional<trust::SecretBytes> {
        if (run.around.asks_for_password) return std::nullopt;
        return run.around.password(place);
      });
}

const Signer& unlocked_key(Run& run, const trust::PublicKey& wanted) {
  if (const Signer* const key = find_key(run, trust::tuf::key_of(wanted))) return *key;
  if (!(wanted == release_key(run))) {
    throw Error(
        Errc::config,
        cat("the old release key ", wanted.line(), " (", run.config.place("sign.old_public_key"),
            ") is not at hand, and while old_public_key is given it signs too; give "
            "`old_key`, or --key FILE, or move its line to former_public_keys to end that"));
  }
  throw Error(Errc::config,
              cat("the release key ", wanted.line(), " (", run.config.place("sign.public_key"),
                  ") is not at hand, and nothing is public without it",
                  lacks_program(run) ? cat(": ", no_such_program(run)) : "",
                  "; run the same command where it is, or give it by --key FILE"));
}

}  // namespace releaser
