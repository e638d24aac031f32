#pragma once

#include "agent/commands/source_options.hpp"
#include "base/command_table.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"

#include <optional>

namespace agent {

// What the command line of `update` asks for.
struct UpdateOptions {
  bool check = false;
  bool yes = false;
  bool unattended = false;
  bool if_due = false;
  bool explain = false;
  bool rollback = false;
  std::optional<schema::Channel> channel;
  std::optional<schema::Version> version;
  SourceOptions source;
};

// Throws Errc::usage for options that do not go together.
UpdateOptions read_update_options(const base::Arguments& arguments);

}  // namespace agent
