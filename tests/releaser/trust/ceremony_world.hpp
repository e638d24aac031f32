#pragma once

#include "base/file.hpp"
#include "releaser/config/config.hpp"
#include "releaser/trust/ceremony.hpp"
#include "trust/signing/secret_key.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace test {

// A team's product with keys of single letters and a folder for its ceremonies.
class CeremonyWorld {
 public:
  CeremonyWorld() : m_directory("/tmp", "ceremony-") {}

  // The keys of [trust.keys], "abc" each. What is not named falls back.
  using Lists = std::map<std::string, std::string>;
  [[nodiscard]] releaser::Config config(const std::string& preset, const Lists& lists,
                                        const std::string& refresh = "none");
  [[nodiscard]] releaser::TrustPolicy policy(const std::string& preset, const Lists& lists);
  [[nodiscard]] const trust::SecretKey& key(char letter);
  [[nodiscard]] std::string line(char letter) { return key(letter).public_key().line(); }
  // Lines of keys are random: the letter in its place.
  [[nodiscard]] std::string with_letters(std::string text);

  [[nodiscard]] base::Path folder() const { return m_directory.path() / "trust"; }
  [[nodiscard]] base::Path draft(std::string_view name) const { return folder() / "draft" / name; }
  [[nodiscard]] releaser::TrustFolder read() const { return releaser::read_trust_folder(folder()); }

  // The steps of a ceremony, each from the files that the one before left.
  void begin(const releaser::TrustPolicy& policy);
  std::size_t sign(std::string_view letters);
  void finalize();

 private:
  base::TemporaryDirectory m_directory;
  std::map<char, trust::SecretKey> m_keys;
};

}  // namespace test
