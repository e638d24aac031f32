#include "releaser/render/site_pages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/render/embedded.hpp"
#include "releaser/render/escape.hpp"
#include "releaser/render/key_words.hpp"
#include "releaser/render/template.hpp"

#include <algorithm>
#include <string_view>

namespace releaser {
namespace {

// Every key that may sign, stable's first; the pages show the first one.
std::vector<trust::PublicKey> keys_of(const Product& product) {
  std::vector<trust::PublicKey> all;
  for (const auto& [channel, keys] : product.public_keys) {
    for (const auto& key : keys) {
      if (std::find(all.begin(), all.end(), key) == all.end()) all.push_back(key);
    }
  }
  if (all.empty()) {
    throw base::Error(base::Errc::internal, "a site without a public key");
  }
  return all;
}

// Fills a template with those of the product's marks that it asks for.
std::string fill(std::string_view file_name, const Marks& all) {
  const std::string_view text = embedded_template(file_name);
  Marks wanted;
  for (const auto& [name, value] : all) {
    if (text.find(base::cat('@', name, '@')) != std::string_view::npos) {
      wanted.emplace(name, value);
    }
  }
  return fill_template(text, wanted);
}

// A part of a script for a mark that stands alone on its line.
std::string part(std::string_view file_name) {
  std::string_view text = embedded_template(file_name);
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

std::vector<SitePage> render_site_pages(const Product& product, const std::string& archives) {
  const auto keys = keys_of(product);
  const std::string of_site = "releases/v<version>/";
  const std::string archives_url =
      archives.empty() ? base::cat(product.base_url.text(), "/", of_site) : archives;
  Marks marks{
      {"NAME", product.name},
      {"DESCRIPTION", product.description},
      {"HOMEPAGE", product.homepage},
      {"LICENSE", product.license},
      {"BASE_URL", product.base_url.text()},
      {"PUBLIC_KEY", keys.front().line()},
      {"AGENT", product.agent.value_or("")},
      {"NAME_SH", sh_literal(product.name)},
      {"AGENT_SH", sh_literal(product.agent.value_or(""))},
      {"ARCHIVES", archives.empty() ? of_site : archives},
      {"ARCHIVES_URL", archives_url},
      {"ARCHIVES_URL_SH", sh_literal(base::replace_all(archives_url, "<version>", "V"))},
      {"BASE_URL_SH", sh_literal(product.base_url.text())},
      {"PUBLIC_KEYS_SH", sh_literal(key_words(keys))},
      // What the scripts share with install.sh.
      {"JSON", part("json.sh.in")},
      {"PROOF", part("proof.sh.in")},
      {"FETCH", part("fetch_signed.sh.in")},
  };
  marks.emplace(
      "UPDATING",
      fill(product.agent ? "updating_by_agent.md.in" : "updating_by_installer.md.in", marks));
  return {
      {"README.md", fill("site_readme.md.in", marks)},
      {"docs/INSTALLATION.md", fill("INSTALLATION.md.in", marks)},
      {"docs/TROUBLESHOOTING.md", fill("TROUBLESHOOTING.md.in", marks)},
      {"docs/UPDATING.md", fill("UPDATING.md.in", marks)},
      {"scripts/uninstall.sh", fill("uninstall.sh.in", marks), true},
      {"scripts/verify-installation.sh", fill("verify-installation.sh.in", marks), true},
  };
}

}  // namespace releaser
