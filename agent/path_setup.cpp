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

// What stands in a block before, between and after the two places of the quoted folder.
struct BlockForm {
  std::string before, between, after;
};

BlockForm block_form(std::string_view program, ShellSyntax syntax) {
  if (syntax == ShellSyntax::fish) {
    return {.before = base::cat(begin_mark(program), "\ncontains -- "),
            .between = " $PATH; or set -gx PATH ",
            .after = base::cat(" $PATH\n", end_mark(program), '\n')};
  }
  return {.before = base::cat(begin_mark(program), "\ncase \":$PATH:\" in\n  *:"),
          .between = ":*) ;;\n  *) export PATH=",
          .after = base::cat(":\"$PATH\" ;;\nesac\n", end_mark(program), '\n')};
}

// Where a line of exactly these bytes begins, at or after `from`.
std::size_t find_line(std::string_view text, std::string_view line, std::size_t from) {
  std::size_t at = text.find(line, from);
  while (at != std::string_view::npos) {
    const std::size_t end = at + line.size();
    if ((at == 0 || text[at - 1] == '\n') && (end == text.size() || text[end] == '\n')) {
      return at;
    }
    at = text.find(line, at + 1);
  }
  return std::string_view::npos;
}

// How many bytes at the start of `text` are a block as path_block writes it, for whatever folder; 0
// where they are not: then somebody edited it, and what stands between the marks may be theirs.
std::size_t block_size(std::string_view text, std::string_view program) {
  for (const ShellSyntax syntax : {ShellSyntax::posix, ShellSyntax::fish}) {
    const BlockForm form = block_form(program, syntax);
    const std::size_t until = text.find(form.between, form.before.size());
    if (!text.starts_with(form.before) || until == std::string_view::npos) {
      continue;
    }
    const std::string_view directory = text.substr(form.before.size(), until - form.before.size());
    if (directory.find('\n') != std::string_view::npos) {
      continue;
    }
    const std::string block =
        base::cat(form.before, directory, form.between, directory, form.after);
    if (text.starts_with(block)) {
      return block.size();
    }
    // Of a file whose last line end somebody took.
    if (base::cat(text, '\n') == block) {
      return text.size();
    }
  }
  return 0;
}

void rewrite(const base::Path& file, std::string_view text) {
  const std::optional<FileKind> kind = inspect_file(file);
  base::make_directories(file.parent_path());
  base::write_file_atomically(file, text, kind ? kind->mode : 0644);
}

}  // namespace

std::string path_block(std::string_view program, const base::Path& bin_directory,
                       ShellSyntax syntax) {
  const BlockForm form = block_form(program, syntax);
  const std::string directory = syntax == ShellSyntax::fish ? fish_quoted(bin_directory.native())
                                                            : posix_quoted(bin_directory.native());
  return base::cat(form.before, directory, form.between, directory, form.after);
}

std::string without_path_block(std::string_view text, std::string_view program) {
  std::string out(text);
  std::size_t at = find_line(out, begin_mark(program), 0);
  while (at != std::string::npos) {
    const std::size_t size = block_size(std::string_view(out).substr(at), program);
    if (size == 0) {
      at = find_line(out, begin_mark(program), at + 1);
      continue;
    }
    // The line end before the block stays; a blank line before it came with it.
    const bool after_blank = at >= 2 && out[at - 1] == '\n' && out[at - 2] == '\n';
    const std::size_t from = after_blank ? at - 1 : at;
    out.erase(from, at + size - from);
    at = find_line(out, begin_mark(program), from);
  }
  return out;
}

bool has_path_mark(std::string_view text, std::string_view program) {
  return find_line(text, begin_mark(program), 0) != std::string_view::npos;
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
      if (has_path_mark(wanted, program)) {
        messages.push_back(
            base::cat("the lines after \"", begin_mark(program), "\" in ", edit.file.native(),
                      " were changed and stay; take out by hand what you do not need"));
      }
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
