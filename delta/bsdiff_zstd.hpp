#pragma once

#include <span>
#include <string_view>

namespace delta {

// delta::apply() of the format bsdiff-zstd.
void apply_bsdiff_zstd(std::string_view old, std::string_view patch, std::span<char> target);

}  // namespace delta
