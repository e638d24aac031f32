#include "tests/fuzz/fuzz.hpp"
#include "trust/minisign.hpp"

#include <array>

// The input is a .minisig file for "test" and for nothing else: only signatures of the known key
// may pass, and their comment is what the file says.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::array keys{
      trust::PublicKey::parse("RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"),
      trust::PublicKey::parse("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")};
  const std::string_view text = fuzz::text_of(bytes, size);
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const trust::SignedBytes signed_bytes = trust::verify("test", text, keys);
    fuzz::require(text.find(signed_bytes.comment().text()) != std::string_view::npos);
    fuzz::require(trust::verify_comment(text, keys).text() == signed_bytes.comment().text());
  });
  fuzz::accept_or_refuse({base::Errc::untrusted}, [&] {
    const trust::TrustedComment comment = trust::TrustedComment::parse(text);
    fuzz::require(comment.text() == text);
  });
  return 0;
}
