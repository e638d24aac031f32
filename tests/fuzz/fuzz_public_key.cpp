#include "tests/fuzz/fuzz.hpp"
#include "trust/public_key.hpp"

// One key has one line.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  fuzz::accept_or_refuse({base::Errc::config},
                         [&] { fuzz::require(trust::PublicKey::parse(text).line() == text); });
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const trust::PublicKey key = trust::PublicKey::parse_file(text);
    fuzz::require(trust::PublicKey::parse_file(key.file_text()) == key);
  });
  return 0;
}
