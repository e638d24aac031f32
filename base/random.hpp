#pragma once

#include <cstddef>
#include <string>

namespace base {

// Bytes of the system's generator as lower-case hexadecimal (two digits a byte): for names that
// nobody else has.
std::string random_hex(std::size_t bytes);
// So many such names are tried before one that is free is given up.
inline constexpr int kMaxRandomNames = 100;

// Uniform in [0, 1), for waits that should not be alike.
double random_fraction();

}  // namespace base
