#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/product_keys.hpp"
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
  bool is_asset = true;  // of a release, so that it never changes, its signature neither
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

// What is public as a signature of the file, under `suffix`.
std::optional<std::string> public_signature(const Run& run, const SignedFile& file,
                                            const std::string& suffix) {
  if (run.destinations.empty()) return std::nullopt;
  return run.destinations.front()->read(file.public_name + suffix, trust::kMaxSignatureBytes);
}

void sign_by(Run& run, const SignedFile& file, const std::string& suffix,
             const trust::PublicKey& key) {
  const base::Path target = file.path.string() + suffix;
  const trust::TrustedComment comment = comment_of(run, file);
  run.signatures[file.path].push_back(suffix);
  const auto own = base::read_file_if_exists(target, trust::kMaxSignatureBytes);
  if (own && is_current(*own, file, comment, key)) return;
  const auto there = public_signature(run, file, suffix);
  if (there && is_current(*there, file, comment, key)) {
    write_if_changed(target, *there);
    return;
  }
  if (run.options.dry_run) {
    run.to_be_signed[file.public_name].push_back(file.public_name + suffix);
    return;
  }
  const std::string signature = unlocked_key(run, key).sign(file.blake2b, comment);
  if (!is_current(signature, file, comment, key)) {
    throw base::Error(base::Errc::internal,
                      cat("the new signature of ", file.public_name, " does not verify"));
  }
  write_if_changed(target, signature);
}

// An asset that another key of the product signed when it became public keeps that signature.
const trust::PublicKey* key_that_signed(const Run& run, const SignedFile& file,
                                        const std::vector<trust::PublicKey>& keys,
                                        std::string& signature) {
  if (!file.is_asset) return nullptr;
  auto there = public_signature(run, file, ".minisig");
  if (!there) return nullptr;
  const trust::PublicKey* const key = claimed_key(keys, *there);
  if (key == nullptr || !is_current(*there, file, comment_of(run, file), *key)) return nullptr;
  signature = std::move(*there);
  return key;
}

void sign_file(Run& run, const SignedFile& file, const ProductKeys& keys) {
  std::string signature;
  const trust::PublicKey* const trusted = key_that_signed(run, file, keys.trusted, signature);
  if (trusted != nullptr && !(*trusted == keys.current)) {
    run.signatures[file.path].emplace_back(".minisig");
    write_if_changed(file.path.string() + ".minisig", signature);
    return;
  }
  if (key_that_signed(run, file, keys.stolen, signature) != nullptr) {
    run.signatures[file.path].emplace_back(".minisig");
    write_if_changed(file.path.string() + ".minisig", signature);
    sign_by(run, file, signature_name("", keys.current), keys.current);
    return;
  }
  sign_by(run, file, ".minisig", keys.current);
  if (keys.old) sign_by(run, file, signature_name("", *keys.old), *keys.old);
}

SignedFile small_file(const base::Path& path, std::string public_name, base::Time time) {
  const auto [sha256, blake2b] = digests_of_file(path);
  const bool is_asset = public_name.starts_with("releases/");
  return {path, std::move(public_name), sha256, blake2b, time, {}, is_asset};
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
  const ProductKeys keys = product_keys(*run.config.sign);
  run.signatures.clear();
  for (const SignedFile& file : files) {
    base::with_context(file.public_name, [&] { sign_file(run, file, keys); });
  }
  return std::nullopt;
}

}  // namespace releaser
