#pragma once

#include "base/file.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace releaser {

// Is it a file with a secret key of minisign's form? Throws Errc::config where it cannot be read.
bool is_secret_key(const base::Path& file);

// Is `path` the folder, or something below it? By real paths, and as it is written: a link in a
// public folder shows what it leads to.
bool lies_in(const base::Path& path, const base::Path& folder);

// Does it begin with the same path? Both as real_path() gives them.
base::Path real_path(const base::Path& path);
bool is_below(const base::Path& path, const base::Path& folder);

struct KeySearch {
  std::vector<base::Path> keys;  // sorted
  bool is_cut = false;           // there were more files
};
// Secret keys among the files below a folder, whatever they are called, except in folders of the
// names `without` that stand directly in it. Looks at `max_files` files at most; what cannot be
// read is left out.
KeySearch secret_keys_below(const base::Path& folder,
                            const std::set<std::string, std::less<>>& without,
                            std::size_t max_files);

}  // namespace releaser
