#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/metadata_stage.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;

}  // namespace

ReadPublic reader_of(const Destination& destination) {
  return [&destination](std::string_view name, std::size_t max_bytes) {
    return destination.read(name, max_bytes);
  };
}

void find_left_files(Run& run) {
  std::vector<ReadPublic> places;
  places.reserve(run.destinations.size());
  for (const auto& destination : run.destinations)
    places.push_back(reader_of(*destination));
  read_left_files(run.public_metadata, places, *run.trust);
}

void check_follower_metadata(const Run& run, const Destination& follower) {
  if (run.metadata.empty() || run.options.dry_run) return;
  PublicMetadata there;
  try {
    there = read_public_metadata(reader_of(follower), *run.trust);
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
    run.around.messages.warn(cat(follower.place(), ": the metadata there is damaged; publishing ",
                                 "replaces it by that of ", run.destinations.front()->place()));
    return;
  }
  if (!there.set) return;
  const tuf::Timestamp own = tuf::parse_timestamp(
      tuf::parse_envelope(timestamp_of(run.metadata), tuf::kByteLimits.timestamp));
  if (there.set->timestamp.version <= own.version) return;
  throw Error(Errc::conflict,
              cat(kTimestampFile, " has version ", there.set->timestamp.version, " there, but ",
                  own.version, " at ", run.destinations.front()->place(),
                  ", which the others follow; nothing was changed: put the newer destination "
                  "first in ",
                  run.config.file.filename().string(), ", or copy its site to the first"));
}

void verify_metadata_before_announcing(const Run& run, const Destination& destination) {
  if (run.metadata.empty()) return;
  std::map<std::string, const std::string*, std::less<>> to_come;
  for (const MetadataFile& file : run.metadata) {
    const bool is_root = file.name.ends_with(".root.json");
    if (is_root || file.name == kTimestampFile) to_come.emplace(file.name, &file.bytes);
  }
  WalkStart start{.trusted_root = run.trust->roots.front(), .now = run.around.now};
  start.except = run.expired_channels;
  walk_metadata(start, [&](std::string_view name, std::size_t max_bytes) {
    const auto found = to_come.find(name);
    return found == to_come.end() ? destination.read(name, max_bytes)
                                  : std::optional(*found->second);
  });
}

}  // namespace releaser
