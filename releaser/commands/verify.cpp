#include "releaser/commands/verify.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/site_reader.hpp"
#include "releaser/config/config.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "site/channel_manifest.hpp"
#include "site/metadata_walk.hpp"
#include "trust/minisign.hpp"

#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
constexpr std::uint64_t kMaxInstallerBytes = 4UL * 1024 * 1024;

struct PublicSite {
  std::map<schema::Channel, schema::Manifest> channels;
  std::optional<schema::Manifest> combined;
};

PublicSite read_site(base::HttpClient& http, const base::Url& url, const std::string& product,
                     const std::vector<trust::PublicKey>& keys) {
  const site::Site reached{http, {url}};
  PublicSite found;
  for (const schema::Channel channel : schema::kChannels) {
    auto proven =
        site::fetch_manifest(reached, {.product = product, .channel = channel, .keys = keys});
    if (proven) found.channels.emplace(channel, std::move(proven->manifest));
  }
  auto combined =
      site::fetch_manifest(reached, {.product = product, .channel = std::nullopt, .keys = keys});
  if (combined) found.combined = std::move(combined->manifest);
  if (found.channels.empty()) {
    throw Error(Errc::not_found,
                cat("nothing is published at ", url.text(), "; cco-release publish does that"));
  }
  if (!found.combined) {
    throw Error(Errc::not_found,
                cat("version-manifest.json is missing at ", url.text(), "; publish again"));
  }
  return found;
}

// The versions to look at, each with its entry: the one that was asked for, else what each channel
// shows first.
std::map<schema::Version, schema::Release> releases_to_verify(
    const PublicSite& site, const std::optional<std::string>& asked) {
  std::map<schema::Version, schema::Release> releases;
  if (asked) {
    const auto version = schema::Version::parse(*asked);
    for (const auto& [channel, manifest] : site.channels) {
      const auto found = manifest.versions.find(version);
      if (found != manifest.versions.end()) releases.emplace(version, found->second);
    }
    if (releases.empty()) {
      throw Error(Errc::not_found, cat(version.text(), " is in no manifest; publish it"));
    }
    return releases;
  }
  for (const auto& [channel, manifest] : site.channels) {
    for (const auto& [of, version] : manifest.latest) {
      releases.emplace(version, manifest.versions.at(version));
    }
  }
  return releases;
}

std::string fetch_text(const FetchFile& fetch, const std::string& name, bool& found) {
  std::string text;
  found = fetch(name, kMaxInstallerBytes, [&](std::string_view bytes) { text += bytes; });
  return text;
}

void verify_top_installers(const FetchFile& fetch, const std::string& product,
                           const std::vector<trust::PublicKey>& keys, const schema::Version& pinned,
                           std::vector<VerifiedFile>& verified) {
  for (const std::string name : {"install.sh", "install.ps1"}) {
    base::with_context(name, [&] {
      bool found = false;
      std::string text = fetch_text(fetch, name, found);
      if (!found) throw Error(Errc::not_found, "is missing; publish again");
      bool is_signed = false;
      const std::string signature = fetch_text(fetch, cat(name, ".minisig"), is_signed);
      if (!is_signed) throw Error(Errc::untrusted, "its signature is missing; publish again");
      const auto size = text.size();
      const auto proof = trust::verify(std::move(text), signature, keys);
      proof.comment().require("app", product);
      proof.comment().require("file", name);
      proof.comment().require("version", pinned.text());
      verified.push_back({name, size});
    });
  }
}

// As an agent reads it that begins with the first root: everything from there to each channel's
// manifest, which must be the one that stands beside the metadata.
void verify_metadata(base::HttpClient& http, const base::Url& url, const FinalTrust& trust,
                     base::Time now, const PublicSite& found, std::vector<VerifiedFile>& verified) {
  site::MemoryStore store;
  site::MetadataWalk walk(
      http, site::address_at(url), store,
      {.pin = schema::RootPin{1, trust::sha256_of(trust.roots.front())}, .now = now});
  walk.refresh();
  const std::uint64_t own = trust.roots.size();
  if (walk.metadata().root().version != own) {
    throw Error(Errc::untrusted, cat("metadata ends with root ", walk.metadata().root().version,
                                     ", and the trust folder with root ", own,
                                     "; publish again, from an up-to-date trust folder"));
  }
  for (const auto& [channel, manifest] : found.channels) {
    const std::string name = schema::manifest_name(channel);
    const auto target = walk.find_target(name);
    if (!target) {
      throw Error(Errc::not_found, cat("no metadata names ", name, "; publish again"));
    }
    const std::string bytes = walk.fetch_target(*target, "").bytes();
    std::string beside;
    const FetchFile fetch = fetch_below(http, url);
    fetch(name, schema::kMaxManifestBytes, [&](std::string_view part) { beside += part; });
    if (beside != bytes) {
      throw Error(Errc::untrusted, cat("metadata names another ", name,
                                       " than the one that is public; publish again"));
    }
    const std::string digest = trust::sha256_of(bytes).hex();
    verified.push_back({target_file(digest, name), bytes.size()});
  }
}

struct Verified {
  std::vector<std::string> versions;
  std::vector<VerifiedFile> files;
};

Verified verify_site(base::HttpClient& http, const base::Url& url, const std::string& product,
                     const std::vector<trust::PublicKey>& keys,
                     const std::optional<std::string>& asked, Installers installers,
                     const std::optional<FinalTrust>& trust, base::Time now) {
  const PublicSite site = read_site(http, url, product, keys);
  const FetchFile fetch = fetch_below(http, url);
  Verified verified;
  if (trust) verify_metadata(http, url, *trust, now, site, verified.files);
  for (const auto& [version, release] : releases_to_verify(site, asked)) {
    const auto combined = site.combined->versions.find(version);
    if (combined == site.combined->versions.end() || !(combined->second == release)) {
      throw Error(Errc::untrusted,
                  cat("version-manifest.json does not say of ", version.text(), " what the ",
                      schema::channel_name(release.channel), " channel says; publish again"));
    }
    for (VerifiedFile& file : verify_release(fetch, product, version, release, keys, installers)) {
      verified.files.push_back(std::move(file));
    }
    verified.versions.push_back(version.text());
  }
  if (installers == Installers::yes) {
    const auto& latest = site.combined->latest;
    const auto stable = latest.find(schema::Channel::stable);
    const schema::Version& pinned =
        stable != latest.end() ? stable->second : site.combined->versions.begin()->first;
    verify_top_installers(fetch, product, keys, pinned, verified.files);
  }
  return verified;
}

void print_text(const Verified& verified, const base::Url& url, std::ostream& out) {
  for (const VerifiedFile& file : verified.files)
    out << "ok  " << file.name << "  " << base::human_size(file.size) << '\n';
  out << verified.files.size() << " files at " << url.text()
      << " are what the signed manifests say\n";
}

json::Object json_of(const Verified& verified, const base::Url& url) {
  json::Array versions(verified.versions.begin(), verified.versions.end());
  json::Array files;
  for (const VerifiedFile& file : verified.files)
    files.emplace_back(json::Object{{"name", file.name}, {"size", file.size}});
  return {{"url", url.text()}, {"versions", std::move(versions)}, {"files", std::move(files)}};
}

std::vector<base::Url> urls_to_verify(const Config& config, const std::string& home,
                                      const std::optional<std::string>& given) {
  if (given) return {base::Url::parse(*given)};
  std::vector<base::Url> urls;
  for (const DestinationSettings& destination : config.destinations)
    urls.push_back(file_url(config.resolve(destination.path, home)));
  if (urls.empty()) {
    throw Error(Errc::config, "there is no [[destination]] to verify; add one, or give --url");
  }
  return urls;
}

int run_verify(const Services& services, const base::Arguments& arguments) {
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  if (!config.sign) {
    throw Error(Errc::config,
                "[sign] is missing: its public key is what everything is verified "
                "with; `cco-release keys new` makes one");
  }
  const std::vector<trust::PublicKey> keys{trust::PublicKey::parse(config.sign->public_key)};
  const std::string home = services.environment.find("HOME").value_or("");
  const std::vector<base::Url> urls = urls_to_verify(config, home, arguments.value("--url"));
  std::optional<FinalTrust> trust;
  if (config.trust) trust = read_final_trust(config, home);
  const auto http = make_client(services.environment);
  std::vector<DestinationFailure> failures;
  json::Array sites;
  for (const base::Url& url : urls) {
    try {
      const Verified verified =
          verify_site(*http, url, config.product.name, keys, arguments.value("--version"),
                      config.installers ? Installers::yes : Installers::no, trust, services.now);
      if (!wants_json(arguments)) print_text(verified, url, services.out);
      sites.emplace_back(json_of(verified, url));
    } catch (const Error& error) {  // one of several: the others are looked at all the same
      const std::string where = urls.size() == 1 ? "" : cat(url.text(), ": ");
      failures.push_back({url.text(), error.code(), where + error.what()});
      sites.emplace_back(json::Object{{"url", url.text()}, {"problem", error.what()}});
    }
  }
  if (wants_json(arguments)) {
    services.out << json::write(
        json::Object{{"schema", 1}, {"product", config.product.name}, {"sites", std::move(sites)}},
        json::Style::pretty);
  }
  if (!failures.empty()) throw failure_of(failures, urls.size(), common_code(failures), "");
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_verify(const Services& services) {
  return {
      .name = "verify",
      .aliases = {},
      .summary = "fetch what is public, as a stranger, and check it against the signed manifests",
      .description =
          "With [trust], walks the metadata from the first root as an agent does. Checks "
          "manifests, "
          "and of the newest release of each channel (or of --version) every "
          "platform's archive: size, SHA-256, signature, checksums, and the installers' "
          "signatures.",
      .options = {{"--version", "", "VERSION", "one release instead of the newest ones", {}},
                  {"--url", "", "URL", "what users see, instead of the destination itself", {}}},
      .positionals = {},
      .examples = {{"cco-release verify", "checks each destination"},
                   {"cco-release verify --url https://releases.example.com/tool",
                    "checks what users get from there"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_verify(services, arguments);
      }};
}

}  // namespace releaser
