#pragma once

#include "manifest-schema/manifest.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/product.hpp"
#include "releaser/render/package_file.hpp"

#include <string>
#include <string_view>

namespace releaser {

// "esbuild-beta" is class EsbuildBeta. Source: Homebrew's Formulary.class_s.
std::string formula_class_name(std::string_view formula_name);

// A Homebrew formula with one archive for each of macOS and Linux on arm and intel; skipped where
// one of the four is missing, because one simulated platform without a url breaks a whole tap.
// A pre-release is a formula of its own: "<name>-beta", "<name>-nightly".
// A versioned one, "tool@1.2", is for whoever wants to stay at that line; it is not linked.
enum class FormulaKind { of_channel, versioned };
PackageResult render_formula(const Product& product, const schema::Version& version,
                             const schema::Release& release,
                             FormulaKind kind = FormulaKind::of_channel);

// "1.2" of 1.2.3.
std::string formula_line(const schema::Version& version);

}  // namespace releaser
