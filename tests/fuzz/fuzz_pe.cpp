#include "releaser/binary/readers.hpp"
#include "releaser/binary/string_scan.hpp"
#include "tests/fuzz/fuzz.hpp"

// A file that is read has a floor; the scan of its bytes never fails.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const releaser::ByteSource source(fuzz::text_of(bytes, size));
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const auto facts = releaser::read_pe(source);
    fuzz::require(!facts.floors.windows.empty() && !facts.kind_name.empty());
  });
  (void)releaser::scan_strings(source);
  (void)releaser::describe_foreign_file(source);
  return 0;
}
