#pragma once

#include "agent/config.hpp"
#include "base/file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// What the owner of a machine fixed for every user of a program on it: policy.toml. It takes the
// keys of config.toml, which then hold over the user's file, variables and options, and two of its
// own, updates.allowed_channels and updates.allow_expired.

// "/etc/tool-updater/policy.toml".
base::Path policy_path(std::string_view program);

// The text of the policy; nothing where there is none. Throws Errc::config, in one line that says
// what to do, where the file or its folder is not root's, may be written by others, or cannot be
// read: then nothing may be updated.
std::optional<std::string> read_policy_text(const base::Path& path);

// Lays a policy over what was loaded, with Origin::policy. Unlike in config.toml, an unknown key
// and a wrong value throw Errc::config: a policy holds whole or updates wait.
void apply_policy(LoadedConfig& loaded, std::string_view text, const base::Path& path);

// Why a policy refuses a release, or nothing: "is of channel beta, and /etc/…/policy.toml allows
// stable only".
std::optional<std::string> policy_objection(const Policy& policy, const schema::Version& version,
                                            schema::Channel channel);

// For orders of a person. Throw Errc::config where the policy refuses it.
void require_allowed_channel(const LoadedConfig& loaded, schema::Channel channel);
void require_free_choice(const LoadedConfig& loaded, std::string_view key, std::string_view option);
void require_expired_allowed(const Policy& policy);
void require_allowed(const Policy& policy, const schema::Version& version);

}  // namespace agent
