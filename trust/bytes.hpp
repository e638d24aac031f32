#pragma once

#include <string_view>

namespace trust {

// Text as libsodium and OpenSSL take it. Valid as long as the text is.
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace trust
