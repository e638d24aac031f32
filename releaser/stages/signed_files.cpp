#include "releaser/stages/signed_files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <iterator>
#include <utility>

namespace releaser {
namespace {

using base::cat;

SignedFile small_file(const base::Path& path, std::string public_name, base::Time time) {
  const auto [sha256, blake2b] = digests_of_file(path);
  const bool is_asset = public_name.starts_with("releases/");
  return {path, std::move(public_name), sha256, blake2b, time, {}, is_asset};
}

// Their installers are no help to anybody: their text trusts the stolen key.
void add_carried(std::vector<SignedFile>& files, const CarriedRelease& carried) {
  const std::string version = carried.version.text();
  const std::string folder = cat("releases/v", version, "/");
  const std::string date = base::format_time(carried.entry.date);
  for (const auto& [platform, entry] : carried.entry.platforms) {
    const std::string name = schema::asset_name(entry.url);
    files.push_back(small_file(carried.assets / name, folder + name, carried.entry.date));
    files.back().more = {
        {"version", version}, {"platform", std::string(platform.name())}, {"date", date}};
  }
  const std::string name = "checksums.sha256";
  files.push_back(small_file(carried.assets / name, folder + name, carried.entry.date));
  files.back().more = {{"version", version}, {"date", date}};
}

}  // namespace

trust::TrustedComment comment_of(const Run& run, const SignedFile& file) {
  std::vector<std::pair<std::string, std::string>> fields{
      {"timestamp", cat(file.time.time_since_epoch().count())},
      {"file", file.path.filename().string()},
      {"hashed", ""},
      {"app", run.config.product.name}};
  fields.insert(fields.end(), file.more.begin(), file.more.end());
  fields.emplace_back("sha256", file.sha256.hex());
  return trust::TrustedComment(std::move(fields));
}

// Does this signature say, validly, what a new one would say?
bool is_current(std::string_view signature, const SignedFile& file,
                const trust::TrustedComment& wanted, const trust::PublicKey& key) {
  try {
    const std::vector<trust::PublicKey> keys{key};
    return trust::verify_digest(file.blake2b, signature, keys).comment().text() == wanted.text();
  } catch (const base::Error&) {
    return false;
  }
}

std::vector<SignedFile> signed_documents(const Run& run) {
  const base::Path site = run.folder / "site";
  std::vector<SignedFile> files;
  for (const auto& [name, manifest] : run.manifests) {
    files.push_back(small_file(site / name, name, manifest.generated));
    if (manifest.channel) {
      files.back().more.emplace_back("channel", schema::channel_name(*manifest.channel));
    }
    files.back().more.emplace_back("date", base::format_time(manifest.generated));
  }
  if (run.installer_of) {
    const auto pinned = schema::Version::parse(*run.installer_of);
    const schema::Release& release =
        run.manifests.at(schema::manifest_name(std::nullopt)).versions.at(pinned);
    for (const std::string name : {"install.sh", "install.ps1"}) {
      files.push_back(small_file(site / name, name, release.date));
      files.back().more = {{"version", *run.installer_of},
                           {"channel", std::string(schema::channel_name(release.channel))},
                           {"date", base::format_time(release.date)}};
    }
  }
  return files;
}

std::vector<SignedFile> signed_files(const Run& run) {
  const base::Path assets = run.folder / "assets";
  const std::string version = run.identity->version.text();
  const std::string public_folder = cat("releases/", run.identity->tag(), "/");
  const std::string date = base::format_time(run.identity->date);
  std::vector<SignedFile> files;
  for (const Target& target : run.targets) {
    files.push_back({assets / target.asset,
                     public_folder + target.asset,
                     target.packed->sha256,
                     target.packed->blake2b,
                     run.identity->date,
                     {{"version", version},
                      {"platform", std::string(target.platform.name())},
                      {"date", date}}});
  }
  for (const ExtraFile& file : run.extra_files) {
    files.push_back({assets / file.name,
                     public_folder + file.name,
                     file.sha256,
                     file.blake2b,
                     run.identity->date,
                     {{"version", version}, {"date", date}}});
  }
  for (const std::string name : {"checksums.sha256", "install.sh", "install.ps1"}) {
    if (name != "checksums.sha256" && (!run.config.installers || !run.product)) continue;
    files.push_back(small_file(assets / name, public_folder + name, run.identity->date));
    files.back().more = {{"version", version}, {"date", date}};
  }
  std::vector<SignedFile> documents = signed_documents(run);
  std::move(documents.begin(), documents.end(), std::back_inserter(files));
  for (const CarriedRelease& carried : run.carried)
    add_carried(files, carried);
  return files;
}

}  // namespace releaser
