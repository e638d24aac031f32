#include "releaser/stages/listed_archive.hpp"

#include <algorithm>
#include <deque>

namespace releaser {

std::vector<PackedFile> list_archive(const base::FileSection& archive, base::ArchiveFormat format,
                                     const base::Path& into, const base::ArchiveLimits& limits) {
  std::vector<PackedFile> files;
  std::deque<trust::Sha256Hasher> hashers;
  base::unpack_archive(
      archive, format, into, limits, [&](const base::UnpackedFile& entry) -> base::ByteSink {
        files.push_back({entry.path, entry.size, {}, entry.executable});
        return [&hasher = hashers.emplace_back()](std::string_view bytes) { hasher.update(bytes); };
      });
  for (std::size_t index = 0; index < files.size(); ++index)
    files[index].sha256 = hashers[index].finish();
  return files;
}

bool have_same_files(const std::vector<PackedFile>& left, const std::vector<PackedFile>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const PackedFile& one, const PackedFile& other) {
                      return one.name == other.name && one.size == other.size &&
                             one.sha256 == other.sha256 && one.executable == other.executable;
                    });
}

}  // namespace releaser
