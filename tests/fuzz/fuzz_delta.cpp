#include "base/zstd.hpp"
#include "delta/delta.hpp"
#include "tests/delta/calls.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

namespace {

constexpr std::size_t kTargetBytes = 4096;

// An old binary that positions in it can be told apart by, of functions that call each other.
const std::string& old_binary() {
  static const std::string old = test::kX86Calls.program(kTargetBytes / 64, "") +
                                 test::kAarch64Calls.program(kTargetBytes / 64, "");
  return old;
}

void apply(delta::Format format, std::string_view delta, std::size_t target_bytes) {
  std::string target(target_bytes, '\0');
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const delta::Parts parts = delta::parts_of(format, delta);
    fuzz::require(parts.patch.size() + parts.others.size() <= delta.size());
    delta::apply(format, old_binary(), parts.patch, target);
    for (const delta::FurtherPatch& further : parts.further) {
      fuzz::require(!further.path.empty() && further.from_sha256.size() == 32);
      delta::apply(further.format, old_binary(), further.patch, target);
    }
  });
}

// Frames that are right, with any steps, differences and further bytes in them.
std::string framed(std::string_view bytes) {
  const std::size_t third = bytes.size() / 3;
  std::string delta;
  for (const std::string_view part :
       {bytes.substr(0, third), bytes.substr(third, third), bytes.substr(2 * third)})
    delta += base::zstd(part, 1).view();
  return delta;
}

}  // namespace

// The first two bytes choose the size of the target; the rest is a delta of either format, or what
// stands in its frames.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t target_bytes = (bytes[0] + 256U * bytes[1]) % (kTargetBytes + 1);
  const std::string_view rest = fuzz::text_of(bytes + 2, size - 2);
  apply(delta::Format::zstd_patch, rest, target_bytes);
  apply(delta::Format::bsdiff_zstd, rest, target_bytes);
  apply(delta::Format::bsdiff_zstd, framed(rest), target_bytes);
  return 0;
}
