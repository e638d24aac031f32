#include "base/json.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace json = base::json;

// What is accepted is written and read again as the same value, in both styles.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const json::Limits limits{.max_bytes = 1 << 20};
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const json::Value value =
        json::parse(fuzz::text_of(bytes, size), limits, base::Errc::untrusted);
    for (const json::Style style : {json::Style::compact, json::Style::pretty}) {
      const json::Limits room{.max_bytes = 1 << 26};
      fuzz::require(json::parse(json::write(value, style), room, base::Errc::untrusted) == value);
    }
  });
  return 0;
}
