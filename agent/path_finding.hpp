#pragma once

#include "agent/layout.hpp"
#include "agent/services.hpp"

#include <string>
#include <vector>

namespace agent {

// Does PATH find what is in place (design: "Finally")? Each text names both files and what to do.
struct PathFinding {
  std::vector<std::string>
      other_programs;  // in the place of ours: something else than this version
  std::vector<std::string>
      remarks;  // another file that says, when it is run, that it is this version
};
// Of the programs of `version`, which is current. A program that the user's PATH does not find at
// all is no concern of this: a shell may not have read its start-up files yet.
PathFinding look_on_path(const Services& services, const schema::Version& version,
                         const CompletionMark& mark);

}  // namespace agent
