#pragma once

#include <string>

namespace test {

// Reads every beginning of these bytes as a binary: each must be refused with Errc::config, and
// none may crash.
void check_every_truncation(const std::string& bytes);
// Changes every byte in several ways: the reader may accept it or refuse it with Errc::config.
void check_every_corruption(const std::string& bytes);

}  // namespace test
