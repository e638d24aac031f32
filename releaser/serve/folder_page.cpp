#include "releaser/serve/folder_page.hpp"

#include "base/text.hpp"
#include "releaser/render/escape.hpp"

#include <filesystem>
#include <vector>

namespace releaser {
namespace {

using base::cat;

std::string in_url(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "/-._~";
  std::string out;
  for (const char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') ||
                          kPlain.find(letter) != std::string_view::npos;
    if (is_plain) {
      out += letter;
    } else {
      out += cat("%", kHex[byte >> 4U], kHex[byte & 0xfU]);
    }
  }
  return out;
}

}  // namespace

std::string folder_page(const base::Path& folder, std::string_view request_path) {
  std::vector<std::string> folders;
  std::vector<std::string> files;
  for (const std::string& name : base::list_directory(folder)) {
    std::error_code error;
    if (name.starts_with('.')) continue;
    if (std::filesystem::is_directory(folder / name, error)) {
      folders.push_back(name + "/");
    } else {
      files.push_back(name);
    }
  }
  folders.insert(folders.end(), files.begin(), files.end());
  std::string here(request_path);
  if (!here.ends_with('/')) here += '/';
  std::string rows;
  if (here != "/") {
    const std::string above = here.substr(0, here.find_last_of('/', here.size() - 2) + 1);
    rows = cat("<li><a href=\"", in_url(above), "\">..</a></li>\n");
  }
  for (const std::string& name : folders) {
    rows += cat("<li><a href=\"", in_url(here + name), "\">", html_text(name), "</a></li>\n");
  }
  return cat("<!doctype html>\n<meta charset=\"utf-8\">\n<title>", html_text(here),
             "</title>\n<h1>", html_text(here),
             "</h1>\n<p>A preview by cco-release serve; there is no index.html here.</p>\n<ul>\n",
             rows, "</ul>\n");
}

}  // namespace releaser
