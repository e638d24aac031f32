#include "releaser/init/git_ignore.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace releaser {
namespace {

using base::cat;
constexpr std::size_t kMaxIgnoreBytes = std::size_t{1} << 20;

base::ProcessResult git(const base::Path& folder, std::vector<std::string> argv) {
  argv.insert(argv.begin(), "git");
  return base::run_process(argv, {.directory = folder,
                                  .environment = std::nullopt,
                                  .timeout = std::chrono::seconds(5),
                                  .input = ""});
}

bool is_work_tree(const base::Path& folder) {
  const auto asked = git(folder, {"rev-parse", "--is-inside-work-tree"});
  return asked.exit_status == 0 && base::trim(asked.output) == "true";
}

// Somebody keeps files of that name in the repository, so they are no output.
bool is_tracked(const base::Path& folder, const std::string& name) {
  return !base::trim(git(folder, {"ls-files", "--", name}).output).empty();
}

bool is_ignored(const base::Path& folder, const std::string& name) {
  return git(folder, {"check-ignore", "--quiet", "--", cat(name, "/file")}).exit_status == 0;
}

}  // namespace

std::vector<std::string> ignore_in_git(const base::Path& folder,
                                       const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  try {
    if (!is_work_tree(folder)) return lines;
    for (const std::string& name : names) {
      if (!is_tracked(folder, name) && !is_ignored(folder, name)) {
        lines.push_back(cat("/", name, "/"));
      }
    }
  } catch (const base::Error& error) {
    if (error.code() == base::Errc::not_found) return {};  // no git
    throw;
  }
  if (lines.empty()) return lines;
  const base::Path file = folder / ".gitignore";
  std::string text = base::read_file_if_exists(file, kMaxIgnoreBytes).value_or("");
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  for (const std::string& line : lines)
    text += line + '\n';
  base::write_file_atomically(file, text);
  return lines;
}

}  // namespace releaser
