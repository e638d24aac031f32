#include "releaser/pointers/pointer_draft.hpp"
#include "releaser/stages/release_draft.hpp"
#include "tests/fuzz/fuzz.hpp"

// What a host shows as the draft of a release or of a change that waits: what is read and written
// is read again as the same.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const std::string written =
        releaser::write_draft(releaser::parse_draft(fuzz::text_of(bytes, size)));
    if (written.size() > releaser::kMaxDraftBytes) return;
    fuzz::require(releaser::write_draft(releaser::parse_draft(written)) == written);
  });
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const std::string written =
        releaser::write_pointer_draft(releaser::parse_pointer_draft(fuzz::text_of(bytes, size)));
    if (written.size() > releaser::kMaxDraftBytes) return;
    fuzz::require(releaser::write_pointer_draft(releaser::parse_pointer_draft(written)) == written);
  });
  return 0;
}
