#pragma once

#include "trust/public_key.hpp"
#include "trust/tuf/key.hpp"

#include <map>
#include <string>
#include <vector>

namespace releaser {

// Metadata holds the bytes of a key and not the id that its "RW…" line begins with. Lines that were
// seen are kept here, each under the id that metadata computes from its bytes, so that a wrong line
// can name no key.
class KeyNames {
 public:
  void add(const trust::PublicKey& key);
  void add(const KeyNames& others);
  // "RW…", or "ed25519:<hexadecimal digits>" where no line is known.
  [[nodiscard]] std::string name(const trust::tuf::Key& key) const;
  // Sorted.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::map<std::string, std::string, std::less<>> m_lines;  // by id
};

}  // namespace releaser
