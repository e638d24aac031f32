#include "tests/fuzz/fuzz.hpp"
#include "trust/signing/secret_key.hpp"

#include <string>

// Without a password, so that no input makes scrypt work for seconds: an encrypted file is refused
// then, and so is_encrypted() and parse() must agree.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text(fuzz::text_of(bytes, size));
  const trust::SecretBytes file = trust::SecretBytes::take(text);
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const bool encrypted = trust::SecretKey::is_encrypted(file);
    const trust::SecretKey key = trust::SecretKey::parse(file, nullptr);
    fuzz::require(!encrypted);
    const trust::SecretKey again = trust::SecretKey::parse(key.file_text(nullptr), nullptr);
    fuzz::require(again.public_key() == key.public_key());
  });
  return 0;
}
