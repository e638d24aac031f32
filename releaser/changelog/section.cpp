#include "releaser/changelog/section.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using schema::Version;

struct Heading {
  std::size_t first = 0, after = 0;  // lines: of the heading, and behind it
  std::size_t level = 0;
  std::string text;
};

bool is_underline(std::string_view line, char mark) {
  line = base::trim(line);
  return line.size() >= 3 && line.find_first_not_of(mark) == std::string_view::npos;
}

std::optional<Heading> heading_at(const std::vector<std::string_view>& lines, std::size_t at) {
  const std::string_view line = lines[at];
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  if (level > 0) {
    const bool is_heading =
        level <= 6 && level < line.size() && (line[level] == ' ' || line[level] == '\t');
    if (!is_heading) return std::nullopt;
    return Heading{at, at + 1, level, std::string(base::trim(line.substr(level)))};
  }
  const bool may_be_underlined = at + 1 < lines.size() && !base::trim(line).empty() &&
                                 line.front() != '-' && line.front() != '*' && line.front() != ' ';
  if (!may_be_underlined) return std::nullopt;
  for (const auto& [mark, as_level] : {std::pair('=', 1), std::pair('-', 2)}) {
    if (is_underline(lines[at + 1], mark))
      return Heading{at, at + 2, static_cast<std::size_t>(as_level), std::string(base::trim(line))};
  }
  return std::nullopt;
}

// Outside of blocks of code.
std::vector<Heading> headings_of(const std::vector<std::string_view>& lines) {
  std::vector<Heading> headings;
  bool is_code = false;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view line = base::trim(lines[at]);
    if (line.starts_with("```") || line.starts_with("~~~")) {
      is_code = !is_code;
      continue;
    }
    if (is_code) continue;
    if (auto heading = heading_at(lines, at)) {
      at = heading->after - 1;
      headings.push_back(std::move(*heading));
    }
  }
  return headings;
}

// Drops a word in front, whatever its case: "Version 1.2.0".
bool drop_word(std::string_view& text, std::string_view word) {
  if (word.empty() || text.size() <= word.size()) return false;
  if (base::lower_case(text.substr(0, word.size())) != base::lower_case(word)) return false;
  const char next = text[word.size()];
  if (next != ' ' && next != '-' && next != '@' && next != '/') return false;
  text = base::trim(text.substr(word.size() + 1));
  return true;
}

std::string_view bare(std::string_view text) {
  while (!text.empty() &&
         (text.front() == '[' || text.front() == '`' || text.front() == '*' || text.front() == ' '))
    text.remove_prefix(1);
  return text;
}

// The version that the heading begins with.
std::optional<Version> version_of(std::string_view text, std::string_view product) {
  text = bare(text);
  while (drop_word(text, "version") || drop_word(text, "release") || drop_word(text, product))
    text = bare(text);
  const std::size_t end = std::min(
      text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-"),
      text.size());
  text = text.substr(0, end);
  while (!text.empty() && (text.back() == '.' || text.back() == '-'))
    text.remove_suffix(1);
  if (text.size() > 128) return std::nullopt;
  return Version::try_parse(text);
}

bool is_unreleased(std::string_view text) {
  const std::string word = base::lower_case(bare(text));
  return word.starts_with("unreleased") || word == "next" || word.starts_with("next]");
}

bool is_link_definition(std::string_view line) {
  const std::size_t end = line.find("]:");
  return line.starts_with('[') && end != std::string_view::npos && end > 1 && line.find(']') == end;
}

bool is_anchor(std::string_view line) {
  return line.starts_with("<a ") && line.ends_with("</a>") && line.find("</a>") == line.size() - 4;
}

std::string body_of(const std::vector<std::string_view>& lines, std::size_t first,
                    std::size_t last) {
  std::string text;
  for (std::size_t at = first; at < last; ++at) {
    const std::string_view line = base::trim(lines[at]);
    if (is_link_definition(line) || is_anchor(line)) continue;
    std::string_view kept = lines[at];
    while (!kept.empty() && (kept.back() == ' ' || kept.back() == '\t'))
      kept.remove_suffix(1);
    text += cat(kept, "\n");
  }
  const std::size_t begin = text.find_first_not_of('\n');
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find_last_not_of('\n');
  return text.substr(begin, end - begin + 1);
}

template <class IsWanted>
std::optional<std::string> section_where(std::string_view changelog, std::string_view product,
                                         IsWanted&& is_wanted) {
  const std::vector<std::string_view> lines = base::split_lines(changelog);
  const std::vector<Heading> headings = headings_of(lines);
  for (std::size_t index = 0; index < headings.size(); ++index) {
    const Heading& heading = headings[index];
    if (!is_wanted(heading.text)) continue;
    std::size_t last = lines.size();
    for (std::size_t next = index + 1; next < headings.size(); ++next) {
      const bool ends = headings[next].level <= heading.level ||
                        version_of(headings[next].text, product).has_value();
      if (!ends) continue;
      last = headings[next].first;
      break;
    }
    return body_of(lines, heading.after, last);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> section_of(std::string_view changelog, const Version& version,
                                      std::string_view product) {
  return section_where(changelog, product, [&](const std::string& text) {
    return version_of(text, product) == version;
  });
}

std::optional<std::string> unreleased_section(std::string_view changelog) {
  return section_where(changelog, "", [](const std::string& text) { return is_unreleased(text); });
}

std::vector<Version> versions_in(std::string_view changelog, std::string_view product) {
  const std::vector<std::string_view> lines = base::split_lines(changelog);
  std::vector<Version> versions;
  for (const Heading& heading : headings_of(lines)) {
    if (auto version = version_of(heading.text, product)) versions.push_back(std::move(*version));
  }
  return versions;
}

std::string shorten(const std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr std::size_t kRoomForLastLine = 40;
  const std::vector<std::string_view> lines = base::split_lines(text);
  std::string kept;
  std::size_t count = 0;
  for (const std::string_view line : lines) {
    if (kept.size() + line.size() + 1 + kRoomForLastLine > max_bytes) break;
    kept += cat(line, "\n");
    ++count;
  }
  return cat(kept, "… and ", lines.size() - count, " more lines");
}

}  // namespace releaser
