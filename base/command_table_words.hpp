#pragma once

#include "base/command_table.hpp"

#include <string>
#include <string_view>
#include <vector>

// What parsing, help, completion and man page share about a command table.

namespace base {

using Words = std::vector<std::string>;

// The command's own options, then the common ones that it does not redefine.
std::vector<Option> options_of(const Program& program, const Command& command);
// "cco-release publish [OPTIONS] [VERSION]"
std::string usage_of(const Program& program, const Command& command);
// "-f, --config FILE"
std::string shown_option(const Option& option);
// "One of: a, b." behind the help text, where there are choices.
std::string help_with_choices(const Option& option);
std::string help_with_choices(const Positional& positional);

// What a shell offers for a value: files for "FILE", folders for "DIR", the choices, or nothing.
enum class Completion { nothing, files, directories, choices };
Completion completion_of(std::string_view value_name, const std::vector<std::string>& choices);

}  // namespace base
