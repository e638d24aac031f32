#include "releaser/stages/packages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/token.hpp"
#include "releaser/render/formula.hpp"
#include "releaser/render/package_name.hpp"
#include "releaser/render/scoop.hpp"
#include "releaser/stages/host_marks.hpp"
#include "releaser/stages/product_of_release.hpp"
#include "releaser/stages/propose_packages.hpp"
#include "releaser/stages/run.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/whereabouts.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

struct PackageKind {
  std::string_view name, folder, suffix, key;
  PackageResult (*render)(const Product&, const schema::Version&, const schema::Release&);
};
PackageResult formula_of_channel(const Product& product, const schema::Version& version,
                                 const schema::Release& release) {
  return render_formula(product, version, release);
}
constexpr std::array kKinds{
    PackageKind{"homebrew", "Formula", ".rb", "homebrew.tap", formula_of_channel},
    PackageKind{"scoop", "bucket", ".json", "scoop.bucket", render_scoop},
};

// Git on Windows would change their line ends, which Scoop wants to be CRLF.
constexpr std::string_view kAttributes = ".gitattributes";
constexpr std::string_view kAttributesText = "bucket/*.json -text\n";

struct Repository {
  std::string_view address, token_env, token_file, api_url;
};

// Where a kind is pushed to; an empty address where it is not.
Repository repository_of(const Config& config, std::string_view kind) {
  if (kind == "homebrew" && config.homebrew)
    return {config.homebrew->tap, config.homebrew->token_env, config.homebrew->token_file,
            config.homebrew->api_url};
  if (kind == "scoop" && config.scoop)
    return {config.scoop->bucket, config.scoop->token_env, config.scoop->token_file,
            config.scoop->api_url};
  return {};
}

git::Remote remote_of(const Run& run, const Repository& repository) {
  git::Remote remote;
  remote.url = git::repository_url(repository.address);
  if (git::is_path(remote.url)) {
    remote.url = std::filesystem::absolute(run.config.resolve(remote.url, run.home))
                     .lexically_normal()
                     .string();
  }
  Token token =
      repository.token_file.empty()
          ? find_token(run.machine(), std::string(repository.token_env), remote.origin())
          : token_of_file(run.config.resolve(std::string(repository.token_file), run.home));
  remote.token = std::move(token.text);
  remote.token_variable = std::move(token.variable);
  remote.limits = limits_of(run.machine().network);
  return remote;
}

struct Newest {
  schema::Version version;
  schema::Release release;
};

// The newest release of a channel, as its manifest says it. Where all of them were withdrawn, the
// newest that the channel sees: who has the beta goes on with stable releases.
std::optional<Newest> newest_of(const ChannelManifests& manifests, schema::Channel channel) {
  const auto in = [&](schema::Channel each) -> std::optional<Newest> {
    const auto manifest = manifests.find(each);
    if (manifest == manifests.end()) return std::nullopt;
    const auto latest = manifest->second.latest.find(each);
    if (latest == manifest->second.latest.end()) return std::nullopt;
    const auto entry = manifest->second.versions.find(latest->second);
    if (entry == manifest->second.versions.end()) return std::nullopt;
    return Newest{entry->first, entry->second};
  };
  std::optional<Newest> newest = in(channel);
  if (newest) return newest;
  for (const schema::Channel seen : schema::channels_seen_by(channel)) {
    const std::optional<Newest> other = in(seen);
    if (other && (!newest || newest->version < other->version)) newest = other;
  }
  return newest;
}

// Nobody installs what was withdrawn: without a good release the package goes.
void add_package(const Run& run, const PackageKind& kind, schema::Channel channel,
                 const ChannelManifests& manifests, git::Changes& files) {
  std::optional<Newest> newest = newest_of(manifests, channel);
  if (!newest) {
    const std::string name = package_name(run.config.product.name, channel);
    files.insert_or_assign(cat(kind.folder, "/", name, kind.suffix), std::nullopt);
    return;
  }
  schema::Release& release = newest->release;
  release.channel = channel;
  const PackageResult result =
      kind.render(product_of_release(run.config, release), newest->version, release);
  // The stage `render` has said why.
  if (std::holds_alternative<SkippedPackage>(result)) return;
  const auto& file = std::get<PackageFile>(result);
  files.insert_or_assign(cat(kind.folder, "/", file.name), git::NewFile{file.text, false});
}

// The newest good release of each of the newest lines, as "tool@1.2". A line without one goes.
void add_versioned(const Run& run, const schema::Manifest& stable, git::Changes& files) {
  constexpr std::size_t kMostLines = 10;
  std::set<std::string> good, lines;
  for (const auto& [version, release] : stable.versions)
    if (!release.yanked) good.insert(formula_line(version));
  for (const auto& [version, release] : stable.versions) {
    const std::string line = formula_line(version);
    if (version.is_prerelease() || good.contains(line)) continue;
    files.emplace(cat("Formula/", run.config.product.name, "@", line, ".rb"), std::nullopt);
  }
  for (const auto& [version, release] : stable.versions) {  // newest first
    if (release.yanked || version.is_prerelease()) continue;
    if (lines.size() == kMostLines) return;
    if (!lines.insert(formula_line(version)).second) continue;
    const PackageResult result = render_formula(product_of_release(run.config, release), version,
                                                release, FormulaKind::versioned);
    if (const auto* const file = std::get_if<PackageFile>(&result))
      files.insert_or_assign(cat("Formula/", file->name), git::NewFile{file->text, false});
  }
}

git::Changes files_of(const Run& run, const PackageRepository& repository,
                      const ChannelManifests& manifests) {
  git::Changes files;
  for (const PackageKind& kind : kKinds) {
    const auto& kinds = repository.kinds;
    if (std::find(kinds.begin(), kinds.end(), kind.name) == kinds.end()) continue;
    for (const auto& [channel, manifest] : manifests)  // those that this run has made
      add_package(run, kind, channel, manifests, files);
    const auto stable = manifests.find(schema::Channel::stable);
    if (kind.name == "homebrew" && run.config.homebrew->versioned && stable != manifests.end())
      add_versioned(run, stable->second, files);
  }
  const bool has_bucket = std::any_of(files.begin(), files.end(), [](const auto& file) {
    return file.first.starts_with("bucket/");
  });
  if (has_bucket && repository.branch->find(kAttributes) == nullptr)
    files.emplace(kAttributes, git::NewFile{std::string(kAttributesText), false});
  std::erase_if(files, [&](const auto& file) {
    const git::Entry* const there = repository.branch->find(file.first);
    if (!file.second) return there == nullptr;
    return there != nullptr && there->is_file() && there->size == file.second->bytes.size() &&
           repository.branch->read(file.first, there->size) == file.second->bytes;
  });
  return files;
}

std::string message_for(const Run& run, const ChannelManifests& manifests) {
  std::vector<std::string> versions;
  for (const auto& [channel, manifest] : manifests) {
    const auto newest = newest_of(manifests, channel);
    const std::string text =
        newest ? newest->version.text() : cat("no ", schema::channel_name(channel));
    if (std::find(versions.begin(), versions.end(), text) == versions.end()) {
      versions.push_back(text);
    }
  }
  return cat(run.config.product.name, " ", base::join(versions, ", "));
}

void note_files(Run& run, const PackageRepository& repository, const git::Changes& files) {
  for (const auto& [path, file] : files) {
    const bool is_bucket = path.starts_with("bucket/") || path == kAttributes;
    run.actions.push_back(
        {cat(file ? "push " : "remove ", path), std::string(is_bucket ? "scoop" : "homebrew")});
    if (!run.options.dry_run) run.around.messages.detail(cat(repository.place(), ": ", path));
  }
}

void push(Run& run, PackageRepository& repository) {
  ChannelManifests manifests = channels_of(run);
  for (int races = 0;; ++races) {
    const git::Changes files = files_of(run, repository, manifests);
    if (files.empty()) return;
    const std::string message = message_for(run, manifests);
    const git::Pushed pushed = run.options.dry_run
                                   ? git::Pushed::done
                                   : repository.branch->push(files, message, git::Refusal::answer);
    if (pushed == git::Pushed::refused) {
      propose_packages(run, repository, files, message);
      return;
    }
    if (pushed != git::Pushed::moved) {
      note_files(run, repository, files);
      return;
    }
    if (races == kMaxRaces) {
      throw Error(Errc::locked, cat("somebody else pushed there meanwhile, ", kMaxRaces,
                                    " times; run the same command again"));
    }
    repository.branch->fetch();
    manifests = manifests_now(run);
  }
}

}  // namespace

std::string PackageRepository::place() const { return branch->remote().url; }

std::string PackageRepository::name() const {
  return kinds.size() == 2 ? cat(kinds[0], ", ", kinds[1]) : std::string(kinds.front());
}

std::vector<std::string_view> package_kinds(const Run& run) {
  std::vector<std::string_view> names;
  for (const PackageKind& kind : kKinds)
    if (!repository_of(run.config, kind.name).address.empty()) names.push_back(kind.name);
  return names;
}

void open_packages(Run& run, Problems& problems) {
  // Commands that only move pointers have no release of their own.
  if (run.identity && (!run.publishes() || run.options.sign_only)) return;
  const bool is_new = !run.identity || run.before.find(run.identity->version) == nullptr;
  for (const std::string_view kind : package_kinds(run)) {
    if (run.skips(kind) || run.leaves_alone(kind)) continue;
    problems.collect([&] {
      git::Remote remote = base::with_context(
          cat("[", kind, "]"), [&] { return remote_of(run, repository_of(run.config, kind)); });
      const auto same =
          std::find_if(run.packages.begin(), run.packages.end(),
                       [&](const auto& each) { return each.branch->remote().url == remote.url; });
      if (same != run.packages.end()) {
        same->kinds.push_back(kind);
        return;
      }
      base::with_context(cat(kind, ": ", remote.url), [&] {
        auto branch =
            std::make_unique<git::Branch>(run.around.environment, remote, "", run.around.now);
        branch->fetch();
        if (is_new && !run.options.dry_run) branch->check_push();
        run.packages.push_back(
            {{kind}, std::move(branch), std::string(repository_of(run.config, kind).api_url)});
      });
    });
  }
}

void push_packages(Run& run) {
  for (PackageRepository& repository : run.packages) {
    try {
      enter_place(repository.name());
      push(run, repository);
    } catch (const Error& error) {
      if (run.options.fail_fast) throw;
      run.failures.push_back(
          {repository.name(), error.code(),
           cat(repository.name(), ": ", repository.place(), ": ", error.what())});
    }
  }
}

}  // namespace releaser
