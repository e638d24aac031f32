#include "manifest-schema/identity.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "trust/digest.hpp"

#include <optional>
#include <string>

namespace {

// The input as the JSON of a record whose checksum is right, so that the fuzzer gets past it.
std::string record_around(std::string_view text) {
  std::string record(schema::kIdentityMagic);
  const std::size_t room = schema::kIdentityBytes - record.size() - 8 - 32;
  text = text.substr(0, room);
  record += std::string("\1\0\0\0", 4);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    record += static_cast<char>((text.size() >> shift) & 0xFFU);
  }
  record += text;
  record.resize(schema::kIdentityBytes - 32, '\0');
  const trust::Sha256 digest = trust::sha256_of(record);
  record.append(digest.bytes().begin(), digest.bytes().end());
  return record;
}

void decode(std::string_view section) {
  std::optional<schema::Identity> identity;
  fuzz::accept_or_refuse({base::Errc::untrusted, base::Errc::config},
                         [&] { identity = schema::decode_identity(section); });
  if (!identity) return;
  fuzz::accept_or_refuse({}, [&] {
    const std::string again = schema::encode_identity(*identity);
    fuzz::require(schema::encode_identity(*schema::decode_identity(again)) == again);
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  decode(fuzz::text_of(bytes, size));
  decode(record_around(fuzz::text_of(bytes, size)));
  return 0;
}
