// Makes a published site for the tests of the installers, from archives that a script packed: the
// real renderer, the real manifests, the real signatures. Reads one word list a line from stdin:
//
//   product NAME            the first line; then any of:
//   agent NAME
//   describe REST OF LINE   with \n for line ends
//   release VERSION CHANNEL
//   platform NAME ARCHIVE FOLDER [glibc=V] [macos=V] [windows=V] [agent=FILE] [probe=WORD,WORD]
//   [mirror=URL]
//                           FOLDER holds what ARCHIVE packs: executable files in it are the
//                           binaries
//   yank REASON             of the last release
//   floor VERSION           security floor of all manifests
//   pin VERSION             the release that the top-level installers pin
//
// The top-level install.sh is signed, and the scripts of a site are written.
//
// usage: make_site SITE_FOLDER SITE_URL KEY_FILE < lines      writes KEY_FILE and KEY_FILE.pub
// once, then uses it

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "manifest-schema/manifest.hpp"
#include "releaser/render/installers.hpp"
#include "releaser/render/site_pages.hpp"
#include "tests/support/signing.hpp"
#include "trust/signing/secret_key.hpp"

#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using base::cat;

constexpr std::size_t kMaxFileBytes = 256UL * 1024 * 1024;
constexpr std::size_t kMaxKeyBytes = 16UL * 1024;

trust::SecretKey take_key(const fs::path& file) {
  if (!fs::exists(file)) {
    const trust::SecretKey key = trust::SecretKey::generate();
    const trust::SecretBytes text = key.file_text(nullptr);
    base::write_file_atomically(
        file, std::string(reinterpret_cast<const char*>(text.data()), text.size()), 0600);
    base::write_file_atomically(cat(file.string(), ".pub"), key.public_key().file_text());
  }
  std::string text = base::read_file(file, kMaxKeyBytes);
  return trust::SecretKey::parse(trust::SecretBytes::take(text), nullptr);
}

void write_signed(const fs::path& file, const std::string& text, const trust::SecretKey& key,
                  const trust::TrustedComment& comment) {
  base::write_file_atomically(file, text);
  base::write_file_atomically(cat(file.string(), ".minisig"),
                              key.sign(trust::blake2b_of(text), comment));
}

class Site {
 public:
  Site(fs::path folder, const std::string& url, trust::SecretKey key)
      : m_folder(std::move(folder)),
        m_key(std::move(key)),
        m_product{.name = "tool",
                  .description = "A tool for tests",
                  .homepage = "https://example.com/home",
                  .license = "MIT",
                  .maintainer = "",
                  .binaries = {"tool"},
                  .agent = std::nullopt,
                  .base_url = base::Url::parse(url),
                  .public_keys = {}} {
    for (const auto channel : schema::kChannels) {
      m_product.public_keys[channel] = {m_key.public_key()};
    }
  }

  void read_line(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb.empty()) return;
    if (verb == "product") {
      words >> m_product.name;
      m_product.binaries = {m_product.name};
    } else if (verb == "agent") {
      std::string name;
      words >> name;
      m_product.agent = name;
    } else if (verb == "describe") {
      m_product.description = base::replace_all(line.substr(9), "\\n", "\n");
    } else if (verb == "release") {
      std::string version, channel;
      words >> version >> channel;
      m_version = schema::Version::parse(version);
      m_release = &m_releases[*m_version];
      m_release->date = m_release->published = test::now();
      m_release->channel = schema::parse_channel(channel).value();
    } else if (verb == "platform") {
      add_platform(words);
    } else if (verb == "yank") {
      m_release->yanked = schema::Notice{.reason = line.substr(5), .since = test::now()};
    } else if (verb == "floor") {
      std::string version;
      words >> version;
      m_floor = schema::Version::parse(version);
    } else if (verb == "pin") {
      std::string version;
      words >> version;
      m_pinned = schema::Version::parse(version);
    } else {
      throw base::Error(base::Errc::usage, cat("unknown line: ", line));
    }
  }

  void write() const {
    for (const auto channel : schema::kChannels) {
      schema::Manifest manifest = test::make_manifest(m_product.name, channel);
      manifest.security_floor = m_floor;
      for (const auto& [version, release] : m_releases) {
        if (release.channel != channel) continue;
        manifest.versions.insert_or_assign(version, release);
        manifest.latest.insert_or_assign(channel, version);
      }
      if (manifest.versions.empty()) continue;
      const std::string text = schema::write_manifest(manifest);
      const std::string name = schema::manifest_name(channel);
      write_signed(
          m_folder / name, text, m_key,
          test::manifest_comment(m_product.name, name, schema::channel_name(channel), text));
    }
    for (const auto& [version, release] : m_releases) {
      write_installers(m_folder / "releases" / cat("v", version.text()), version, release);
    }
    schema::Manifest combined = test::make_manifest(m_product.name, schema::Channel::stable);
    combined.channel.reset();
    for (const auto& [version, release] : m_releases) {
      combined.versions.insert_or_assign(version, release);
      combined.latest.insert_or_assign(release.channel, version);
    }
    const std::string text = schema::write_manifest(combined);
    const std::string name = schema::manifest_name(std::nullopt);
    write_signed(m_folder / name, text, m_key,
                 test::manifest_comment(m_product.name, name, "", text));
    const auto pinned = m_pinned ? *m_pinned : m_releases.rbegin()->first;
    write_installers(m_folder, pinned, m_releases.at(pinned));
    const std::string installer = base::read_file(m_folder / "install.sh", kMaxFileBytes);
    write_signed(m_folder / "install.sh", installer, m_key,
                 test::manifest_comment(m_product.name, "install.sh", "stable", installer));
    for (const releaser::SitePage& page : releaser::render_site_pages(m_product)) {
      if (!page.executable) continue;
      fs::create_directories((m_folder / page.path).parent_path());
      base::write_file_atomically(m_folder / page.path, page.text, 0755);
    }
  }

 private:
  void add_platform(std::istringstream& words) {
    std::string name, archive, folder, option;
    words >> name >> archive >> folder;
    const std::string bytes = base::read_file(archive, kMaxFileBytes);
    const std::string asset = fs::path(archive).filename();
    const std::string place = cat("releases/v", m_version->text(), "/", asset);
    fs::create_directories((m_folder / place).parent_path());
    base::write_file_atomically(m_folder / place, bytes);
    schema::PlatformEntry entry{.url = m_product.base_url.child(place),
                                .mirrors = {},
                                .sha256 = trust::sha256_of(bytes),
                                .size = bytes.size(),
                                .unpacked_size = 0,
                                .entries = 0,
                                .binaries = {},
                                .agent = std::nullopt,
                                .probe = {m_product.name, "--version"},
                                .requirements = {},
                                .alternatives = {},
                                .deltas = {}};
    std::map<std::string, schema::BinaryEntry> binaries;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      if (!file.is_regular_file()) continue;
      ++entry.entries;
      entry.unpacked_size += file.file_size();
      if ((file.status().permissions() & fs::perms::owner_exec) == fs::perms::none) continue;
      const std::string path = fs::relative(file.path(), folder);
      binaries[path] = {.path = path,
                        .sha256 = trust::sha256_of(base::read_file(file.path(), kMaxFileBytes)),
                        .size = file.file_size()};
    }
    for (const auto& [path, binary] : binaries)
      entry.binaries.push_back(binary);
    while (words >> option) {
      const auto equals = option.find('=');
      const std::string key = option.substr(0, equals), value = option.substr(equals + 1);
      if (key == "glibc") entry.requirements.glibc = value;
      if (key == "macos") entry.requirements.macos = value;
      if (key == "windows") entry.requirements.windows = value;
      if (key == "agent") entry.agent = value;
      if (key == "mirror") entry.mirrors.push_back(base::Url::parse(value));
      if (key == "probe") {
        entry.probe.clear();
        for (const auto word : base::split(value, ','))
          entry.probe.emplace_back(word);
      }
    }
    const auto platform = schema::Platform::find(name);
    if (!platform) throw base::Error(base::Errc::usage, cat("no platform ", name));
    m_release->platforms.insert_or_assign(*platform, entry);
  }

  void write_installers(const fs::path& folder, const schema::Version& version,
                        const schema::Release& release) const {
    fs::create_directories(folder);
    base::write_file_atomically(folder / "install.sh",
                                releaser::render_install_sh(m_product, version, release));
    base::write_file_atomically(folder / "install.ps1",
                                releaser::render_install_ps1(m_product, version, release));
  }

  fs::path m_folder;
  trust::SecretKey m_key;
  releaser::Product m_product;
  std::map<schema::Version, schema::Release> m_releases;
  std::optional<schema::Version> m_version, m_pinned, m_floor;
  schema::Release* m_release = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: make_site SITE_FOLDER SITE_URL KEY_FILE < lines\n";
    return 2;
  }
  try {
    Site site(argv[1], argv[2], take_key(argv[3]));
    std::string line;
    while (std::getline(std::cin, line))
      site.read_line(line);
    site.write();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "make_site: " << error.what() << "\n";
    return 1;
  }
}
