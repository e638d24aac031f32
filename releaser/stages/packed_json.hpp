#pragma once

#include "base/clock.hpp"
#include "base/json.hpp"
#include "releaser/archive/archive.hpp"

#include <string_view>
#include <vector>

// Members that release.json and draft.json have in common. Readers fail as the ObjectReader does.
namespace releaser {

trust::Sha256 read_sha256(const base::json::ObjectReader& reader, std::string_view name);
base::Time read_time(const base::json::ObjectReader& reader, std::string_view name);

// The files of a packed archive.
std::vector<PackedFile> read_files(const base::json::ObjectReader& archive);
base::json::Array json_of(const std::vector<PackedFile>& files);

}  // namespace releaser
