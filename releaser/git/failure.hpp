#pragma once

#include "base/error.hpp"
#include "base/process.hpp"
#include "releaser/git/remote.hpp"

#include <string>
#include <string_view>

namespace releaser::git {

// What git said on its standard error, for one line of a message: the lines of the server and the
// last of git's own; at most 300 bytes, without the token.
std::string said(const Remote& remote, std::string_view errors);

// Why a fetch or push did not come about, and what to do: permission, not_found, network, or
// config for what git itself has to be told. `errors` is in English (LC_ALL=C).
base::Error failure_of(const Remote& remote, std::string_view errors);

// May the same request go well by itself a moment later?
bool is_passing(std::string_view errors);

// What a server made of a push, from the output of `git push --porcelain` and its errors.
enum class PushAnswer { done, moved, refused, none };
PushAnswer read_push(int exit_status, std::string_view output);
// Of a refused one: what to do about a branch that a rule protects.
base::Error refusal_of(const Remote& remote, std::string_view branch, std::string_view output,
                       std::string_view errors);

}  // namespace releaser::git
