#include "site/watermark.hpp"
#include "tests/fuzz/fuzz.hpp"

// What an agent keeps between runs may be damaged by anything.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const site::Watermark watermark = site::parse_watermark(text);
    fuzz::require(site::parse_watermark(site::write_watermark(watermark)) == watermark);
  });
  return 0;
}
