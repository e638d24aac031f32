#pragma once

#include "base/file.hpp"
#include "releaser/trust/signer_program.hpp"
#include "trust/public_key.hpp"
#include "trust/signing/secret_key.hpp"
#include "trust/tuf/key.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// The keys that a run could sign with. Each is unlocked at most once, and only when something has
// to be signed: a key file that has a password does not say whose it is, so one that nobody named
// is opened when a key is asked for that is not among the named ones.
class Keyring {
 public:
  // Asks for the password of what lies at `place`; nothing where there is none.
  using AskPassword = std::function<std::optional<trust::SecretBytes>(std::string_view place)>;

  // Whose key it is, as somebody says: a line of the configuration, or the file "x.pub" beside
  // "x.key".
  struct Name {
    trust::PublicKey key;
    std::string said_by;
  };
  void add_file(const base::Path& file, std::optional<Name> name = std::nullopt);
  // Contents, borrowed.
  void add_text(std::string place, const trust::SecretBytes& text,
                std::optional<Name> name = std::nullopt);
  // Each key that the program holds. It is asked to sign when something has to be signed.
  void add_program(const SignerProgram& program);
  [[nodiscard]] bool is_empty() const { return m_keys.empty(); }
  // Must a password be given before the key of `wanted` can sign?
  [[nodiscard]] bool is_locked(const trust::tuf::Key& wanted) const;

  // Without a password: is the key named here, or could it be?
  [[nodiscard]] bool may_have(const trust::tuf::Key& wanted) const;
  // The key, unlocked; nothing where it is not here. Throws Errc::config for a password that is
  // missing or wrong, and for a file that belongs to another key than it was named with.
  const Signer* find(const trust::tuf::Key& wanted, const AskPassword& ask);
  // Whose key it is that was added as `place`, by the key itself; nothing where that takes a
  // password and there is none. Throws as find() does.
  std::optional<trust::PublicKey> public_key_of(std::string_view place, const AskPassword& ask);
  // Public keys of those that are unlocked, for messages.
  [[nodiscard]] std::vector<std::string> unlocked_lines() const;

 private:
  struct Held {
    std::string place;
    base::Path file;                           // or
    const trust::SecretBytes* text = nullptr;  // contents
    std::optional<Name> name;
    std::optional<Signer> key;
  };
  static bool is_of(const trust::PublicKey& key, const trust::tuf::Key& wanted);
  static bool has_password(const Held& held);
  static void unlock(Held& held, const AskPassword& ask);
  std::vector<Held> m_keys;
};

}  // namespace releaser
