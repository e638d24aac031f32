#include "releaser/stages/seen_generations.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::json::Object;
using base::json::ObjectReader;
using Generations = std::map<std::string, std::uint64_t>;  // by name of the manifest
using Sites = std::map<std::string, Generations>;          // by URL of the destination

constexpr std::size_t kMaxSeenBytes = 1024UL * 1024;
constexpr std::uint64_t kSeenSchema = 1;

base::Path seen_file(const Run& run) {
  const base::Path dist = run.dist_to_copy_record_from.empty() ? run.folder.parent_path()
                                                               : run.dist_to_copy_record_from;
  return dist / "seen.json";
}

Sites read_seen(const base::Path& file) {
  Sites sites;
  const auto text = base::read_file_if_exists(file, kMaxSeenBytes);
  if (!text) return sites;
  try {
    const auto value = base::json::parse(*text, {.max_bytes = kMaxSeenBytes}, Errc::config);
    const ObjectReader root(value, "", Errc::config);
    if (root.number("schema") != kSeenSchema) root.fail("schema", "is another one");
    const ObjectReader destinations = root.object("generations");
    for (const auto& [url, ignored] : destinations.members()) {
      const ObjectReader manifests = destinations.object(url);
      for (const auto& [name, also_ignored] : manifests.members())
        sites[url][name] = manifests.number(name);
    }
  } catch (const Error& error) {
    throw Error(Errc::config, cat(file.string(), ": ", error.what(), "; remove that file"));
  }
  return sites;
}

Generations generations_of(const PublicState& state) {
  Generations generations;
  for (const auto channel : schema::kManifestsOfSite) {
    if (const schema::Manifest* const shown = state.manifest(channel))
      generations[schema::manifest_name(channel)] = shown->generation;
  }
  return generations;
}

}  // namespace

void check_not_replayed(const Run& run) {
  const Sites sites = read_seen(seen_file(run));
  const Destination& first = *run.destinations.front();
  const auto seen = sites.find(first.url());
  if (seen == sites.end()) return;
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
                cat(first.place(), ": ", name, " went back from generation ", generation, " to ",
                    shown, "; nothing was changed: put the newest one and its .minisig back ",
                    "(dist/V/site of the release that was published last has both), or remove ",
                    seen_file(run).string(), " if it was meant"));
  }
}

void remember_generations(const Run& run) {
  Generations now = generations_of(run.before);
  for (const auto& [name, manifest] : run.manifests)
    now[name] = std::max(now[name], manifest.generation);
  Sites sites = read_seen(seen_file(run));
  sites[run.destinations.front()->url()] = std::move(now);
  Object destinations;
  for (const auto& [url, generations] : sites) {
    Object manifests;
    for (const auto& [name, generation] : generations)
      manifests.emplace_back(name, generation);
    destinations.emplace_back(url, std::move(manifests));
  }
  write_if_changed(
      seen_file(run),
      base::json::write(Object{{"schema", kSeenSchema}, {"generations", std::move(destinations)}},
                        base::json::Style::pretty),
      0644, base::Durability::flushed);
}

}  // namespace releaser
