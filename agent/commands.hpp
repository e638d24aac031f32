#pragma once

#include "agent/services.hpp"
#include "base/command_table.hpp"

#include <functional>
#include <optional>
#include <ostream>
#include <vector>

namespace agent {

// Made by main at the first use, after the arguments are read (--json, --quiet, --verbose,
// --prefix), because a command that needs none of it (version, completion) must not fail by it.
// Throws where there is no home. The reference holds to the end of the program.
using ServicesOf = std::function<const Services&(const base::Arguments&)>;

// list, status, doctor, audit, notice, config …, init, telemetry ….
std::vector<base::Command> reading_commands(const ServicesOf& services_of);
// update, rollback, repair, install, uninstall: in the order of --help, as all of these.
std::vector<base::Command> changing_commands(const ServicesOf& services_of);
// run, and what services of this installation do among themselves.
std::vector<base::Command> service_commands(const ServicesOf& services_of);
// Also of a build that nobody stamped.
base::Command version_command(const std::optional<schema::Identity>& identity, std::ostream& out);
// "__probe", hidden: what an update asks of a new agent before it goes live.
base::Command probe_command(const schema::Identity& identity, std::ostream& out);

// Examples are written without the program's name, because it is not known before the identity is
// read: puts it before each, and in the place of "$PROGRAM".
void name_program_in_examples(base::Program& program);

// The whole table, for what is made from it.
using ProgramOf = std::function<base::Program()>;
base::Command completion_command(const ProgramOf& program_of, std::ostream& out);

}  // namespace agent
