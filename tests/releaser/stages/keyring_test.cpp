#include "releaser/stages/keyring.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/trust/vectors.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <doctest/doctest.h>

namespace {

using base::Errc;
using releaser::Keyring;
using trust::SecretBytes;
using trust::SecretKey;

SecretBytes secret(std::string text) { return SecretBytes::take(text); }

trust::tuf::Key named(const SecretKey& key) { return trust::tuf::key_of(key.public_key()); }

// A folder with key files, and a note of each password that was asked for.
class Folder {
 public:
  base::Path add(const std::string& name, const SecretKey& key) {
    const SecretBytes text = key.file_text(nullptr);
    return write(name, {reinterpret_cast<const char*>(text.data()), text.size()});
  }
  // Its password is "test".
  base::Path add_locked(const std::string& name) {
    return write(name, base::cat("untrusted comment: minisign encrypted secret key\n",
                                 vectors::kEncryptedLine, "\n"));
  }
  base::Path write(const std::string& name, std::string_view text) {
    base::write_file_atomically(m_folder.path() / name, text, 0600);
    return m_folder.path() / name;
  }
  Keyring::AskPassword ask(const char* password) {
    return [this, password](std::string_view place) -> std::optional<SecretBytes> {
      asked.emplace_back(base::Path(place).filename());
      if (password == nullptr) return std::nullopt;
      return secret(password);
    };
  }
  std::vector<std::string> asked;

 private:
  base::TemporaryDirectory m_folder{"/tmp", "keyring-"};
};

const trust::PublicKey kLocked = trust::PublicKey::parse(vectors::kPublicLine);

}  // namespace

TEST_SUITE("releaser/stages/keyring") {
  TEST_CASE("a key is unlocked when it is asked for, and once") {
    Folder folder;
    const SecretKey plain = SecretKey::generate();
    Keyring keys;
    keys.add_file(folder.add_locked("locked.key"));
    folder.write("plain.pub", plain.public_key().file_text());
    keys.add_file(folder.add("plain.key", plain));
    const auto ask = folder.ask("test");
    // plain.pub says whose plain.key is, so the other one stays locked.
    REQUIRE(keys.find(named(plain), ask) != nullptr);
    CHECK(folder.asked.empty());
    CHECK(keys.is_locked(trust::tuf::key_of(kLocked)));
    for (int time = 0; time < 2; ++time) {
      const releaser::Signer* const found = keys.find(trust::tuf::key_of(kLocked), ask);
      REQUIRE(found != nullptr);
      CHECK(found->public_key() == kLocked);
    }
    CHECK(folder.asked == std::vector<std::string>{"locked.key"});
    CHECK(keys.unlocked_lines().size() == 2);
  }

  TEST_CASE("a key that is not here is none, and may be any that says nothing") {
    Folder folder;
    const SecretKey here = SecretKey::generate();
    const SecretKey away = SecretKey::generate();
    const Keyring empty;
    CHECK(empty.is_empty());
    CHECK_FALSE(empty.may_have(named(here)));
    Keyring keys;
    keys.add_file(folder.add("here.key", here));
    CHECK(keys.may_have(named(away)));
    CHECK_FALSE(keys.is_locked(named(away)));
    CHECK(keys.find(named(away), folder.ask(nullptr)) == nullptr);
    // Now it is known whose it is.
    CHECK_FALSE(keys.may_have(named(away)));
    CHECK(keys.may_have(named(here)));
    CHECK(folder.asked.empty());
  }

  TEST_CASE("the same file twice is one key") {
    Folder folder;
    const base::Path file = folder.add_locked("locked.key");
    Keyring keys;
    keys.add_file(file, Keyring::Name{kLocked, "cco-release.toml:3"});
    keys.add_file(file);
    CHECK(keys.find(named(SecretKey::generate()), folder.ask("test")) == nullptr);
    CHECK(folder.asked.empty());
  }

  TEST_CASE("what does not fit is told with its place") {
    Folder folder;
    const SecretKey other = SecretKey::generate();
    const base::Path locked = folder.add_locked("locked.key");
    Keyring wrong_name;
    wrong_name.add_file(locked, Keyring::Name{other.public_key(), "cco-release.toml:3"});
    test::check_error(Errc::config, "but cco-release.toml:3 says " + other.public_key().line(),
                      [&] { (void)wrong_name.find(named(other), folder.ask("test")); });
    Keyring keys;
    keys.add_file(locked);
    const auto wanted = trust::tuf::key_of(kLocked);
    test::check_error(Errc::config, "the signing key has a password",
                      [&] { (void)keys.find(wanted, folder.ask(nullptr)); });
    test::check_error(Errc::config, "locked.key",
                      [&] { (void)keys.find(wanted, folder.ask("another")); });
    CHECK(keys.find(wanted, folder.ask("test")) != nullptr);
  }

  TEST_CASE("contents of a variable are a key like another") {
    Folder folder;
    const SecretKey key = SecretKey::generate();
    const SecretBytes text = key.file_text(nullptr);
    Keyring keys;
    keys.add_text("CCO_RELEASE_KEY", text);
    const releaser::Signer* const found = keys.find(named(key), folder.ask(nullptr));
    REQUIRE(found != nullptr);
    CHECK(found->public_key() == key.public_key());
  }
}
