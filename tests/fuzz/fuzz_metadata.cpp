#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/metadata.hpp"

#include <string>

namespace {

namespace json = base::json;
namespace tuf = trust::tuf;

constexpr std::size_t kLimit = std::size_t{512} * 1024;

tuf::Envelope envelope_around(const json::Value& part) {
  return tuf::parse_envelope(tuf::write_envelope(part, {}), 64 * kLimit);
}

// What is read as a type and written is read again as the same.
template <class Parse, class Write>
void check(const tuf::Envelope& envelope, Parse&& parse, Write&& write) {
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const json::Value written = write(parse(envelope));
    fuzz::require(write(parse(envelope_around(written))) == written);
  });
}

void check_all(const tuf::Envelope& envelope) {
  check(envelope, tuf::parse_root, tuf::write_root);
  check(envelope, tuf::parse_timestamp, tuf::write_timestamp);
  check(envelope, tuf::parse_snapshot, tuf::write_snapshot);
  check(envelope, tuf::parse_targets, tuf::write_targets);
}

}  // namespace

// The input as a whole file, and as what is signed in one.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  for (const std::string& file :
       {std::string(text), base::cat(R"({"signatures":[],"signed":)", text, "}")}) {
    fuzz::accept_or_refuse({base::Errc::untrusted},
                           [&] { check_all(tuf::parse_envelope(file, kLimit)); });
  }
  return 0;
}
