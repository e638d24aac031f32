#include "releaser/commands/previous.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/network_access.hpp"
#include "releaser/commands/public_places.hpp"
#include "releaser/commands/public_site.hpp"
#include "releaser/commands/site_reader.hpp"
#include "releaser/stages/previous_releases.hpp"
#include "releaser/stages/run.hpp"
#include "releaser/stages/taken_asset.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

std::size_t count_of(const base::Arguments& arguments) {
  const std::string text = arguments.value("--last").value_or(cat(kMostPrevious));
  if (text.size() == 1 && text[0] >= '1' && text[0] <= static_cast<char>('0' + kMostPrevious))
    return static_cast<std::size_t>(text[0] - '0');
  throw Error(Errc::usage, cat("--last ", base::safe_text(text, 40), ": give 1 to ", kMostPrevious,
                               "; whoever is further behind fetches the whole archive"));
}

schema::Channel channel_of(const base::Arguments& arguments) {
  return schema::parse_channel(arguments.value("--channel").value_or("stable")).value();
}

bool is_there(const base::Path& folder, const schema::PlatformEntry& entry) {
  return std::all_of(entry.binaries.begin(), entry.binaries.end(),
                     [&](const schema::BinaryEntry& binary) {
                       return holds(folder / binary.path, binary.sha256);
                     });
}

// The archive is what the manifest says, then its binaries are.
void fetch_platform(const FetchFile& fetch, const schema::Version& version,
                    const schema::PlatformEntry& entry, const base::Path& directory,
                    const base::Path& folder) {
  const base::TemporaryDirectory work(directory, ".previous-");
  const base::Path packed = work.path() / "archive";
  {
    base::AtomicFile file(packed, 0644, base::Durability::none);
    fetch_archive(fetch, version, entry, [&](std::string_view bytes) { file.write(bytes); });
    file.commit();
  }
  const base::Path unpacked = work.path() / "files";
  base::make_directories(unpacked);
  const bool is_zip = entry.url.path().ends_with(".zip");
  base::unpack_archive(base::open_regular_file(packed),
                       is_zip ? base::ArchiveFormat::zip : base::ArchiveFormat::tar_gz, unpacked,
                       {.unpacked_size = entry.unpacked_size, .entries = entry.entries}, {});
  if (!is_there(unpacked, entry)) {
    throw Error(Errc::untrusted, "has other binaries than the signed manifest says");
  }
  base::remove_tree(folder);
  base::make_directories(folder.parent_path());
  base::rename_durably(unpacked, folder);
}

int run_previous(const Services& services, const base::Arguments& arguments) {
  const std::size_t count = count_of(arguments);
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  const std::string home = services.environment.find("HOME").value_or("");
  const SitePlace place = public_places(config, home, arguments.value("--url")).front();
  SiteQuestion question = site_question(config, home, services.now);
  ask_at(question, place, config, home);
  question.depth = SiteDepth::manifests;
  const auto http = make_client(services.environment);
  const Releases releases =
      newest_releases(verify_site(*http, place.url, question), channel_of(arguments), count);
  const base::Path directory = arguments.positional(0).value();
  base::make_directories(directory);
  const FetchFile fetch = fetch_assets(*http, place.url, question.asset_url);
  json::Array shown;
  for (const auto& [version, release] : releases) {
    for (const auto& [platform, entry] : release.platforms) {
      const base::Path folder = previous_folder(directory, version, platform);
      const bool was_there = is_there(folder, entry);
      if (!was_there) {
        base::with_context(schema::asset_name(entry.url), [&, &version = version, &entry = entry] {
          fetch_platform(fetch, version, entry, directory, folder);
        });
      }
      if (!wants_json(arguments)) {
        services.out << (was_there ? "there     " : "fetched   ") << folder.string() << '\n';
      }
      shown.emplace_back(json::Object{{"version", version.text()},
                                      {"platform", platform.name()},
                                      {"path", folder.string()},
                                      {"fetched", !was_there}});
    }
  }
  if (wants_json(arguments)) {
    services.out << json::write(
        json::Object{
            {"schema", 1}, {"product", config.product.name}, {"releases", std::move(shown)}},
        json::Style::pretty);
  }
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_previous(const Services& services) {
  return {
      .name = "previous",
      .aliases = {},
      .summary = "fetch and verify the newest public releases, for deltas to the next one",
      .description =
          "Reads the first destination as a stranger does, and unpacks the archives of its "
          "newest releases into DIR/v<version>/<platform>, each as the signed manifest says. "
          "What is there already is not fetched again. --previous DIR of package and publish "
          "makes deltas from them.",
      .options = {{"--last", "", "N", "so many releases, 1 to 3; default 3", {}},
                  {"--channel",
                   "",
                   "CHANNEL",
                   "what its followers may have; default stable",
                   {"stable", "beta", "nightly"}},
                  {"--url", "", "URL", "what users see, instead of the destination itself", {}}},
      .positionals = {{"DIR", "where they go", true, {}}},
      .examples = {{"cco-release previous previous",
                    "then: cco-release publish --previous previous"},
                   {"cco-release previous --last 1 --channel beta previous",
                    "the newest release that a follower of beta may have"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_previous(services, arguments);
      }};
}

}  // namespace releaser
