#include "releaser/render/scoop.hpp"

#include "base/text.hpp"
#include "releaser/config/spdx.hpp"
#include "releaser/render/embedded.hpp"
#include "releaser/render/escape.hpp"
#include "releaser/render/package_name.hpp"
#include "releaser/render/template.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace releaser {
namespace {

using base::cat;

constexpr std::array<std::string_view, 3> kPlatforms{"windows-x86_64", "windows-i686",
                                                     "windows-arm64"};

// Scoop writes "MIT|Apache-2.0" for a choice and a comma for all of them; it requires some text.
std::string license_text(const LicenseExpression& expression) {
  if (expression.kind == LicenseExpression::Kind::license) {
    return expression.exception.empty() ? expression.name
                                        : cat(expression.name, " WITH ", expression.exception);
  }
  std::vector<std::string> parts;
  for (const auto& part : expression.parts)
    parts.push_back(license_text(part));
  return base::join(parts, expression.kind == LicenseExpression::Kind::any_of ? "|" : ",");
}

std::string license_of(const Product& product) {
  const auto expression = parse_license(product.license);
  if (expression) return license_text(*expression);
  return product.license.empty() ? "Unknown" : product.license;
}

// One architecture with its members, at the depth of the template.
struct ScoopArchitecture {
  std::string_view name;  // "64bit"
  std::vector<std::pair<std::string_view, std::string>> members;
};

std::string architectures_text(const std::vector<ScoopArchitecture>& architectures, int depth) {
  const std::string indent(static_cast<std::size_t>(depth) * 4, ' ');
  std::vector<std::string> texts;
  for (const auto& architecture : architectures) {
    std::vector<std::string> members;
    for (const auto& [name, value] : architecture.members) {
      members.push_back(cat(indent, "    ", json_literal(name), ": ", json_literal(value)));
    }
    texts.push_back(cat(indent, json_literal(architecture.name), ": {\n",
                        base::join(members, ",\n"), "\n", indent, "}"));
  }
  return base::join(texts, ",\n");
}

std::string programs_text(const Product& product) {
  if (product.binaries.size() == 1) return json_literal(product.binaries.front() + ".exe");
  std::vector<std::string> names;
  for (const auto& binary : product.binaries) {
    names.push_back(cat("        ", json_literal(binary + ".exe")));
  }
  return cat("[\n", base::join(names, ",\n"), "\n    ]");
}

}  // namespace

PackageResult render_scoop(const Product& product, const schema::Version& version,
                           const schema::Release& release) {
  std::vector<ScoopArchitecture> architectures, updates;
  for (const auto name : kPlatforms) {
    const auto platform = schema::Platform::find(name);
    const auto entry = platform ? release.platforms.find(*platform) : release.platforms.end();
    if (entry == release.platforms.end()) continue;
    const auto& url = entry->second.url.text();
    if (url.find('$') != std::string::npos) {
      return SkippedPackage{cat("Scoop takes the $ in ", url, " for a variable")};
    }
    architectures.push_back(
        {platform->row().scoop, {{"url", url}, {"hash", entry->second.sha256.hex()}}});
    updates.push_back(
        {platform->row().scoop, {{"url", base::replace_all(url, version.text(), "$version")}}});
  }
  if (architectures.empty()) return SkippedPackage{"the release has nothing for Windows"};

  const auto manifest = product.base_url.child(schema::manifest_name(release.channel));
  const Marks marks{
      {"VERSION", json_literal(version.text())},
      {"DESCRIPTION", json_literal(product.description)},
      {"HOMEPAGE", json_literal(product.homepage)},
      {"LICENSE", json_literal(license_of(product))},
      {"ARCHITECTURE", architectures_text(architectures, 2)},
      {"BIN", programs_text(product)},
      {"CHECK_URL", json_literal(manifest.text())},
      {"CHECK_PATH", json_literal(cat("$.latest.", schema::channel_name(release.channel)))},
      {"UPDATE_ARCHITECTURE", architectures_text(updates, 3)},
  };
  const auto text = fill_template(embedded_template("manifest.json.in"), marks);
  return PackageFile{.name = cat(package_name(product.name, release.channel), ".json"),
                     .text = base::replace_all(text, "\n", "\r\n"),
                     .warnings = {}};
}

}  // namespace releaser
