#include "releaser/stages/seen.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::json::Object;
using base::json::ObjectReader;
using Generations = std::map<std::string, std::uint64_t>;  // by name of the manifest

constexpr std::size_t kMaxSeenBytes = 1024UL * 1024;
constexpr std::uint64_t kSeenSchema = 1;

struct Seen {
  std::map<std::string, Generations> generations;  // by URL of the destination
  PublicFloors metadata;
};

base::Path seen_file(const base::Path& dist) { return dist / "seen.json"; }

// Calls `read` with the outermost object of a file of ours, if it is there.
void read_record(const base::Path& file, std::string_view advice,
                 const std::function<void(const ObjectReader& root)>& read) {
  const auto text = base::read_file_if_exists(file, kMaxSeenBytes);
  if (!text) return;
  try {
    const auto value = base::json::parse(*text, {.max_bytes = kMaxSeenBytes}, Errc::config);
    const ObjectReader root(value, "", Errc::config);
    if (root.number("schema") != kSeenSchema) root.fail("schema", "is another one");
    read(root);
  } catch (const Error& error) {
    throw Error(Errc::config, cat(file.string(), ": ", error.what(), "; ", advice));
  }
}

Seen read_seen(const base::Path& file) {
  Seen seen;
  read_record(file, "remove that file", [&](const ObjectReader& root) {
    const ObjectReader destinations = root.object("generations");
    for (const auto& [url, ignored] : destinations.members()) {
      const ObjectReader manifests = destinations.object(url);
      for (const auto& [name, also_ignored] : manifests.members())
        seen.generations[url][name] = manifests.number(name);
    }
    if (const auto metadata = root.optional_object("metadata"))
      seen.metadata = read_floors(*metadata);
  });
  return seen;
}

void write_seen(const base::Path& file, const Seen& seen) {
  Object destinations;
  destinations.reserve(seen.generations.size());
  for (const auto& [url, generations] : seen.generations) {
    Object manifests;
    manifests.reserve(generations.size());
    for (const auto& [name, generation] : generations)
      manifests.emplace_back(name, generation);
    destinations.emplace_back(url, std::move(manifests));
  }
  Object all{{"schema", kSeenSchema}, {"generations", std::move(destinations)}};
  if (!seen.metadata.empty()) all.emplace_back("metadata", write_floors(seen.metadata));
  write_if_changed(file, base::json::write(all, base::json::Style::pretty), 0644,
                   base::Durability::flushed);
}

PublicFloors read_public_record(const base::Path& file) {
  PublicFloors floors;
  read_record(file, "put back what the repository has, or the copy with the higher versions",
              [&](const ObjectReader& root) { floors = read_floors(root.object("sites")); });
  return floors;
}

Generations generations_of(const PublicState& state) {
  Generations generations;
  for (const auto channel : schema::kManifestsOfSite) {
    if (const schema::Manifest* const shown = state.manifest(channel))
      generations[schema::manifest_name(channel)] = shown->generation;
  }
  return generations;
}

void put_floors(PublicFloors& known, const Run& run, const PublicFloor& floor) {
  for (const auto& destination : run.destinations)
    known.insert_or_assign(destination->url(), floor);
}

// Beside the keys. It is no part of the release, which is public already: where it cannot be
// written, the next run knows less.
// What a killed run left of it; other temporary files there may be those of a ceremony.
void remove_leftovers_of(const base::Path& file) {
  const std::string start = cat(".", file.filename().string(), ".");
  for (const std::string& name : base::list_directory(file.parent_path())) {
    if (name.starts_with(start) && base::is_temporary_name(name))
      base::remove_if_exists(file.parent_path() / name);
  }
}

void write_public_record(const Run& run, const PublicFloor& floor) {
  const base::Path file = public_record(run.config, run.home);
  try {
    remove_leftovers_of(file);
    PublicFloors floors = read_public_record(file);
    const bool is_new = floors.empty();
    put_floors(floors, run, floor);
    write_if_changed(
        file,
        base::json::write(Object{{"schema", kSeenSchema}, {"sites", write_floors(floors)}},
                          base::json::Style::pretty),
        0644, base::Durability::flushed);
    if (is_new) {
      run.around.messages.say(cat("next: commit ", file.string(),
                                  ", which keeps old metadata from being signed again"));
    }
  } catch (const Error& error) {
    run.around.messages.warn(cat("what is public now could not be remembered: ", error.what()));
  }
}

// A channel's manifest is that of this run, or the one that was there.
void note_generations(const Run& run, PublicFloor& floor) {
  for (auto& [role, known] : floor.roles) {
    const auto channel = schema::parse_channel(role);
    if (!channel) continue;
    if (const auto made = run.manifests.find(target_name(role)); made != run.manifests.end()) {
      known.generation = made->second.generation;
    } else if (const schema::Manifest* const shown = run.before.manifest(channel)) {
      known.generation = shown->generation;
    } else if (run.public_metadata.set) {
      const auto& channels = run.public_metadata.set->channels;
      const auto found = channels.find(role);
      if (found == channels.end() || !found->second.manifest) continue;
      try {
        known.generation = schema::parse_manifest(*found->second.manifest).generation;
      } catch (const Error&) {
        continue;  // what clients do not read has no generation either
      }
    }
  }
}

std::uint64_t highest_timestamp(const PublicMetadata& found) {
  const auto highest = found.highest.find("timestamp");
  return highest == found.highest.end() ? 0 : highest->second;
}

}  // namespace

void require_not_gone_back(const PublicMetadata& found) {
  const auto problem = describe_gone_back(found);
  if (!problem) return;
  const std::string above = cat(" --above ", highest_timestamp(found));
  throw Error(
      Errc::untrusted,
      cat(*problem, "; nothing was changed: put back the newest copy of metadata/ and targets/; ",
          found.set ? "or, where a backup was restored and nothing newer is left, sign what is "
                      "there with higher versions: cco-release trust refresh"
                    : "or begin this site anew with higher versions: cco-release publish",
          above));
}

base::Path public_record(const Config& config, std::string_view home) {
  return config.resolve(config.trust->folder, home) / "public.json";
}

void check_not_replayed(const Run& run) {
  if (run.options.above) return;
  const base::Path file = seen_file(dist_with_records(run));
  const Seen sites = read_seen(file);
  const Destination& first = *run.destinations.front();
  const auto seen = sites.generations.find(first.url());
  if (seen == sites.generations.end()) return;
  const Generations now = generations_of(run.before);
  std::set<std::string> remade;  // after a key was stolen: they follow dist/, and new keys
  for (const auto of : run.before.stolen)
    remade.insert(schema::manifest_name(of));
  for (const auto& [name, generation] : seen->second) {
    if (remade.contains(name)) continue;
    const auto found = now.find(name);
    const std::uint64_t shown = found == now.end() ? 0 : found->second;
    if (shown >= generation) continue;
    throw Error(Errc::untrusted,
                cat(name, " went back from generation ", generation, " to ", shown,
                    "; nothing was changed: put the newest one and its .minisig back ",
                    "(dist/V/site of the release that was published last has both), or remove ",
                    file.string(), " if it was meant"));
  }
}

std::vector<RememberedFloor> remembered_floors(const Config& config, std::string_view home,
                                               const base::Path& dist, std::string_view url) {
  std::vector<RememberedFloor> all;
  const auto add = [&](const base::Path& file, const PublicFloors& floors) {
    const auto found = floors.find(url);
    if (found != floors.end()) all.push_back({file.string(), found->second});
  };
  const base::Path beside_keys = public_record(config, home);
  add(beside_keys, read_public_record(beside_keys));
  add(seen_file(dist), read_seen(seen_file(dist)).metadata);
  return all;
}

std::vector<RememberedFloor> remembered_floors(const Run& run, const Destination& destination) {
  return remembered_floors(run.config, run.home, dist_with_records(run), destination.url());
}

std::map<std::string, std::uint64_t> remembered_generations(const Run& run,
                                                            const Destination& destination) {
  constexpr std::uint64_t kMostThatIsOurs = std::uint64_t{1} << 32U;
  Generations all;
  const auto add = [&](const std::string& name, std::uint64_t generation) {
    if (generation == 0 || generation > kMostThatIsOurs) return;
    all[name] = std::max(all[name], generation);
  };
  const Seen seen = read_seen(seen_file(dist_with_records(run)));
  if (const auto found = seen.generations.find(destination.url()); found != seen.generations.end())
    for (const auto& [name, generation] : found->second)
      add(name, generation);
  if (!run.config.trust) return all;
  for (const auto& [said_by, floor] : remembered_floors(run, destination))
    for (const auto& [role, known] : floor.roles)
      add(target_name(role), known.generation);
  return all;
}

void require_newest_generation(const Run& run, const schema::Manifest& shown) {
  const std::string name = schema::manifest_name(shown.channel);
  const auto remembered = remembered_generations(run, *run.destinations.front());
  const auto known = remembered.find(name);
  if (known == remembered.end() || shown.generation >= known->second) return;
  throw Error(
      Errc::untrusted,
      cat(name, " went back from generation ", known->second, " to ", shown.generation,
          "; nothing was changed: put the newest one and its .minisig back (dist/V/site of the "
          "release that was published last has both), or ",
          run.options.above
              ? cat("publish with --above ", *run.options.above, ", which goes on above it")
              : "take the number out of public.json of the trust folder and of "
                "dist/seen.json if it was meant"));
}

void check_metadata_not_replayed(const Run& run) {
  const PublicMetadata& found = run.public_metadata;
  if (const auto problem = describe_gone_back(found)) {
    // The version is that which is given up: afterwards a higher one is remembered, so that the
    // same words in a schedule say nothing any more.
    if (run.options.above != highest_timestamp(found)) require_not_gone_back(found);
    run.around.messages.warn(cat(*problem, ": what is there counts, as --above says"));
    return;
  }
  if (!found.set || found.is_known_to_be_newest) return;
  const base::Time expires = found.set->timestamp.expires;
  if (expires > run.around.now || run.options.revive == found.set->timestamp.version) return;
  throw Error(
      Errc::expired,
      cat(kTimestampFile, " expired at ", base::format_time(expires),
          ", and nothing here remembers that it was the newest: an old copy of the site would be "
          "made new; nothing was changed: restore ",
          public_record(run.config, run.home).string(),
          ", or, where `cco-release status` shows the newest release, say so: cco-release trust "
          "refresh --revive ",
          found.set->timestamp.version));
}

void remember_published(const Run& run) {
  Seen seen = read_seen(seen_file(run.options.dist));
  if (run.release || run.before.combined) {
    Generations now = generations_of(run.before);
    for (const auto& [name, manifest] : run.manifests)
      now[name] = std::max(now[name], manifest.generation);
    seen.generations[run.destinations.front()->url()] = std::move(now);
  }
  if (!run.metadata.empty()) {
    PublicFloor floor = floor_of(run.metadata, *run.trust);
    note_generations(run, floor);
    put_floors(seen.metadata, run, floor);
    write_public_record(run, floor);
  }
  // Whoever only refreshes has no dist/, and needs none.
  if (base::type_of(run.options.dist) == std::filesystem::file_type::directory) {
    write_seen(seen_file(run.options.dist), seen);
  }
}

}  // namespace releaser
