#pragma once

#include "manifest-schema/platform.hpp"
#include "releaser/binary/binary.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace test {

inline schema::Platform platform(std::string_view name) {
  return schema::Platform::find(name).value();
}

// Of a binary that is for one machine.
inline releaser::BinaryFacts read_one(const std::string& bytes) {
  const auto slices = releaser::read_binary(releaser::ByteSource(bytes));
  REQUIRE(slices.size() == 1);
  return slices.front();
}

}  // namespace test
