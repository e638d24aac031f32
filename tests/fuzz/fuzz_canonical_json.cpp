#include "base/json.hpp"
#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <algorithm>
#include <string>

namespace json = base::json;
using trust::tuf::canonical_json;

namespace {

json::Value parse(std::string_view text) {
  return json::parse(text, {.max_bytes = 1 << 20}, base::Errc::untrusted);
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char letter) { return static_cast<unsigned char>(letter) < 0x20; });
}

}  // namespace

// One value has one canonical form, however it is written; and where that holds no control
// characters, which JSON would escape, it is JSON that has itself as its canonical form.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const json::Value value = parse(fuzz::text_of(bytes, size));
    const std::string canonical = canonical_json(value);
    fuzz::require(canonical_json(parse(json::write(value, json::Style::pretty))) == canonical);
    if (has_control_characters(canonical)) return;
    fuzz::require(canonical_json(parse(canonical)) == canonical);
  });
  return 0;
}
