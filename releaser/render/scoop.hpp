#pragma once

#include "manifest-schema/manifest.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/product.hpp"
#include "releaser/render/package_file.hpp"

namespace releaser {

// A Scoop manifest: four spaces, CRLF, with checkver and autoupdate; skipped where the release has
// nothing for Windows on x86_64 or arm64. A pre-release is an app of its own ("<name>-beta").
PackageResult render_scoop(const Product& product, const schema::Version& version,
                           const schema::Release& release);

}  // namespace releaser
