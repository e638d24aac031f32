#include "releaser/binary/string_scan.hpp"

#include "base/text.hpp"
#include "releaser/binary/text_match.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>
#include <string_view>

// All needles are found in one pass, at a few hundred megabytes a second: the search looks at every
// third byte or so, and a table of byte pairs says how far it may go on (Wu and Manber, "A fast
// algorithm for multi-pattern searching", 1994, with the first four bytes of each needle).

namespace releaser {
namespace {

// What follows the beginning of a token, and how it is called.
struct Token {
  std::string_view beginning, name, more_letters;  // letters and digits, and these
  std::size_t least, most;
};
constexpr std::array kTokens{
    Token{"ghp_", "a GitHub token", "", 36, 255},
    Token{"gho_", "a GitHub token", "", 36, 255},
    Token{"ghu_", "a GitHub token", "", 36, 255},
    Token{"ghs_", "a GitHub token", "", 36, 255},
    Token{"ghr_", "a GitHub token", "", 36, 255},
    Token{"github_pat_", "a GitHub token", "_", 60, 255},
    Token{"glpat-", "a GitLab token", "_-", 20, 255},
    Token{"AKIA", "an AWS access key", "", 16, 16},
    Token{"ASIA", "an AWS access key", "", 16, 16},
    Token{"xoxb-", "a Slack token", "-", 40, 255},
    Token{"xoxp-", "a Slack token", "-", 40, 255},
    Token{"npm_", "an npm token", "", 36, 36},
    Token{"pypi-AgEIcHlwaS5vcmc", "a PyPI token", "_-", 50, 400},
    Token{"sk_live_", "a Stripe key", "", 24, 255},
    Token{"RWRTY0Iy", "a minisign secret key", "+/=", 180, 255},
    Token{"RWQAAEIy", "a minisign secret key", "+/=", 180, 255},
};
constexpr std::array<std::string_view, 6> kPathBeginnings{
    "/home/", "/Users/", "/root/", "/builds/", "/var/lib/jenkins/", "C:\\Users\\",
};
constexpr std::string_view kKeyBeginning = "BEGIN ";  // after five hyphens

constexpr std::size_t kWindow = std::size_t{256} * 1024;
constexpr std::size_t kContext = 512;  // bytes that may be looked at behind a needle's beginning
constexpr std::size_t kHead = 4;       // bytes of each needle that the search compares

bool is_one_of(char letter, std::string_view letters) {
  return letters.find(letter) != std::string_view::npos;
}

// The longest beginning of `text` of letters, digits and `more`.
std::string_view word_of(std::string_view text, std::string_view more) {
  const auto end = std::find_if(text.begin(), text.end(), [&](char letter) {
    return !is_alphanumeric(letter) && !is_one_of(letter, more);
  });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::size_t distinct_letters(std::string_view text) {
  std::string letters(text);
  std::sort(letters.begin(), letters.end());
  letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
  return letters.size();
}

bool is_token(const Token& token, char before, std::string_view text) {
  if (is_alphanumeric(before) || is_one_of(before, "_-")) return false;
  const auto body = word_of(text.substr(token.beginning.size()), token.more_letters);
  if (body.size() < token.least || body.size() > token.most) return false;
  // "xxxxxxxx" and the like stand in documentation, as does Amazon's example.
  return distinct_letters(body) >= 8 && body.find("EXAMPLE") == std::string_view::npos;
}

// Removes "\n", "\r" and their spellings in source code.
std::string_view without_line_ends(std::string_view text) {
  while (true) {
    if (text.starts_with('\n') || text.starts_with('\r')) {
      text.remove_prefix(1);
    } else if (text.starts_with("\\n") || text.starts_with("\\r")) {
      text.remove_prefix(2);
    } else {
      return text;
    }
  }
}

// A key and not only the line that a parser of keys compares with: base64 follows. `text` begins
// at "BEGIN ".
bool is_private_key(std::string_view before, std::string_view text) {
  if (!before.ends_with("-----")) return false;
  const auto label = word_of(text, " ");
  if (label.find("PRIVATE KEY") == std::string_view::npos) return false;
  text.remove_prefix(label.size());
  if (!text.starts_with("-----")) return false;
  text.remove_prefix(5);
  const auto body = without_line_ends(text);
  if (body.size() == text.size()) return false;
  if (body.starts_with("Proc-Type:") || body.starts_with("Version:")) return true;
  const auto line = word_of(body, "+/=");
  return line.size() >= 40 && distinct_letters(line) >= 8;
}

// The path if it is that of a file that a compiler read, up to its extension; else "".
std::string_view build_path(char before, std::string_view text) {
  if (is_alphanumeric(before) || is_one_of(before, "._-/\\~$}")) return {};
  const auto path = word_of(text, "._+@~-/\\:");
  constexpr std::array<std::string_view, 17> kExtensions{
      ".rs",  ".go",  ".cpp", ".cc", ".cxx", ".hpp", ".hh",  ".inl", ".swift",
      ".zig", ".nim", ".mm",  ".hs", ".c",   ".h",   ".pdb", ".s"};
  for (const auto extension : kExtensions) {
    const auto at = path.find(extension);
    if (at == std::string_view::npos) continue;
    const auto end = at + extension.size();
    // ".c" in ".com" is no extension. Texts of Rust follow each other without a gap.
    if (extension != ".rs" && end < path.size() && is_alphanumeric(path[end])) continue;
    const auto found = path.substr(0, end);
    // Below the home directory at least one folder: "/home/me/main.c" is somebody's example.
    return std::count_if(found.begin(), found.end(),
                         [](char letter) { return letter == '/' || letter == '\\'; }) >= 4
               ? found
               : std::string_view();
  }
  return {};
}

// A pair of bytes as a number, in whatever order this machine has.
std::uint16_t pair_at(const char* bytes) {
  std::uint16_t pair = 0;
  std::memcpy(&pair, bytes, sizeof pair);
  return pair;
}

// How far the search may go on when it sees a pair of bytes as the third and fourth of a needle.
class ShiftTable {
 public:
  ShiftTable() {
    m_shifts.fill(kHead - 1);
    for (const auto& token : kTokens)
      add(token.beginning);
    for (const auto path : kPathBeginnings)
      add(path);
    add(kKeyBeginning);
  }
  // By pair_at().
  [[nodiscard]] const unsigned char* table() const { return m_shifts.data(); }

 private:
  void add(std::string_view needle) {
    for (std::size_t i = 0; i + 1 < kHead; ++i) {
      auto& shift = m_shifts[pair_at(needle.data() + i)];
      shift = std::min(shift, static_cast<unsigned char>(kHead - 2 - i));
    }
  }
  std::array<unsigned char, 65536> m_shifts{};
};

class Scan {
 public:
  // `window` begins at `start` of the file; needles that begin in [first, last) of it count.
  void search(std::string_view window, std::uint64_t start, std::size_t first, std::size_t last) {
    if (window.size() < kHead) return;
    const auto end = std::min(last, window.size() - kHead + 1);
    const auto* const bytes = window.data() + kHead - 2;
    const auto* const shifts = m_shifts->table();
    for (auto at = first; at < end;) {
      const auto shift = shifts[pair_at(bytes + at)];
      if (shift > 0) {
        at += shift;
      } else {
        look_at(window, start, at++);
      }
    }
  }

  StringFindings findings;

 private:
  void look_at(std::string_view window, std::uint64_t start, std::size_t at) {
    const auto text = window.substr(at, kContext);
    const char before = at > 0 ? window[at - 1] : '\0';
    for (const auto& token : kTokens) {
      if (text.starts_with(token.beginning) && is_token(token, before, text)) {
        add_secret(token.name, start + at);
      }
    }
    if (text.starts_with(kKeyBeginning) && is_private_key(window.substr(0, at), text)) {
      add_secret("a private key", start + at);
    }
    for (const auto beginning : kPathBeginnings) {
      if (!text.starts_with(beginning)) continue;
      const auto path = build_path(before, text);
      if (path.empty()) continue;
      if (findings.build_paths++ == 0) findings.build_path = base::safe_text(path, 200);
    }
  }

  void add_secret(std::string_view kind, std::uint64_t offset) {
    if (findings.secrets.size() < StringFindings::kMaxSecrets) {
      findings.secrets.push_back({std::string(kind), offset});
    }
  }

  std::unique_ptr<const ShiftTable> m_shifts = std::make_unique<const ShiftTable>();
};

}  // namespace

StringFindings scan_strings(const ByteSource& source) {
  constexpr std::size_t kBefore = 16;  // bytes that may be looked at before a needle
  Scan scan;
  for (std::uint64_t position = 0; position < source.size(); position += kWindow) {
    const auto before = static_cast<std::size_t>(std::min<std::uint64_t>(position, kBefore));
    const auto window = source.read_up_to(position - before, before + kWindow + kContext);
    scan.search(window, position - before, before, before + kWindow);
  }
  return scan.findings;
}

}  // namespace releaser
