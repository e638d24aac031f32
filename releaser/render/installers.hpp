#pragma once

#include "manifest-schema/manifest.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/product.hpp"

#include <string>

namespace releaser {

// The installers of one release. The text pins the release: archives with hashes, sizes, floors and
// agents, the order of preference of schema::platforms_for, and the public keys of all channels;
// the same release gives the same bytes, and they do not change after it is public.
// Throws Errc::config for what a script cannot hold safely: names of files outside
// [A-Za-z0-9._/-], words of a probe with line ends.

// For macOS, Linux and FreeBSD: POSIX sh.
std::string render_install_sh(const Product& product, const schema::Version& version,
                              const schema::Release& release);
// For Windows: PowerShell 5.1 and 7, ASCII.
std::string render_install_ps1(const Product& product, const schema::Version& version,
                               const schema::Release& release);

}  // namespace releaser
