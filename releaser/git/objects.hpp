#pragma once

#include "releaser/git/program.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace releaser::git {

struct Entry {
  std::string object;
  std::uint64_t size = 0;
  unsigned mode = 0;  // 0100644, 0100755, 0120000 (a link), 0160000 (another repository)
  [[nodiscard]] bool is_file() const { return mode == 0100644 || mode == 0100755; }
  [[nodiscard]] bool is_executable() const { return mode == 0100755; }
};
// What a tree holds, by paths.
using Listing = std::map<std::string, Entry, std::less<>>;

// Contents of files in the repository that a Program works in, with few starts of git: a run looks
// at some thirty files of a site.
class Objects {
 public:
  explicit Objects(const Program& git) : m_git(git) {}

  [[nodiscard]] Listing list(const std::string& tree) const;
  // The bytes of a file of that listing. Small files of the same folder are read with it and kept,
  // 4 MiB of a folder at most. Throws Errc::internal with what git said.
  std::string read(const Listing& listing, Listing::const_iterator wanted);
  // Stores the contents as they are, whatever attributes say; gives their names in the same order.
  [[nodiscard]] std::vector<std::string> write(const std::vector<std::string_view>& contents) const;

 private:
  void read_together(const std::vector<const Entry*>& entries);

  const Program& m_git;
  std::map<std::string, std::string, std::less<>> m_known;  // by their names
};

}  // namespace releaser::git
