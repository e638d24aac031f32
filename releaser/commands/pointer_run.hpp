#pragma once

#include "releaser/pointers/move_pointers.hpp"
#include "releaser/services.hpp"

#include <functional>
#include <string>
#include <vector>

namespace releaser {

// What every command that only moves pointers has: --dry-run, --yes, --key and passwords.
std::vector<base::Option> pointer_options(std::vector<base::Option> own = {});

// The edit of one command, made from what is public. The Run has its destinations by then.
using MakeEdit = std::function<EditPublic(const Run& run)>;

// Runs it, prints what it did or would do, and gives the exit status. `name` and `subject` are for
// the journal and JSON: "yank", {{"version", "1.0.0"}}.
int run_pointer_command(const Services& services, const base::Arguments& arguments,
                        const std::string& name,
                        const std::vector<std::pair<std::string, std::string>>& subject,
                        const MakeEdit& make_edit);

}  // namespace releaser
