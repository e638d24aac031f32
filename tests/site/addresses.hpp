#pragma once

namespace test {

// Where a product is published, and where else.
inline constexpr const char* kBase = "https://a.example.com/tool";
inline constexpr const char* kSecondBase = "https://b.example.org/tool";

}  // namespace test
