#include "releaser/stages/digests_ahead.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"

namespace releaser {
namespace {

std::optional<DigestsAhead::Digests> read_digests(const base::Path& file,
                                                  const std::atomic<bool>& is_given_up) {
  try {
    trust::Sha256Hasher sha256;
    trust::Blake2bHasher blake2b;
    base::stream_file(base::open_regular_file(file), [&](std::string_view bytes) {
      if (is_given_up) throw base::Error(base::Errc::cancelled, "given up");
      sha256.update(bytes);
      blake2b.update(bytes);
    });
    return DigestsAhead::Digests{sha256.finish(), blake2b.finish()};
  } catch (const base::Error&) {
    return std::nullopt;  // whoever needs the file says what is wrong
  }
}

}  // namespace

DigestsAhead::DigestsAhead(std::vector<base::Path> files, std::size_t jobs)
    : m_known(std::async(std::launch::async, [this, files = std::move(files), jobs] {
        return read_all(files, jobs);
      })) {}

DigestsAhead::Known DigestsAhead::read_all(const std::vector<base::Path>& files,
                                           std::size_t jobs) const {
  std::vector<std::optional<Digests>> read(files.size());
  base::for_each_in_parallel(files.size(), jobs, [&](std::size_t index) {
    read[index] = read_digests(files[index], m_is_given_up);
  });
  Known known;
  for (std::size_t index = 0; index < files.size(); ++index)
    if (read[index]) known.emplace(files[index], *read[index]);
  return known;
}

DigestsAhead::~DigestsAhead() {
  m_is_given_up = true;
  m_known.wait();
}

std::optional<DigestsAhead::Digests> DigestsAhead::find(const base::Path& file) const {
  const Known& known = m_known.get();
  const auto found = known.find(file);
  if (found == known.end()) return std::nullopt;
  return found->second;
}

}  // namespace releaser
