#include "releaser/render/release_page.hpp"

#include "base/text.hpp"
#include "releaser/render/package_name.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

// A block of code, which hosts show with a button that copies it.
std::string code(std::string_view words, const std::string& command,
                 std::string_view language = "sh") {
  return cat(words, "\n\n```", language, "\n", command, "\n```\n\n");
}

std::string install_section(const Product& product, const ReleasePage& page) {
  const std::string package = package_name(product.name, page.channel);
  std::string text;
  if (page.installers && page.has_unix) {
    text += code("Linux and macOS:",
                 cat("curl -fsSL ", page.installers->child("install.sh").text(), " | bash"));
  }
  if (const auto tap = tap_of_brew(page.tap); tap && page.has_unix)
    text += code("Homebrew:", cat("brew install ", *tap, "/", package));
  if (page.installers && page.has_windows) {
    text += code("Windows (PowerShell):",
                 cat("irm ", page.installers->child("install.ps1").text(), " | iex"), "powershell");
  }
  if (is_owner_and_name(page.bucket) && page.has_windows) {
    const std::string owner = page.bucket.substr(0, page.bucket.find('/'));
    text += code("Scoop:",
                 cat("scoop bucket add ", owner, " https://github.com/", page.bucket,
                     "\nscoop install ", owner, "/", package),
                 "powershell");
  }
  return text.empty() ? "" : cat("## Install\n\n", text);
}

std::string files_section(const ReleasePage& page) {
  if (page.files.empty()) return "";
  std::string text = "## Files\n\n| file | size | SHA-256 |\n|---|---:|---|\n";
  for (const PageFile& file : page.files) {
    text += cat("| `", file.name, "` | ", base::human_size(file.size), " | `", file.sha256.hex(),
                "` |\n");
  }
  if (!page.public_key.empty()) {
    text += cat("\nEach has a signature beside it: `minisign -Vm FILE -P ", page.public_key, "`\n");
  }
  return text + '\n';
}

std::string paragraph(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  return trimmed.empty() ? "" : cat(trimmed, "\n\n");
}

}  // namespace

bool is_owner_and_name(std::string_view text) {
  return std::count(text.begin(), text.end(), '/') == 1 && text.front() != '/' &&
         text.back() != '/' && std::all_of(text.begin(), text.end(), [](char each) {
           return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                  (each >= '0' && each <= '9') || each == '-' || each == '_' || each == '.' ||
                  each == '/';
         });
}

std::optional<std::string> tap_of_brew(std::string_view repository) {
  constexpr std::string_view kPrefix = "homebrew-";
  if (!is_owner_and_name(repository)) return std::nullopt;
  const std::size_t slash = repository.find('/');
  const std::string_view name = repository.substr(slash + 1);
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return std::nullopt;
  return cat(repository.substr(0, slash), "/", name.substr(kPrefix.size()));
}

std::string render_release_page(const Product& product, const ReleasePage& page) {
  const std::string text =
      cat(paragraph(page.header), paragraph(page.notes), install_section(product, page),
          files_section(page), paragraph(page.footer));
  return text.empty() ? "" : cat(base::trim(text), "\n");
}

}  // namespace releaser
