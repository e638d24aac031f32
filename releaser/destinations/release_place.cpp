#include "releaser/destinations/release_place.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
constexpr std::string_view kStagedPrefix = "staged-";

}  // namespace

std::optional<ReleasePlace> release_place(std::string_view path) {
  const auto parts = base::split(path, '/');
  const bool is_plain = std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
  if (parts.size() != 3 || !is_plain) return std::nullopt;
  if (parts[0] == "releases")
    return ReleasePlace{std::string(parts[1]), std::string(parts[2]), false};
  if (parts[0] == ".staged") return ReleasePlace{staged_tag(parts[1]), std::string(parts[2]), true};
  return std::nullopt;
}

ReleasePlace require_release_place(const WantedFile& file) {
  if (auto place = release_place(file.name)) return std::move(*place);
  throw base::Error(base::Errc::internal,
                    cat("not a file of a release: ", base::safe_text(file.name, 200)));
}

std::string staged_tag(std::string_view tag) { return cat(kStagedPrefix, tag); }

bool is_staged_tag(std::string_view tag) { return tag.starts_with(kStagedPrefix); }

}  // namespace releaser
