#pragma once

#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/product.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

// A file that people may fetch by itself.
struct PageFile {
  std::string name;
  std::uint64_t size = 0;
  trust::Sha256 sha256;
};

// What the page of a release at GitHub, Gitea and the like says.
struct ReleasePage {
  schema::Version version;
  schema::Channel channel = schema::Channel::stable;
  std::string header, notes, footer;    // Markdown of the maker's; empty: none
  std::optional<base::Url> installers;  // where install.sh and install.ps1 of this version are
  bool has_unix = false, has_windows = false;  // does an archive fit there?
  std::string tap, bucket;                     // as the configuration names them; empty: none
  std::vector<PageFile> files;
  std::string public_key;  // line of minisign
};

// Markdown: header, notes, how to install, a table of the files, how to check them, footer.
std::string render_release_page(const Product& product, const ReleasePage& page);

// "owner/tap" of "owner/homebrew-tap", as `brew install` takes it; nothing for an address that
// brew would not find by itself.
std::optional<std::string> tap_of_brew(std::string_view repository);

// Has it the form of a repository's name at a host, "owner/name"?
bool is_owner_and_name(std::string_view text);

}  // namespace releaser
