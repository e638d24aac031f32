#include "releaser/binary/readers.hpp"
#include "tests/fuzz/fuzz.hpp"

// A file that is read has at least one slice, and no two for one architecture.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const releaser::ByteSource source(fuzz::text_of(bytes, size));
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const auto slices = releaser::read_macho(source);
    fuzz::require(!slices.empty());
    for (std::size_t i = 0; i < slices.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        fuzz::require(slices[i].architecture != slices[j].architecture);
      }
    }
  });
  return 0;
}
