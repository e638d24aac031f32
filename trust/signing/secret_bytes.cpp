#include "base/error.hpp"
#include "trust/signing/secret_key.hpp"
#include "trust/sodium_start.hpp"

#include <sodium.h>

#include <cstring>
#include <utility>

namespace trust {

SecretBytes::SecretBytes(std::size_t size) : m_size(size) {
  start_sodium();
  m_data = static_cast<unsigned char*>(sodium_malloc(size));
  if (m_data == nullptr) {
    throw base::Error(base::Errc::internal, "no guarded memory for a secret");
  }
  sodium_memzero(m_data, m_size);
}

SecretBytes SecretBytes::take(std::string& source) {
  SecretBytes secret(source.size());
  if (!source.empty()) std::memcpy(secret.data(), source.data(), source.size());
  // Whatever the string held before it shrank, too.
  source.resize(source.capacity());
  sodium_memzero(source.data(), source.size());
  source.clear();
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)), m_size(std::exchange(other.m_size, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(m_data, other.m_data);
  std::swap(m_size, other.m_size);
  return *this;
}

SecretBytes::~SecretBytes() { sodium_free(m_data); }

}  // namespace trust
