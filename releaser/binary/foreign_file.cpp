#include "base/text.hpp"
#include "releaser/binary/binary.hpp"

#include <algorithm>
#include <array>

namespace releaser {
namespace {

using base::cat;

struct Signature {
  std::string_view bytes, name;
};
constexpr std::array kSignatures{
    Signature{"\x1f\x8b", "a gzip archive"},
    Signature{"PK\x03\x04", "a zip archive"},
    Signature{"PK\x05\x06", "an empty zip archive"},
    Signature{"\xfd"
              "7zXZ",
              "an xz archive"},
    Signature{"\x28\xb5\x2f\xfd", "a zstd archive"},
    Signature{"BZh", "a bzip2 archive"},
    Signature{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
    Signature{"!<arch>\ndebian-binary", "a Debian package"},
    Signature{"!<arch>\n", "a static library"},
    Signature{"\xed\xab\xee\xdb", "an RPM package"},
    Signature{"xar!", "a macOS installer package"},
    Signature{"%PDF-", "a PDF document"},
    Signature{{"\0asm", 4}, "a WebAssembly module"},
    Signature{"BC\xc0\xde", "LLVM bitcode"},
    Signature{"\xca\xfe\xba\xbe", "a Java class file"},
    Signature{"version https://git-lfs.github.com/spec/",
              "a Git LFS pointer (run `git lfs pull` to get the file)"},
    Signature{"/annex/objects/", "a git-annex pointer (run `git annex get` to get the file)"},
    Signature{"-----BEGIN ", "a PEM file"},
};

bool is_text(std::string_view beginning, bool is_whole) {
  // The window may cut the last character.
  for (int cut = 0; cut < 4 && !base::is_utf8(beginning); ++cut) {
    if (is_whole || beginning.empty()) return false;
    beginning.remove_suffix(1);
  }
  return std::none_of(beginning.begin(), beginning.end(), [](unsigned char letter) {
    return (letter < 0x20 && letter != '\t' && letter != '\n' && letter != '\r' && letter != '\f' &&
            letter != 0x1b) ||
           letter == 0x7f;
  });
}

// "a shell script (#!/bin/sh)".
std::string script_name(std::string_view beginning) {
  const auto line = base::split_lines(beginning).front();
  const auto names_shell = [&](std::string_view name) {
    return line.ends_with(name) || line.find(cat(name, " ")) != std::string_view::npos;
  };
  return cat(names_shell("sh") ? "a shell script (" : "a script (", base::safe_text(line, 60), ")");
}

}  // namespace

std::string describe_foreign_file(const ByteSource& source) {
  constexpr std::size_t kWindow = 4096;
  if (source.size() == 0) return "empty (0 bytes)";
  const auto beginning = source.read_up_to(0, kWindow);
  if (beginning.starts_with("#!")) return script_name(beginning);
  for (const auto& signature : kSignatures) {
    if (beginning.starts_with(signature.bytes)) return std::string(signature.name);
  }
  if (beginning.size() > 262 && beginning.substr(257, 5) == "ustar") return "a tar archive";
  if (std::all_of(beginning.begin(), beginning.end(), [](char letter) { return letter == '\0'; })) {
    return "filled with zeros";
  }
  if (!is_text(beginning, source.size() <= kWindow)) return "no executable of any known format";

  auto text = base::trim(beginning);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.empty()) return "a text file of blanks";
  const auto start = base::lower_case(text.substr(0, 256));
  if (start.starts_with("<!doctype html") || start.starts_with("<html") ||
      start.find("<html") != std::string::npos) {
    return "an HTML page";
  }
  if (start.starts_with("<?xml") || start.starts_with("<error>")) return "an XML document";
  if (start.front() == '{' || start.front() == '[') return "a JSON text";
  return cat("a text file (\"", base::safe_text(base::split_lines(text).front(), 60), "\")");
}

}  // namespace releaser
