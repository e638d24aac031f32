#pragma once

#include "agent/config.hpp"
#include "agent/install.hpp"
#include "agent/plan.hpp"
#include "agent/services.hpp"

#include <chrono>
#include <optional>

namespace agent {

// What a look for updates remembers, before and after it (state/check.json).

// The right to remember. A look changes nothing that matters, so where somebody else works here or
// nothing can be written it goes without: nothing.
std::optional<WriteAccess> access_for_look(const Services& services);

// Counts the look as failed until remember_look(): one that is cut off must not be repeated at
// once.
void begin_look(const Services& services, const Config& config);
// For notices, which speak of what a plain `update` would do.
void remember_look(const Services& services, const Config& config, const Decision& decision);
// The look, or the download that followed it, failed for reasons of the network: the next one comes
// when failures make it due, and not before the site wants to be asked again.
void remember_failure(const Services& services, const Config& config,
                      std::optional<std::chrono::seconds> asked_to_wait);
// What was available is installed, or not wanted.
void forget_available(const Layout& layout);

}  // namespace agent
