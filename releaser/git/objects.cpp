#include "releaser/git/objects.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "releaser/git/failure.hpp"

#include <charconv>

namespace releaser::git {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxTreeBytes = 64UL * 1024 * 1024;
constexpr std::uint64_t kMaxSmallBytes = 256UL * 1024;
constexpr std::uint64_t kMaxTogetherBytes = 4UL * 1024 * 1024;

unsigned octal(std::string_view text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 8);
  return value;
}

// "100644 blob <object>    <size>\t<path>", as `git ls-tree -l` writes it.
Listing read_listing(std::string_view listing) {
  Listing entries;
  for (const std::string_view record : base::split(listing, '\0')) {
    const std::size_t tab = record.find('\t');
    if (tab == std::string_view::npos) continue;
    std::vector<std::string_view> words;
    for (const std::string_view word : base::split(record.substr(0, tab), ' '))
      if (!word.empty()) words.push_back(word);
    if (words.size() != 4) continue;
    entries.emplace(record.substr(tab + 1), Entry{.object = std::string(words[2]),
                                                  .size = base::parse_decimal(words[3]).value_or(0),
                                                  .mode = octal(words[0])});
  }
  return entries;
}

std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

// "<object> blob <size>\n", which `git cat-file --batch` writes before an object, and "\n" behind.
std::string heading_of(const Entry& entry) { return cat(entry.object, " blob ", entry.size, "\n"); }

}  // namespace

Listing Objects::list(const std::string& tree) const {
  return read_listing(m_git.output_of(
      {.arguments = {"ls-tree", "-r", "-z", "-l", tree}, .max_output = kMaxTreeBytes}));
}

std::string Objects::read(const Listing& listing, Listing::const_iterator wanted) {
  if (const auto known = m_known.find(wanted->second.object); known != m_known.end())
    return known->second;
  std::vector<const Entry*> together{&wanted->second};
  const std::string_view folder = folder_of(wanted->first);
  std::uint64_t room = wanted->second.size <= kMaxSmallBytes ? kMaxTogetherBytes : 0;
  for (auto next = listing.lower_bound(folder);
       next != listing.end() && next->first.starts_with(folder); ++next) {
    const Entry& entry = next->second;
    if (next == wanted || folder_of(next->first) != folder || !entry.is_file()) continue;
    if (entry.size > kMaxSmallBytes || entry.size > room || m_known.contains(entry.object))
      continue;
    room -= entry.size;
    together.push_back(&entry);
  }
  read_together(together);
  return m_known.at(wanted->second.object);
}

void Objects::read_together(const std::vector<const Entry*>& entries) {
  std::string names;
  std::size_t expected = 0;
  for (const Entry* const entry : entries) {
    names += cat(entry->object, "\n");
    expected += heading_of(*entry).size() + static_cast<std::size_t>(entry->size) + 1;
  }
  const base::ProcessResult result = m_git.run(
      {.arguments = {"cat-file", "--batch"}, .input = std::move(names), .max_output = expected});
  std::string_view rest = result.output;
  for (const Entry* const entry : entries) {
    const std::string heading = heading_of(*entry);
    const auto size = static_cast<std::size_t>(entry->size);
    if (!rest.starts_with(heading) || rest.size() < heading.size() + size + 1)
      throw Error(Errc::internal, cat("git cat-file: ", said(m_git.remote(), result.errors)));
    rest.remove_prefix(heading.size());
    m_known.insert_or_assign(entry->object, std::string(rest.substr(0, size)));
    rest.remove_prefix(size + 1);
  }
}

std::vector<std::string> Objects::write(const std::vector<std::string_view>& contents) const {
  if (contents.empty()) return {};
  const base::TemporaryDirectory folder(m_git.folder(), "new-");
  std::string paths;
  for (std::size_t number = 0; number < contents.size(); ++number) {
    const base::Path path = folder.path() / std::to_string(number);
    base::write_file_atomically(path, contents[number], 0600, base::Durability::none);
    paths += cat(std::filesystem::absolute(path).string(), "\n");
  }
  const std::string output =
      m_git.output_of({.arguments = {"hash-object", "-w", "--no-filters", "--stdin-paths"},
                       .input = std::move(paths),
                       .max_output = (contents.size() + 1) * 80});
  std::vector<std::string> names;
  names.reserve(contents.size());
  for (const std::string_view line : base::split_lines(output))
    names.emplace_back(line);
  if (names.size() != contents.size())
    throw Error(Errc::internal, cat("git hash-object gave ", names.size(), " names for ",
                                    contents.size(), " files"));
  return names;
}

}  // namespace releaser::git
