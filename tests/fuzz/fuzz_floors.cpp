#include "base/json.hpp"
#include "releaser/metadata/public_floor.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

namespace {

namespace json = base::json;

releaser::PublicFloors read(std::string_view text) {
  const json::Value value =
      json::parse(text, {.max_bytes = std::size_t{1024} * 1024}, base::Errc::config);
  return releaser::read_floors(json::ObjectReader(value, "", base::Errc::config));
}

}  // namespace

// What trust/public.json remembers, which travels through repositories and caches.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const std::string written =
        json::write(releaser::write_floors(read(fuzz::text_of(bytes, size))), json::Style::pretty);
    if (written.size() > std::size_t{1024} * 1024) return;
    fuzz::require(json::write(releaser::write_floors(read(written)), json::Style::pretty) ==
                  written);
  });
  return 0;
}
