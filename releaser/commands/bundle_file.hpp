#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "manifest-schema/manifest.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/stages/verify_release.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// One file with what an agent without a network needs of a site: the metadata that proves a
// release, and its archives (docs/adr/0114).
namespace releaser {

struct BundleContents {
  std::map<std::string, std::string> metadata;  // by name below the site
  schema::Version version;
  schema::Release release;  // of its platforms those that are to be in it
};

// "tool-1.2.0.bundle.tar"; of some platforms alone "tool-1.2.0-linux-x86_64.bundle.tar".
std::string bundle_name(const std::string& product, const BundleContents& contents,
                        bool all_platforms);

struct BundledFile {
  std::string name;
  std::uint64_t size = 0;
};
struct WrittenBundle {
  std::uint64_t size = 0;
  trust::Sha256 sha256;
  std::vector<BundledFile> files;  // sorted by name, as they are in it
};

// A plain tar, sorted by name, every time that of the release: the same public files give the same
// bytes. Archives come from `fetch` and are what their manifest says. Throws what fetch_archive()
// does, with the name of the file.
WrittenBundle write_bundle(const base::Path& target, const BundleContents& contents,
                           const FetchFile& fetch);

}  // namespace releaser
