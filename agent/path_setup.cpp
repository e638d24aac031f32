#include "agent/path_setup.hpp"

#include "agent/file_system.hpp"
#include "agent/layout.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>

namespace agent {
namespace {

constexpr std::size_t kMaxShellFileBytes = std::size_t{4} * 1024 * 1024;

std::string begin_mark(std::string_view program) { return base::cat("# >>> ", program, " >>>"); }
std::string end_mark(std::string_view program) { return base::cat("# <<< ", program, " <<<"); }

std::string posix_quoted(std::string_view text) {
  return base::cat('\'', base::replace_all(text, "'", "'\\''"), '\'');
}
std::string fish_quoted(std::string_view text) {
  return base::cat('\'', base::replace_all(base::replace_all(text, "\\", "\\\\"), "'", "\\'"),
                   '\'');
}

ShellSyntax syntax_of(const base::Path& file) {
  return file.extension() == ".fish" ? ShellSyntax::fish : ShellSyntax::posix;
}

bool there_is(const base::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

bool on_path(const base::Environment& environment, const base::Path& directory) {
  const std::string path = environment.find("PATH").value_or("");
  for (const std::string_view entry : base::split(path, ':')) {
    std::error_code ignored;
    if (!entry.empty() && (base::Path(entry).lexically_normal() == directory ||
                           std::filesystem::equivalent(base::Path(entry), directory, ignored))) {
      return true;
    }
  }
  return false;
}

std::string line_to_add(const base::Path& bin_directory, ShellSyntax syntax) {
  return syntax == ShellSyntax::fish
             ? base::cat("fish_add_path ", fish_quoted(bin_directory.native()))
             : base::cat("export PATH=", posix_quoted(bin_directory.native()), ":\"$PATH\"");
}

// Why a file is left alone, or nothing.
std::optional<std::string> obstacle(const base::Path& file) {
  const std::optional<FileKind> kind = inspect_file(file);
  if (!kind) {
    return std::nullopt;
  }
  if (!kind->regular) {
    return "is a link or no plain file";
  }
  if (!kind->writable) {
    return "is read-only";
  }
  if (kind->links > 1) {
    return "has more than one name";
  }
  return std::nullopt;
}

void rewrite(const base::Path& file, std::string_view text) {
  const std::optional<FileKind> kind = inspect_file(file);
  base::make_directories(file.parent_path());
  base::write_file_atomically(file, text, kind ? kind->mode : 0644);
}

}  // namespace

std::string path_block(std::string_view program, const base::Path& bin_directory,
                       ShellSyntax syntax) {
  std::string body;
  if (syntax == ShellSyntax::fish) {
    const std::string directory = fish_quoted(bin_directory.native());
    body = base::cat("contains -- ", directory, " $PATH; or set -gx PATH ", directory, " $PATH\n");
  } else {
    const std::string directory = posix_quoted(bin_directory.native());
    body = base::cat("case \":$PATH:\" in\n  *:", directory, ":*) ;;\n  *) export PATH=", directory,
                     ":\"$PATH\" ;;\nesac\n");
  }
  return base::cat(begin_mark(program), '\n', body, end_mark(program), '\n');
}

std::string without_path_block(std::string_view text, std::string_view program) {
  const std::string begin = begin_mark(program) + '\n';
  const std::string end = end_mark(program);
  std::size_t from = text.starts_with(begin) ? 0 : text.find('\n' + begin);
  if (from == std::string_view::npos) {
    return std::string(text);
  }
  const std::size_t until = text.find('\n' + end, from);
  if (until == std::string_view::npos) {
    return std::string(text);  // somebody edited it: not ours to guess
  }
  std::size_t rest = until + 1 + end.size();
  if (rest < text.size() && text[rest] == '\n') {
    ++rest;
  }
  // The line end before the block stays; a blank line before it came with it.
  if (from > 0 || !text.starts_with(begin)) {
    ++from;
    if (from >= 2 && text[from - 2] == '\n') {
      --from;
    }
  }
  return base::cat(text.substr(0, from), text.substr(rest));
}

std::string with_path_block(std::string_view text, std::string_view program,
                            std::string_view block) {
  std::string out = without_path_block(text, program);
  if (!out.empty()) {
    out += out.ends_with('\n') ? "\n" : "\n\n";
  }
  return out += block;
}

std::vector<ShellFile> shell_files(const ShellFacts& facts) {
  std::vector<ShellFile> files;
  const std::string shell = base::Path(facts.shell).filename().native();
  const auto add = [&](const base::Path& file, bool is_login_shell,
                       ShellSyntax syntax = ShellSyntax::posix) {
    if (is_login_shell || facts.exists(file)) {
      files.push_back({file, syntax});
    }
  };
  const bool bash = shell == "bash";
  add(facts.home / ".bashrc", bash);
  const base::Path login_files[] = {facts.home / ".bash_profile", facts.home / ".bash_login"};
  const auto* const first =
      std::find_if(std::begin(login_files), std::end(login_files), facts.exists);
  if (first != std::end(login_files)) {
    add(*first, bash);
  }
  const bool posix = shell == "sh" || shell == "dash" || shell == "ash" || shell == "ksh" ||
                     shell == "mksh" || shell == "yash" || shell == "busybox" || shell.empty();
  // .profile is read by every other POSIX shell too, and by many desktops.
  add(facts.home / ".profile", posix || (bash && first == std::end(login_files)));
  add(facts.zsh_directory / ".zshrc", shell == "zsh");
  if (shell == "fish" || facts.exists(facts.configuration / "fish")) {
    add(facts.configuration / "fish" / "conf.d" / (facts.program + ".fish"), true,
        ShellSyntax::fish);
  }
  return files;
}

PathSetup plan_path_setup(const base::Environment& environment, const base::Path& home,
                          std::string_view program, const base::Path& bin_directory,
                          PathPolicy policy) {
  PathSetup setup;
  if (on_path(environment, bin_directory)) {
    return setup;
  }
  const std::string by_hand =
      base::cat(bin_directory.native(),
                " is not on PATH; add it by: ", line_to_add(bin_directory, ShellSyntax::posix));
  if (environment.find("GITHUB_PATH")) {
    setup.messages.push_back(
        base::cat(bin_directory.native(), " is on PATH for the next steps (GITHUB_PATH)"));
    return setup;
  }
  if (policy == PathPolicy::leave || environment.find("CI") || home.empty()) {
    setup.messages.push_back(by_hand);
    return setup;
  }
  const auto zsh_directory = environment.find("ZDOTDIR");
  const ShellFacts facts{
      .home = home,
      .shell = environment.find("SHELL").value_or(""),
      .zsh_directory = zsh_directory && base::Path(*zsh_directory).is_absolute()
                           ? base::Path(*zsh_directory)
                           : home,
      .configuration = user_directory(environment, "XDG_CONFIG_HOME", home, ".config"),
      .program = std::string(program),
      .exists = there_is};
  for (const ShellFile& each : shell_files(facts)) {
    if (const auto reason = obstacle(each.file)) {
      setup.messages.push_back(base::cat(
          each.file.native(), " ", *reason,
          " and is left as it is; add this line to it: ", line_to_add(bin_directory, each.syntax)));
      continue;
    }
    setup.edits.push_back({each.file, !there_is(each.file)});
  }
  return setup;
}

void make_path_edits(const PathSetup& setup, std::string_view program,
                     const base::Path& bin_directory, std::vector<std::string>& messages) {
  std::vector<std::string> edited;
  for (const PathEdit& edit : setup.edits) {
    const ShellSyntax syntax = syntax_of(edit.file);
    try {
      const std::string text =
          base::read_file_if_exists(edit.file, kMaxShellFileBytes).value_or("");
      const std::string wanted =
          with_path_block(text, program, path_block(program, bin_directory, syntax));
      if (wanted != text) {
        rewrite(edit.file, wanted);
      }
      edited.push_back(edit.file.native());
    } catch (const base::Error& error) {
      messages.push_back(base::cat(error.what(), "; add this line to ", edit.file.native(), ": ",
                                   line_to_add(bin_directory, syntax)));
    }
  }
  if (!edited.empty()) {
    messages.push_back(base::cat(
        "added ", bin_directory.native(), " to PATH in ", base::join(edited, ", "),
        "; open a new terminal, or now: ", line_to_add(bin_directory, ShellSyntax::posix)));
  }
}

void append_github_path(const base::Environment& environment, const base::Path& bin_directory) {
  const auto path = environment.find("GITHUB_PATH");
  if (!path || on_path(environment, bin_directory)) {
    return;
  }
  const std::string line = bin_directory.native() + '\n';
  std::string text = base::read_file_if_exists(*path, kMaxShellFileBytes).value_or("");
  if (base::cat('\n', text).find('\n' + line) == std::string::npos) {
    if (!text.empty() && !text.ends_with('\n')) {
      text += '\n';
    }
    base::write_file_atomically(*path, text + line);
  }
}

void undo_path_edits(const std::vector<PathEdit>& edits, std::string_view program,
                     std::vector<std::string>& messages) {
  for (const PathEdit& edit : edits) {
    try {
      const auto text = base::read_file_if_exists(edit.file, kMaxShellFileBytes);
      if (!text) {
        continue;
      }
      const std::string wanted = without_path_block(*text, program);
      if (edit.created && base::trim(wanted).empty()) {
        base::remove_if_exists(edit.file);
      } else if (wanted != *text) {
        rewrite(edit.file, wanted);
      }
    } catch (const base::Error& error) {
      messages.push_back(
          base::cat(error.what(), "; remove the lines between the ", program, " marks by hand"));
    }
  }
}

}  // namespace agent
