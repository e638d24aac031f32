#pragma once

namespace releaser {

enum class Known { no, yes };

// What a destination showed of this product before this run changed anything.
struct Standing {
  // This version: a manifest names it, or its signed checksums are there.
  Known release = Known::no;
  // Any signed manifest: the documents beside it are ours.
  Known site = Known::no;
};

}  // namespace releaser
