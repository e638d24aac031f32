#include "releaser/stages/keyring.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/key_file.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// "x.pub" beside "x.key", as `keys new` leaves it. What is there and damaged says nothing.
std::optional<Keyring::Name> name_beside(const base::Path& file) {
  if (file.extension() != ".key") return std::nullopt;
  base::Path beside = file;
  beside.replace_extension(".pub");
  try {
    const auto text = base::read_file_if_exists(beside, trust::kMaxPublicKeyFileBytes);
    if (!text) return std::nullopt;
    return Keyring::Name{trust::PublicKey::parse_file(*text), beside.string()};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

void Keyring::add_file(const base::Path& file, std::optional<Name> name) {
  const auto is_here = [&](const Held& held) { return !held.file.empty() && held.file == file; };
  if (std::any_of(m_keys.begin(), m_keys.end(), is_here)) return;
  if (!name) name = name_beside(file);
  m_keys.push_back({file.string(), file, nullptr, std::move(name), std::nullopt});
}

void Keyring::add_text(std::string place, const trust::SecretBytes& text,
                       std::optional<Name> name) {
  m_keys.push_back({std::move(place), {}, &text, std::move(name), std::nullopt});
}

void Keyring::add_program(const SignerProgram& program) {
  const std::string place = cat("[sign] command ", base::safe_text(program.argv.front(), 100));
  for (Signer& signer : signers_of(program)) {
    Name name{signer.public_key(), place};
    m_keys.push_back({place, {}, nullptr, std::move(name), std::move(signer)});
  }
}

bool Keyring::is_of(const trust::PublicKey& key, const trust::tuf::Key& wanted) {
  return trust::tuf::identity_of(trust::tuf::key_of(key)) == trust::tuf::identity_of(wanted);
}

bool Keyring::has_password(const Held& held) {
  return base::with_context(held.place, [&] {
    if (held.text != nullptr) return trust::SecretKey::is_encrypted(*held.text);
    return trust::SecretKey::is_encrypted(read_key_file(held.file));
  });
}

bool Keyring::is_locked(const trust::tuf::Key& wanted) const {
  for (const Held& held : m_keys)
    if (held.name && is_of(held.name->key, wanted)) return !held.key && has_password(held);
  return std::any_of(m_keys.begin(), m_keys.end(), [](const Held& held) {
    return !held.name && !held.key && has_password(held);
  });
}

bool Keyring::may_have(const trust::tuf::Key& wanted) const {
  return std::any_of(m_keys.begin(), m_keys.end(),
                     [&](const Held& held) { return !held.name || is_of(held.name->key, wanted); });
}

void Keyring::unlock(Held& held, const AskPassword& ask) {
  if (held.key) return;
  std::optional<trust::SecretBytes> from_file;
  if (held.text == nullptr) from_file = read_key_file(held.file);
  const trust::SecretBytes& text = held.text != nullptr ? *held.text : *from_file;
  std::optional<trust::SecretBytes> password;
  const bool is_encrypted =
      base::with_context(held.place, [&] { return trust::SecretKey::is_encrypted(text); });
  if (is_encrypted) {
    password = ask(held.place);
    if (!password) {
      throw Error(Errc::config,
                  "the signing key has a password; give --password-file, --password-fd or "
                  "CCO_RELEASE_PASSWORD, or run on a terminal");
    }
  }
  auto key = base::with_context(
      held.place, [&] { return trust::SecretKey::parse(text, password ? &*password : nullptr); });
  if (held.name && held.name->key.bytes() != key.public_key().bytes()) {
    throw Error(Errc::config, cat(held.place, ": the key belongs to public key ",
                                  key.public_key().line(), ", but ", held.name->said_by, " says ",
                                  held.name->key.line(), "; use the key of that public key"));
  }
  held.name = Name{key.public_key(), held.place};
  held.key.emplace(std::move(key));
}

const Signer* Keyring::find(const trust::tuf::Key& wanted, const AskPassword& ask) {
  const auto matching = [&]() -> const Signer* {
    for (Held& held : m_keys) {
      if (!held.name || !is_of(held.name->key, wanted)) continue;
      unlock(held, ask);
      return &*held.key;
    }
    return nullptr;
  };
  if (const Signer* const key = matching()) return key;
  for (Held& held : m_keys) {
    if (held.name) continue;
    unlock(held, ask);
    if (is_of(held.name->key, wanted)) return &*held.key;
  }
  return nullptr;
}

std::optional<trust::PublicKey> Keyring::public_key_of(std::string_view place,
                                                       const AskPassword& ask) {
  const auto held = std::find_if(m_keys.begin(), m_keys.end(),
                                 [&](const Held& each) { return each.place == place; });
  if (held == m_keys.end()) return std::nullopt;
  bool has_none = false;
  const AskPassword note = [&](std::string_view of) {
    auto password = ask(of);
    has_none = !password;
    return password;
  };
  try {
    unlock(*held, note);
  } catch (const Error&) {
    if (!has_none) throw;
    return std::nullopt;
  }
  return held->key->public_key();
}

std::vector<std::string> Keyring::unlocked_lines() const {
  std::vector<std::string> lines;
  for (const Held& held : m_keys)
    if (held.key) lines.push_back(held.key->public_key().line());
  return lines;
}

}  // namespace releaser
