#include "releaser/trust/key_names.hpp"

#include "base/text.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>

namespace releaser {

void KeyNames::add(const trust::PublicKey& key) {
  m_lines.insert_or_assign(trust::tuf::key_of(key).id, key.line());
}

void KeyNames::add(const KeyNames& others) {
  m_lines.insert(others.m_lines.begin(), others.m_lines.end());
}

std::string KeyNames::name(const trust::tuf::Key& key) const {
  const auto found = m_lines.find(key.id);
  return found == m_lines.end() ? base::cat(key.type, ":", base::safe_text(key.value, 80))
                                : found->second;
}

std::vector<std::string> KeyNames::lines() const {
  std::vector<std::string> lines;
  for (const auto& [id, line] : m_lines)
    lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace releaser
