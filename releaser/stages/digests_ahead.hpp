#pragma once

#include "base/file.hpp"
#include "trust/digest.hpp"

#include <atomic>
#include <cstddef>
#include <future>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace releaser {

// Both digests of files, read on threads of their own while a run waits for hosts. For files that
// nobody changes between the two: what is sent is read again then.
class DigestsAhead {
 public:
  using Digests = std::pair<trust::Sha256, trust::Blake2b>;
  // Begins at once, with as many threads as `jobs`. What cannot be read is left to whoever asks.
  DigestsAhead(std::vector<base::Path> files, std::size_t jobs);
  DigestsAhead(const DigestsAhead&) = delete;
  DigestsAhead& operator=(const DigestsAhead&) = delete;
  // What is not read yet is given up.
  ~DigestsAhead();

  // Waits until all were read. Safe to call from many threads at once.
  [[nodiscard]] std::optional<Digests> find(const base::Path& file) const;

 private:
  using Known = std::map<base::Path, Digests>;
  [[nodiscard]] Known read_all(const std::vector<base::Path>& files, std::size_t jobs) const;

  std::atomic<bool> m_is_given_up{false};
  std::shared_future<Known> m_known;
};

}  // namespace releaser
