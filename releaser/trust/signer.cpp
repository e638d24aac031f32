#include "releaser/trust/signer.hpp"

#include <memory>

namespace releaser {

Signer::Signer(trust::SecretKey key) : m_key(key.public_key()) {
  const auto secret = std::make_shared<const trust::SecretKey>(std::move(key));
  m_work = [secret](std::string_view message) { return secret->sign_message(message); };
}

}  // namespace releaser
