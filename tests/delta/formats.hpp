#pragma once

#include "delta/delta.hpp"

#include <array>

namespace test {

inline constexpr std::array kDeltaFormats{delta::Format::zstd_patch, delta::Format::bsdiff_zstd};

}  // namespace test
