#pragma once

#include "base/file.hpp"

namespace site {

// A file for reading and writing (mode 0600) in `directory` that no path leads to, so that nobody
// can exchange it; gone when its descriptor is closed. Throws Errc::cannot_write.
base::FileDescriptor make_unnamed_file(const base::Path& directory);

// Back to no bytes, written from the start.
void empty_file(const base::FileDescriptor& file, const base::Path& name_for_errors);

}  // namespace site
