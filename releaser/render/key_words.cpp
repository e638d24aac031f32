#include "releaser/render/key_words.hpp"

#include "base/text.hpp"

namespace releaser {

std::string key_words(const std::vector<trust::PublicKey>& keys) {
  std::vector<std::string> words;
  words.reserve(keys.size());
  for (const trust::PublicKey& key : keys)
    words.push_back(base::cat(key.line(), ":", key.id_text()));
  return base::join(words, " ");
}

}  // namespace releaser
