#include "releaser/config/config.hpp"
#include "tests/fuzz/fuzz.hpp"

// What is accepted has what every command counts on; what is refused is Errc::config.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const auto config = releaser::parse_config(fuzz::text_of(bytes, size), "cco-release.toml");
    fuzz::require(config.schema == 1);
    fuzz::require(!config.product.name.empty());
    for (const auto& destination : config.destinations) {
      fuzz::require(!destination.name.empty() && !destination.url.empty());
    }
  });
  return 0;
}
