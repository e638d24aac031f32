#include "agent/identity_section.hpp"

#include <algorithm>
#include <string>

namespace agent {
namespace {

struct IdentityRecord {
  char bytes[schema::kIdentityBytes];  // NOLINT: a C layout is what the stamp looks for
};

// As the compiler leaves it: magic, format 0, length 0. Volatile, because the bytes at run time are
// not those of compile time; its own section, kept by the linker, so that `stamp` finds it.
#if defined(__APPLE__)
#define CCO_IDENTITY_SECTION "__DATA,__cco_id"
#else
#define CCO_IDENTITY_SECTION ".cco_id"
#endif
// AddressSanitizer would put a red zone behind it, inside the section.
#if defined(__clang__)
#define CCO_AS_IT_IS __attribute__((no_sanitize("address")))
#else
#define CCO_AS_IT_IS
#endif
extern volatile const IdentityRecord g_identity_record;
CCO_AS_IT_IS __attribute__((used, section(CCO_IDENTITY_SECTION),
                            aligned(16))) volatile const IdentityRecord g_identity_record = {
    "cco-identity-v1"};

static_assert(schema::kIdentityMagic.size() == 16);

}  // namespace

std::optional<schema::Identity> read_own_identity() {
  std::string section(schema::kIdentityBytes, '\0');
  for (std::size_t index = 0; index < section.size(); ++index) {
    section[index] = g_identity_record.bytes[index];
  }
  return schema::decode_identity(section);
}

}  // namespace agent
