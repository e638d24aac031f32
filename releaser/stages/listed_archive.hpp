#pragma once

#include "base/archive.hpp"
#include "releaser/archive/archive.hpp"

#include <vector>

namespace releaser {

// What is in an archive, whoever made it: names, sizes, digests and modes of its files, in their
// order, which are left in `into`, an empty folder. Throws as base::unpack_archive() does.
std::vector<PackedFile> list_archive(const base::FileSection& archive, base::ArchiveFormat format,
                                     const base::Path& into, const base::ArchiveLimits& limits);

bool have_same_files(const std::vector<PackedFile>& left, const std::vector<PackedFile>& right);

}  // namespace releaser
