#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/key_file.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;

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

void fill_keyring(Run& run) {
  if (run.keyring) return;
  run.keyring.emplace();
  const Keyring::Name name{release_key(run), run.config.place("sign.public_key")};
  if (uses_configured_file(run) && base::type_of(key_path(run)) != fs::file_type::not_found) {
    run.keyring->add_file(key_path(run), name);
  }
  for (const base::Path& file : run.options.keys)
    run.keyring->add_file(file);
  if (run.around.key_text != nullptr) {
    const bool is_release_key = !run.config.trust;
    run.keyring->add_text("CCO_RELEASE_KEY", *run.around.key_text,
                          is_release_key ? std::optional(name) : std::nullopt);
  }
}

}  // namespace

void check_signing_key(Run& run, Problems& problems, Unlock unlock_now) {
  if (!run.config.sign) {
    problems.add(
        cat(run.config.file.filename().string(),
            ": [sign] is missing; `cco-release keys new` makes a key and prints its lines"));
    return;
  }
  if (run.around.key_text == nullptr && run.config.sign->key.empty() && run.options.keys.empty()) {
    problems.add(cat(run.config.place("sign"),
                     ": no key; give `key`, --key FILE, or its contents in CCO_RELEASE_KEY"));
    return;
  }
  bool are_all_good = true;
  const auto check = [&](const auto& work) {
    const std::size_t known = problems.problems().size();
    problems.collect(work);
    are_all_good = are_all_good && problems.problems().size() == known;
  };
  if (uses_configured_file(run)) check([&] { check_configured_file(run); });
  for (const base::Path& file : run.options.keys)
    check([&] { check_key_file(file); });
  if (!are_all_good) return;
  problems.collect([&] {
    fill_keyring(run);
    const bool is_asked_for = unlock_now == Unlock::without_asking &&
                              run.around.asks_for_password &&
                              run.keyring->is_locked(trust::tuf::key_of(release_key(run)));
    if (unlock_now != Unlock::no && !is_asked_for) unlocked_key(run);
  });
}

const trust::SecretKey* find_key(Run& run, const trust::tuf::Key& wanted) {
  fill_keyring(run);
  return run.keyring->find(wanted, run.around.password);
}

bool may_have_key(Run& run, const trust::tuf::Key& wanted) {
  fill_keyring(run);
  return run.keyring->may_have(wanted);
}

const trust::SecretKey& unlocked_key(Run& run) {
  const trust::PublicKey wanted = release_key(run);
  if (const trust::SecretKey* const key = find_key(run, trust::tuf::key_of(wanted))) return *key;
  throw Error(Errc::config,
              cat("the release key ", wanted.line(), " (", run.config.place("sign.public_key"),
                  ") is not at hand, and nothing is public without it; run the same command where "
                  "it is, or give it by --key FILE"));
}

}  // namespace releaser
