#pragma once

#include <map>
#include <string>
#include <string_view>

namespace releaser {

// Values of the marks of a template, by name without the "@": {"PRODUCT", "esbuild"}. They are
// inserted as they are: escape them first (escape.hpp).
using Marks = std::map<std::string, std::string, std::less<>>;

// Replaces each mark "@NAME@" (capital letters, digits, underscores) by its value, once: a value
// that looks like a mark is left alone. Throws Errc::internal for a mark that has no value and for
// a value that no mark asks for.
std::string fill_template(std::string_view template_text, const Marks& marks);

}  // namespace releaser
