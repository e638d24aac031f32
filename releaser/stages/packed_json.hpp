#pragma once

#include "base/clock.hpp"
#include "base/json.hpp"
#include "releaser/archive/archive.hpp"
#include "releaser/stages/target.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

// Members that release.json and drafts have in common. Readers fail as the ObjectReader does.
namespace releaser {

// Fails where a draft was written by a newer cco-release.
void require_known_schema(const base::json::ObjectReader& root, std::uint64_t newest);

trust::Sha256 read_sha256(const base::json::ObjectReader& reader, std::string_view name);
base::Time read_time(const base::json::ObjectReader& reader, std::string_view name);

// The files of a packed archive.
std::vector<PackedFile> read_files(const base::json::ObjectReader& archive);
base::json::Array json_of(const std::vector<PackedFile>& files);

// Its deltas.
std::vector<DeltaFile> read_deltas(const base::json::ObjectReader& archive);
base::json::Array json_of(const std::vector<DeltaFile>& deltas);

}  // namespace releaser
