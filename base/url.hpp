#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

// Plain http:// is for a program that reads foreign repositories in tests and believes signatures
// alone; only its main can ask for it.
enum class Protocols { https_only, http_too };

// A checked URL: "https" or "file" ("http" where Protocols allow it), a host for https and none for
// file, no user name or password, no fragment, only printable ASCII without blanks, at most 2048
// bytes. Its text has no secrets by construction.
class Url {
 public:
  // Throws Errc::config that says what is wrong; http:// is refused with advice.
  static Url parse(std::string_view text, Protocols protocols = Protocols::https_only);

  [[nodiscard]] const std::string& text() const { return m_text; }
  [[nodiscard]] bool is_file() const;
  // "releases.example.com", with the port where there is one; empty for file.
  [[nodiscard]] std::string host() const;
  // The path, still percent-encoded: "/esbuild/install.sh".
  [[nodiscard]] std::string path() const;
  // For file: the decoded absolute path on this machine.
  [[nodiscard]] std::string file_path() const;
  // base "https://h/x" or "https://h/x/" and "a/b" give "https://h/x/a/b". `relative` holds
  // [A-Za-z0-9._/-] only.
  [[nodiscard]] Url child(std::string_view relative) const;
  // The same for parts of any bytes, which are percent-encoded, also a `/` within one. Throws
  // Errc::config for a part that is empty, `.` or `..`, or would become that.
  [[nodiscard]] Url child_of_parts(std::span<const std::string_view> parts) const;

  auto operator<=>(const Url&) const = default;

 private:
  explicit Url(std::string text) : m_text(std::move(text)) {}
  std::string m_text;
};

// "a b/c" -> "a%20b%2Fc": one part of a path.
std::string percent_encode(std::string_view part);

}  // namespace base
