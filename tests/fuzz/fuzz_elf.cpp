#include "releaser/binary/readers.hpp"
#include "releaser/binary/stamp.hpp"
#include "tests/fuzz/fuzz.hpp"

// A file that is read has a kind and an architecture; the identity section is found or refused.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const releaser::ByteSource source(fuzz::text_of(bytes, size));
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const auto facts = releaser::read_elf(source);
    fuzz::require(!facts.kind_name.empty() && !facts.architecture.empty());
    fuzz::require(!facts.is_static || facts.needed.empty());
  });
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const auto offset = releaser::find_identity_section(source);
    fuzz::require(source.holds(offset, schema::kIdentityBytes));
  });
  return 0;
}
