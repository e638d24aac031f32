#pragma once

#include <string_view>

namespace schema {

// A product's or agent's name: [a-z0-9][a-z0-9-]*, at most 64 bytes. It becomes part of file names,
// folders, variables and formulas.
bool is_product_name(std::string_view name);

// The name of a published file: [A-Za-z0-9._-], at most 200 bytes, no leading dot. Hosts rewrite
// others.
bool is_asset_name(std::string_view name);

}  // namespace schema
