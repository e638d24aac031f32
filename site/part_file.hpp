#pragma once

#include "base/file.hpp"

#include <cstdint>

namespace site {

// A file for reading and writing (mode 0600) in `directory` that no path leads to, so that nobody
// can exchange it; gone when its descriptor is closed. Throws Errc::cannot_write.
base::FileDescriptor make_unnamed_file(const base::Path& directory);

// The same under a name, with the bytes that an earlier run left there. Whatever else stands under
// the name (a link, a folder's entry of somebody else, a file with two names) is replaced by an
// empty file. Throws Errc::cannot_write.
base::FileDescriptor open_kept_file(const base::Path& path);

// Cuts the file to its first `size` bytes and goes on writing there.
void keep_first_bytes(const base::FileDescriptor& file, std::uint64_t size,
                      const base::Path& name_for_errors);

// Reserves room for `size` bytes without changing what is in the file or how long it is, where the
// file system can do that. Throws Errc::cannot_write where there is no room.
void reserve_room(const base::FileDescriptor& file, std::uint64_t size,
                  const base::Path& name_for_errors);

// What a file takes of the disk, room that is reserved included; 0 where there is none.
std::uint64_t bytes_on_disk(const base::Path& path);

}  // namespace site
