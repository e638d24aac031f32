#include "releaser/commands/bundle_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/archive/plain_tar.hpp"
#include "releaser/commands/public_site.hpp"

#include <functional>

namespace releaser {

using base::cat;

std::string bundle_name(const std::string& product, const BundleContents& contents,
                        bool all_platforms) {
  std::string name = cat(product, '-', contents.version.text());
  if (!all_platforms) {
    for (const auto& [platform, entry] : contents.release.platforms)
      name += cat('-', platform.name());
  }
  return name + ".bundle.tar";
}

WrittenBundle write_bundle(const base::Path& target, const BundleContents& contents,
                           const FetchFile& fetch) {
  struct Planned {
    std::uint64_t size;
    std::function<void(const base::ByteSink&)> send;
  };
  std::map<std::string, Planned> planned;
  for (const auto& [name, bytes] : contents.metadata)
    planned.emplace(
        name, Planned{bytes.size(), [&bytes = bytes](const base::ByteSink& sink) { sink(bytes); }});
  for (const auto& [platform, entry] : contents.release.platforms) {
    const std::string asset = schema::asset_name(entry.url);
    planned.emplace(cat("releases/v", contents.version.text(), "/", asset),
                    Planned{entry.size, [&, asset, &entry = entry](const base::ByteSink& sink) {
                              base::with_context(asset, [&] {
                                fetch_archive(fetch, contents.version, entry, sink);
                              });
                            }});
  }
  PlainTar tar(target, contents.release.date);
  WrittenBundle bundle;
  for (const auto& [name, file] : planned) {
    tar.add(name, file.size, file.send);
    bundle.files.push_back({name, file.size});
  }
  const PlainTar::Written written = tar.finish();
  bundle.size = written.size;
  bundle.sha256 = written.sha256;
  return bundle;
}

}  // namespace releaser
