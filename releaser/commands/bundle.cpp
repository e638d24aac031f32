#include "releaser/commands/bundle.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/bundle_file.hpp"
#include "releaser/commands/public_places.hpp"
#include "releaser/commands/public_site.hpp"
#include "releaser/commands/recording_client.hpp"
#include "releaser/commands/site_metadata.hpp"
#include "releaser/commands/site_reader.hpp"
#include "releaser/config/config.hpp"
#include "releaser/stages/taken_asset.hpp"
#include "site/local_site.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

// One release of what was verified, and whether it is what agents take by themselves.
struct Choice {
  schema::Version version;
  schema::Release release;
  bool is_newest = true;
};

Choice choose_release(const VerifiedSite& site, const base::Arguments& arguments) {
  const auto asked = arguments.value("--version");
  const auto channel =
      schema::parse_channel(arguments.value("--channel").value_or("stable")).value();
  if (!asked) {
    const auto [version, release] = *newest_releases(site, channel, 1).begin();
    return {version, release};
  }
  if (arguments.has("--channel")) {
    throw Error(Errc::usage, "--version and --channel both choose the release; give one");
  }
  const auto version = schema::Version::parse(*asked);
  for (const auto& [of, manifest] : site.channels) {
    const auto found = manifest.versions.find(version);
    if (found == manifest.versions.end()) continue;
    if (found->second.yanked) {
      throw Error(Errc::config, cat(version.text(), " was withdrawn, so that no agent takes it"));
    }
    return {version, found->second, newest_releases(site, of, 1).begin()->first == version};
  }
  throw Error(Errc::not_found, cat(version.text(), " is in no manifest; publish it"));
}

// Those of --platform, or all.
std::map<schema::Platform, schema::PlatformEntry> choose_platforms(
    const schema::Release& release, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return release.platforms;
  std::map<schema::Platform, schema::PlatformEntry> chosen;
  std::vector<std::string> names;
  for (const auto& [platform, entry] : release.platforms)
    names.emplace_back(platform.name());
  for (const std::string& name : wanted) {
    const auto platform = schema::Platform::find(name);
    const auto found = platform ? release.platforms.find(*platform) : release.platforms.end();
    if (found == release.platforms.end()) {
      throw Error(Errc::not_found, cat("--platform ", base::safe_text(name, 80),
                                       ": the release has ", base::join(names, ", ")));
    }
    chosen.insert(*found);
  }
  return chosen;
}

base::Time good_until(const VerifiedSite& site) {
  return std::min_element(site.roles.begin(), site.roles.end(),
                          [](const auto& one, const auto& other) {
                            return one.second.expires < other.second.expires;
                          })
      ->second.expires;
}

// The new file under its name, unless that is taken by other bytes.
bool put_in_place(const base::Path& made, const base::Path& target, const trust::Sha256& sha256) {
  if (base::type_of(target, base::Links::not_followed) != std::filesystem::file_type::not_found) {
    if (holds(target, sha256)) return false;
    throw Error(Errc::conflict, cat(target.string(),
                                    " is there already and has other bytes; "
                                    "remove it, or name another by --output"));
  }
  base::rename_durably(made, target);
  return true;
}

struct Report {
  const std::string& product;
  const Choice& choice;
  const base::Path& path;
  const WrittenBundle& bundle;
  trust::Sha256 first_root;
  base::Time good_until;
  bool is_new;
};

void print_text(const Report& report, std::ostream& out) {
  for (const BundledFile& file : report.bundle.files)
    out << "  " << file.name << "  " << base::human_size(file.size) << '\n';
  out << report.path.string() << (report.is_new ? "" : " (it was there already)") << "  "
      << base::human_size(report.bundle.size) << "\nsha256      " << report.bundle.sha256.hex()
      << "\nfirst root  " << report.first_root.hex()
      << "  (for --root-sha256: tell it by another way than the bundle)\ngood until  "
      << base::format_time(report.good_until) << '\n';
  if (!report.choice.is_newest) {
    out << "it is not the newest: agents take it with --version " << report.choice.version.text()
        << '\n';
  }
}

json::Value json_of(const Report& report) {
  json::Array files, platforms;
  for (const BundledFile& file : report.bundle.files)
    files.emplace_back(json::Object{{"name", file.name}, {"size", file.size}});
  for (const auto& [platform, entry] : report.choice.release.platforms)
    platforms.emplace_back(std::string(platform.name()));
  return json::Object{{"schema", 1},
                      {"product", report.product},
                      {"version", report.choice.version.text()},
                      {"platforms", std::move(platforms)},
                      {"path", report.path.string()},
                      {"size", report.bundle.size},
                      {"sha256", report.bundle.sha256.hex()},
                      {"first_root_sha256", report.first_root.hex()},
                      {"good_until", base::format_time(report.good_until)},
                      {"files", std::move(files)}};
}

int run_bundle(const Services& services, const base::Arguments& arguments) {
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  if (!config.trust) {
    throw Error(
        Errc::config,
        "[trust] is missing, and agents believe metadata alone; run cco-release trust init");
  }
  const std::string home = services.environment.find("HOME").value_or("");
  const SitePlace place = public_places(config, home, arguments.value("--url")).front();
  SiteQuestion question = site_question(config, home, services.now);
  ask_at(question, place, config, home);
  question.depth = SiteDepth::manifests;
  const auto http = make_client(services.environment);
  RecordingClient recorder(*http, place.url);
  const VerifiedSite site = verify_site(recorder, place.url, question);
  Choice choice = choose_release(site, arguments);
  choice.release.platforms = choose_platforms(choice.release, arguments.list("--platform"));
  BundleContents contents{recorder.recorded("metadata/"), choice.version, choice.release};
  contents.metadata.merge(recorder.recorded("targets/"));

  const base::Path target =
      arguments.value("--output")
          .value_or(bundle_name(config.product.name, contents, !arguments.has("--platform")));
  base::Path folder = target.parent_path();
  if (folder.empty()) folder = ".";
  const base::TemporaryDirectory work(folder, ".bundle-");
  const base::Path made = work.path() / "bundle.tar";
  const WrittenBundle bundle =
      write_bundle(made, contents, fetch_assets(*http, place.url, question.asset_url));
  // Whoever gets it walks through it just so.
  const site::LocalSite written = site::open_local_site(made);
  read_site_metadata(*written.http, written.base_url, *question.trust, question.floors,
                     services.now);
  const bool is_new = put_in_place(made, target, bundle.sha256);

  const Report report{
      config.product.name, choice, target, bundle, trust::sha256_of(question.trust->roots.front()),
      good_until(site),    is_new};
  if (wants_json(arguments)) {
    services.out << json::write(json_of(report), json::Style::pretty);
  } else {
    print_text(report, services.out);
  }
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_bundle(const Services& services) {
  return {
      .name = "bundle",
      .aliases = {},
      .summary = "one file of a public release, for machines without a network",
      .description =
          "Reads the first destination as a stranger does, verifies it, and writes the metadata "
          "and the archives of one release into a plain tar, from which an agent installs "
          "and updates by --from, verified as from the site. Agents take it until its metadata "
          "expires; make it anew then. The same public files give the same bytes.",
      .options =
          {{"--version", "", "VERSION", "this release instead of the newest one", {}},
           {"--channel",
            "",
            "CHANNEL",
            "the newest one that its followers may have; default stable",
            {"stable", "beta", "nightly"}},
           {"--platform", "", "PLATFORM", "its archive alone; may be repeated", {}},
           {"--output", "-o", "FILE", "default <product>-<version>[-<platform>].bundle.tar", {}},
           {"--url", "", "URL", "what users see, instead of the destination itself", {}}},
      .positionals = {},
      .examples = {{"cco-release bundle", "then, there: tool-updater update --from FILE"},
                   {"cco-release bundle --platform linux-x86_64 -o /media/usb/tool.bundle.tar",
                    "for machines of one kind"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_bundle(services, arguments);
      }};
}

}  // namespace releaser
