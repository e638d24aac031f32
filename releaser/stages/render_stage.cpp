#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/render/formula.hpp"
#include "releaser/render/installers.hpp"
#include "releaser/render/scoop.hpp"
#include "releaser/render/site_pages.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/product_of_release.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
constexpr std::size_t kMaxPageBytes = 4UL * 1024 * 1024;

Product product_of(const Run& run) {
  Product product = product_of_config(run.config);
  const Target& first = run.targets.front();
  for (const InputBinary& binary : first.binaries) {
    if (binary.role == BinaryRole::agent) continue;
    const std::string_view exe = first.platform.executable_suffix();
    product.binaries.push_back(binary.name.substr(0, binary.name.size() - exe.size()));
  }
  const bool has_agent =
      std::any_of(run.targets.begin(), run.targets.end(), [](const Target& target) {
        return std::any_of(
            target.binaries.begin(), target.binaries.end(),
            [](const InputBinary& binary) { return binary.role != BinaryRole::product; });
      });
  if (has_agent) product.agent = agent_name(run.config);
  return product;
}

// An installer of a public release never changes, not even when a newer cco-release would write it
// differently; what nobody signed is not taken for it.
std::optional<std::string> public_installer(const Run& run, const std::string& name) {
  if (run.destinations.empty()) return {};
  const Destination& destination = run.asset_host();
  if (run.standing_of(destination).release == Known::no) return {};
  const std::string path = cat("releases/", run.identity->tag(), "/", name);
  auto text = destination.read(path, kMaxPageBytes);
  const auto signature = destination.read(cat(path, ".minisig"), trust::kMaxSignatureBytes);
  if (!text || !signature) return {};
  const std::vector<trust::PublicKey> keys = product_keys(*run.config.sign).trusted;
  try {
    const auto proof = trust::verify(std::move(*text), *signature, keys);
    proof.comment().require("app", run.config.product.name);
    proof.comment().require("file", name);
    proof.comment().require("version", run.identity->version.text());
    return proof.bytes();
  } catch (const base::Error&) {
    return {};
  }
}

void render_installers(Run& run) {
  const base::Path assets = run.folder / "assets";
  const base::Path site = run.folder / "site";
  const schema::Version& version = run.identity->version;
  const auto render = [&](const std::string& name, const schema::Version& of,
                          const schema::Release& release) {
    return name == "install.sh" ? render_install_sh(*run.product, of, release)
                                : render_install_ps1(*run.product, of, release);
  };
  const schema::Manifest& all = run.manifests.at(schema::manifest_name(std::nullopt));
  const schema::Version pinned = pinned_version(all).value_or(version);
  // Not one that a stolen key signed: it goes, whatever it pins.
  const bool is_there = !run.destinations.empty() && run.before.stolen.empty() &&
                        run.destinations.front()->read("install.sh", kMaxPageBytes).has_value();
  for (const std::string name : {"install.sh", "install.ps1"}) {
    const auto text = public_installer(run, name).value_or(render(name, version, *run.release));
    write_if_changed(assets / name, text, name == "install.sh" ? 0755 : 0644);
    if (pinned != version && is_there) {
      base::remove_if_exists(site / name);
      base::remove_if_exists(site / cat(name, ".minisig"));
      continue;
    }
    write_if_changed(site / name, render(name, pinned, all.versions.at(pinned)),
                     name == "install.sh" ? 0755 : 0644);
    run.installer_of = pinned.text();
  }
}

// Pages speak of the newest release: an older one that is published again, or a backport, leaves
// those that are there.
bool is_newest(const Run& run) {
  const schema::Manifest& all = run.manifests.at(schema::manifest_name(std::nullopt));
  return std::none_of(all.versions.begin(), all.versions.end(), [&](const auto& each) {
    return run.identity->version < each.first && !each.second.yanked;
  });
}

void render_page(Run& run, bool is_of_newest, const std::string& name, const std::string& text,
                 unsigned mode) {
  const base::Path file = run.folder / "site" / name;
  const bool stays = !is_of_newest && !run.destinations.empty() &&
                     run.destinations.front()->read(name, kMaxPageBytes).has_value();
  if (stays) {
    base::remove_if_exists(file);
    base::remove_if_exists(cat(file.native(), ".minisig"));
    return;
  }
  write_if_changed(file, text, mode);
  run.pages.push_back(name);
}

void render_pages(Run& run) {
  const bool is_of_newest = is_newest(run);
  for (const SitePage& page : render_site_pages(*run.product, archives_place(run.config)))
    render_page(run, is_of_newest, page.path, page.text, page.executable ? 0755 : 0644);
  for (const std::string& entry : base::list_directory(run.config.root)) {
    const bool is_license = entry == "LICENSE" || entry == "LICENSE.md" || entry == "LICENSE.txt";
    if (!is_license && entry != "CHANGELOG.md") continue;
    const std::string name = is_license ? "LICENSE" : entry;
    if (std::find(run.pages.begin(), run.pages.end(), name) != run.pages.end()) continue;
    render_page(run, is_of_newest, name, base::read_file(run.config.root / entry, kMaxPageBytes),
                0644);
  }
}

void keep_package_file(const Run& run, const PackageResult& result, const std::string& folder) {
  if (const auto* const skipped = std::get_if<SkippedPackage>(&result)) {
    run.around.messages.say(cat(folder, ": skipped: ", skipped->reason));
    return;
  }
  const auto& file = std::get<PackageFile>(result);
  for (const std::string& warning : file.warnings) {
    run.around.messages.warn(warning);
  }
  write_if_changed(run.folder / folder / file.name, file.text);
}

}  // namespace

Skipped render_stage(Run& run) {
  if (run.config.destinations.empty()) return "there is no destination that would show it";
  if (!run.release) return "the manifest stage was skipped";
  run.product = product_of(run);
  const schema::Version& version = run.identity->version;
  run.pages.clear();
  run.installer_of.reset();
  if (run.config.installers) render_installers(run);
  render_pages(run);
  if (run.config.homebrew) {
    keep_package_file(run, render_formula(*run.product, version, *run.release), "formula");
  }
  if (run.config.scoop) {
    keep_package_file(run, render_scoop(*run.product, version, *run.release), "scoop");
  }
  return std::nullopt;
}

}  // namespace releaser
