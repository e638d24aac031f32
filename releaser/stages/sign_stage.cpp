#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

// A file of this run that gets a signature.
struct SignedFile {
  base::Path path;          // in dist/V
  std::string public_name;  // below the destination
  trust::Sha256 sha256;
  trust::Blake2b blake2b;
  base::Time time;  // of what is signed, so that signing again gives the same bytes
  std::vector<std::pair<std::string, std::string>> more;  // fields: version, platform, channel
};

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

void sign_file(Run& run, const SignedFile& file, const trust::PublicKey& key) {
  const base::Path target = file.path.string() + ".minisig";
  const trust::TrustedComment comment = comment_of(run, file);
  const auto own = base::read_file_if_exists(target, trust::kMaxSignatureBytes);
  if (own && is_current(*own, file, comment, key)) return;
  if (!run.destinations.empty()) {
    const auto there = run.destinations.front()->read(cat(file.public_name, ".minisig"),
                                                      trust::kMaxSignatureBytes);
    if (there && is_current(*there, file, comment, key)) {
      write_if_changed(target, *there);
      return;
    }
  }
  if (run.options.dry_run) {
    run.to_be_signed.push_back(file.public_name);
    return;
  }
  const std::string signature = unlocked_key(run).sign(file.blake2b, comment);
  if (!is_current(signature, file, comment, key)) {
    throw base::Error(base::Errc::internal,
                      cat("the new signature of ", file.public_name, " does not verify"));
  }
  write_if_changed(target, signature);
}

SignedFile small_file(const base::Path& path, std::string public_name, base::Time time) {
  const auto [sha256, blake2b] = digests_of_file(path);
  return {path, std::move(public_name), sha256, blake2b, time, {}};
}

}  // namespace

Skipped sign_stage(Run& run) {
  const base::Path assets = run.folder / "assets";
  const base::Path site = run.folder / "site";
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
  for (const std::string name : {"checksums.sha256", "install.sh", "install.ps1"}) {
    if (name != "checksums.sha256" && (!run.config.installers || !run.product)) continue;
    files.push_back(small_file(assets / name, public_folder + name, run.identity->date));
    files.back().more = {{"version", version}, {"date", date}};
  }
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
  const auto key = trust::PublicKey::parse(run.config.sign->public_key);
  for (const SignedFile& file : files) {
    base::with_context(file.public_name, [&] { sign_file(run, file, key); });
  }
  return std::nullopt;
}

}  // namespace releaser
