#include "tests/releaser/trust/ceremony_world.hpp"

#include "base/text.hpp"
#include "releaser/trust/draft_files.hpp"

#include <array>

namespace test {

using base::cat;

const trust::SecretKey& CeremonyWorld::key(char letter) {
  const auto found = m_keys.find(letter);
  if (found != m_keys.end()) return found->second;
  return m_keys.emplace(letter, trust::SecretKey::generate()).first->second;
}

std::string CeremonyWorld::with_letters(std::string text) {
  for (const auto& [letter, key] : m_keys)
    text = base::replace_all(text, key.public_key().line(), std::string(1, letter));
  return text;
}

releaser::Config CeremonyWorld::config(const std::string& preset, const Lists& lists,
                                       const std::string& refresh) {
  std::string text = R"(schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "out/tool"
[trust]
preset = ")" + preset +
                     "\"\nrefresh = \"" + refresh + "\"\n[trust.keys]\n";
  for (const auto& [name, letters] : lists) {
    std::vector<std::string> quoted;
    for (const char letter : letters)
      quoted.push_back(cat('"', line(letter), '"'));
    text += cat(name, " = [", base::join(quoted, ", "), "]\n");
  }
  return releaser::parse_config(text, "cco-release.toml");
}

releaser::TrustPolicy CeremonyWorld::policy(const std::string& preset, const Lists& lists) {
  return trust_policy(config(preset, lists));
}

void CeremonyWorld::begin(const releaser::TrustPolicy& policy) {
  const base::Time now = *base::parse_time("2026-11-20T12:00:00Z");
  base::make_directories(folder());
  releaser::KeyNames names = names_of(policy);
  if (!releaser::has_trust_files(folder())) {
    write_draft(folder(), *make_draft("tool", policy, nullptr, now), names);
    return;
  }
  const releaser::TrustFolder before = read();
  names.add(before.names);
  write_draft(folder(), *make_draft("tool", policy, &before, now), names);
}

std::size_t CeremonyWorld::sign(std::string_view letters) {
  std::size_t count = 0;
  for (const char letter : letters) {
    releaser::TrustFolder present = read();
    count += sign_draft(present, std::array{releaser::Signer::borrow(key(letter))});
  }
  return count;
}

void CeremonyWorld::finalize() {
  releaser::TrustFolder present =
      releaser::read_trust_folder(folder(), releaser::Interrupted::allowed);
  releaser::finalize(present);
}

}  // namespace test
