#pragma once

#include "base/file.hpp"

#include <set>
#include <string>
#include <string_view>

namespace base {

// Writes below one directory and nowhere else: every path is resolved relative to its descriptor,
// and no link is followed, whoever else may be changing the tree. Paths are those that
// unsafe_path_reason() accepts.
class UnpackDirectory {
 public:
  explicit UnpackDirectory(const Path& root);

  // Creates it (mode 0755) with its parents, where they are missing.
  void make_directory(const std::string& path);
  // A new file, open for writing, with its parents; Errc::untrusted if something has its name.
  FileDescriptor create_file(const std::string& path);
  // Sets the mode, fsyncs.
  static void finish_file(const FileDescriptor& file, const std::string& path, bool executable);
  // Fsyncs every directory that got an entry.
  void sync_directories();

 private:
  [[nodiscard]] FileDescriptor open_directory(const std::string& path) const;
  FileDescriptor parent_of(const std::string& path);

  FileDescriptor m_root;
  std::set<std::string> m_directories;  // that were made here
};

}  // namespace base
