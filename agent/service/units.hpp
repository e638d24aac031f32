#pragma once

#include "base/file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The units by which systemd looks after the service, as pure functions of what is installed.
// Source of the rules: systemd.syntax(7), systemd.unit(5), systemd.service(5), systemd.exec(5).

// user: one service with the rights of its user, who owns the root. system: a service that may
// write nothing but its log, beside an update by root, which alone may write the root, and a timer.
enum class UnitScope { user, system };

struct UnitFacts {
  std::string product;          // "tool"
  std::string program;          // "tool-updater": what the units are named after
  base::Path root;              // of the installation
  base::Path bin_directory;     // of its links
  base::Path config_file;       // that the service reads
  std::string config_variable;  // "TOOL_UPDATER_CONFIG_PATH"
};

struct UnitName {
  std::string name;       // "tool-updater.service"
  std::string wanted_by;  // the target that starts it; empty: something else does
};
// The service first.
std::vector<UnitName> unit_names(std::string_view program, UnitScope scope);

struct Unit {
  UnitName name;
  std::string text;  // of the whole file
};
// In the order of their names. Throws Errc::config for a path that a unit cannot hold.
std::vector<Unit> make_units(const UnitFacts& facts, UnitScope scope);

// Whose a file in the place of a unit is, by its first lines.
enum class UnitOwner {
  this_installation,
  other_installation,  // of this program, in another root
  somebody_else,
};
UnitOwner owner_of_unit(std::string_view unverified_text, std::string_view program,
                        const base::Path& root);

// One word of a line, in double quotes where need be, with what systemd would read as something
// else (%, \, " and, where it replaces variables, $) written for itself.
enum class Variables { left, replaced };
std::string quoted_for_unit(std::string_view word, Variables variables);

}  // namespace agent
