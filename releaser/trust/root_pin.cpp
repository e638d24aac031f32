#include "releaser/trust/root_pin.hpp"

#include "trust/tuf/trusted_metadata.hpp"

namespace releaser {

schema::RootPin pin_of(std::string_view root_bytes) {
  // Whether it has expired is decided where it is used.
  const trust::tuf::TrustedMetadata proven(root_bytes, base::Time{}, trust::tuf::checks_ed25519);
  return {proven.root().version, trust::sha256_of(root_bytes)};
}

}  // namespace releaser
