#include "manifest-schema/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/signing.hpp"

#include <string>

// A hostile holder of the key: whatever is signed is refused or read, and then written and read
// again as the same manifest.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::SigningKey key;
  const auto comment = trust::TrustedComment::parse("file:stable.version-manifest.json");
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const std::string text(fuzz::text_of(bytes, size));
    const schema::Manifest manifest = schema::parse_manifest(key.signed_bytes(text, comment));
    const std::string written = schema::write_manifest(manifest);
    if (written.size() > schema::kMaxManifestBytes) return;
    fuzz::require(schema::parse_manifest(key.signed_bytes(written, comment)) == manifest);
    fuzz::require(schema::write_manifest(manifest) == written);
  });
  return 0;
}
