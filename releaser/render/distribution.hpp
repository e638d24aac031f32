#pragma once

#include "releaser/render/site_pages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace releaser {

struct ScheduledRefresh {
  std::string source;    // "owner/name" of the repository with cco-release.toml
  std::string variable;  // in which `trust refresh` looks for its token
  bool is_daily = false;
};

// What a repository of its own for the published site begins with: the pages of a site, files that
// keep bytes as they are and pages plain, and with `refresh` the workflow that signs on schedule.
// `archives` as for render_site_pages().
std::vector<SitePage> render_distribution(const Product& product, const std::string& archives,
                                          const std::optional<ScheduledRefresh>& refresh);

}  // namespace releaser
