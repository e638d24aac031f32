#include "manifest-schema/names.hpp"

#include <algorithm>
#include <cstddef>

namespace schema {
namespace {

constexpr std::size_t kMaxProductNameBytes = 64;
constexpr std::size_t kMaxAssetNameBytes = 200;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_product_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxProductNameBytes && name[0] != '-' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_asset_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxAssetNameBytes && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
                  c == '-';
         });
}

}  // namespace schema
