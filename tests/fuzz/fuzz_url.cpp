#include "base/url.hpp"
#include "manifest-schema/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"

// What is accepted has a stable text, and a child of it is a URL below it.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::accept_or_refuse({base::Errc::config}, [&] {
    const base::Url url = base::Url::parse(fuzz::text_of(bytes, size));
    fuzz::require(base::Url::parse(url.text()) == url);
    fuzz::require(url.is_file() == url.host().empty());
    fuzz::require(schema::asset_name(url).find('/') == std::string::npos);
    if (url.is_file()) fuzz::require(url.file_path().starts_with('/'));
    const base::Url child = url.child("releases/v1.2.3/a.tar.gz");
    fuzz::require(base::Url::parse(child.text()) == child);
    fuzz::require(child.text().starts_with(url.text()));
    fuzz::require(child.host() == url.host());
  });
  return 0;
}
