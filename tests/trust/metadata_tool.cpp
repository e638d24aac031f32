// What we say of metadata, for tests against python-tuf. Standard input has requests, each a line
// "ROLE LENGTH" and as many bytes of a part to be signed; the answer is a line "refused", or
// "accepted LENGTH" and a file with that part as it came, signed. The first line is the public key,
// in hexadecimal digits.

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/envelope.hpp"
#include "trust/tuf/metadata.hpp"

#include <iostream>
#include <string>

namespace {

namespace tuf = trust::tuf;

constexpr std::size_t kMaxBytes = 1 << 20;

void require_role(const std::string& role, const tuf::Envelope& envelope) {
  if (role == "root") {
    (void)tuf::parse_root(envelope);
  } else if (role == "timestamp") {
    (void)tuf::parse_timestamp(envelope);
  } else if (role == "snapshot") {
    (void)tuf::parse_snapshot(envelope);
  } else {
    (void)tuf::parse_targets(envelope);
  }
}

std::string file_of(std::string_view part, std::string_view signatures) {
  return base::cat(R"({"signatures":[)", signatures, R"(],"signed":)", part, "}");
}

std::string signed_file(const std::string& role, const std::string& part,
                        const trust::SecretKey& key) {
  const tuf::Envelope envelope = tuf::parse_envelope(file_of(part, ""), kMaxBytes);
  require_role(role, envelope);
  tuf::Signatures signatures;
  tuf::add_signature(signatures, key, envelope.unverified_signed);
  const auto& [key_id, signature] = *signatures.begin();
  return file_of(
      part, base::cat(R"({"keyid":")", key_id, R"(","sig":")", base::to_hex(signature), R"("})"));
}

}  // namespace

int main() {
  const trust::SecretKey key = trust::SecretKey::generate();
  std::cout << tuf::key_of(key.public_key()).value << '\n' << std::flush;
  std::string role;
  std::size_t length = 0;
  while (std::cin >> role >> length && length <= kMaxBytes) {
    std::string part(length, '\0');
    std::cin.ignore();
    std::cin.read(part.data(), static_cast<std::streamsize>(length));
    try {
      const std::string file = signed_file(role, part, key);
      std::cout << "accepted " << file.size() << '\n' << file;
    } catch (const base::Error&) {
      std::cout << "refused\n";
    }
    std::cout << std::flush;
  }
}
