#pragma once

#include "releaser/destinations/destination.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace releaser {

// Puts these of the files, as many at a time as the destination takes, large ones first, so that
// small ones go beside them. What seals a release, the signature of its checksums, goes when all
// else is there. After a failure nothing more is begun, what is under way ends, and the failure is
// thrown. `is_there` is told of each file that was put, one at a time, in the order of `indices`.
void put_files(Destination& destination, const std::vector<WantedFile>& files,
               const std::vector<std::size_t>& indices,
               const std::function<void(const WantedFile&)>& is_there);

}  // namespace releaser
