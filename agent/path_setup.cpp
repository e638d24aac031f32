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

// The runner's own file: it keeps its inode and its mode. What was done, or what to do.
std::string tell_next_steps(const base::Path& github_path, const base::Path& bin_directory) {
  try {
    const std::string line = bin_directory.native() + '\n';
    const std::string text =
        base::read_file_if_exists(github_path, kMaxShellFileBytes).value_or("");
    if (base::cat('\n', text).find('\n' + line) == std::string::npos) {
      append_to_file(github_path, text.empty() || text.ends_with('\n') ? line : '\n' + line);
    }
    return base::cat(bin_directory.native(), " is on PATH for the next steps (GITHUB_PATH)");
  } catch (const base::Error& error) {
    return base::cat(bin_directory.native(),
                     " is not on PATH for the next steps: GITHUB_PATH: ", error.what());
  }
}

}  // namespace

std::string posix_quoted(std::string_view text) {
  return base::cat('\'', base::replace_all(text, "'", "'\\''"), '\'');
}

std::optional<std::string> edit_shell_file(
    const base::Path& file, const std::function<std::string(std::string_view)>& change) {
  const std::string text = base::read_file_if_exists(file, kMaxShellFileBytes).value_or("");
  const std::string wanted = change(text);
  if (wanted == text) {
    return std::nullopt;
  }
  if (const auto reason = obstacle(file)) {
    return base::cat(file.native(), " ", *reason, " and is left as it is");
  }
  const std::optional<FileKind> kind = inspect_file(file);
  base::make_directories(file.parent_path());
  base::write_file_atomically(file, wanted, kind ? kind->mode & 0777U : 0644U);
  return std::nullopt;
}

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

namespace {

ShellFacts shell_facts(const base::Environment& environment, const base::Path& home,
                       std::string_view program) {
  const auto zsh_directory = environment.find("ZDOTDIR");
  return {.home = home,
          .shell = environment.find("SHELL").value_or(""),
          .zsh_directory = zsh_directory && base::Path(*zsh_directory).is_absolute()
                               ? base::Path(*zsh_directory)
                               : home,
          .configuration = user_directory(environment, "XDG_CONFIG_HOME", home, ".config"),
          .program = std::string(program),
          .exists = there_is};
}

}  // namespace

PathSetup plan_path_setup(const base::Environment& environment, const base::Path& home,
                          std::string_view program, const base::Path& bin_directory,
                          PathPolicy policy) {
  PathSetup setup;
  if (on_path(environment, bin_directory)) {
    return setup;
  }
  if (bin_directory.native().find_first_of(":\n") != std::string::npos) {
    setup.messages.push_back(base::cat(
        base::safe_text(bin_directory.native()),
        " cannot be on PATH, where no folder has `:` or a line end in its name; start the programs "
        "in it by their paths, or install by --prefix elsewhere"));
    return setup;
  }
  const std::string by_hand =
      base::cat(bin_directory.native(),
                " is not on PATH; add it by: ", line_to_add(bin_directory, ShellSyntax::posix));
  if (policy == PathPolicy::leave) {
    setup.messages.push_back(by_hand);
    return setup;
  }
  if (const auto github_path = environment.find("GITHUB_PATH")) {
    setup.github_path = *github_path;
    return setup;
  }
  if (environment.find("CI") || home.empty()) {
    setup.messages.push_back(by_hand);
    return setup;
  }
  const ShellFacts facts = shell_facts(environment, home, program);
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
  for (const PathEdit& planned : setup.edits) {
    const ShellSyntax syntax = syntax_of(planned.file);
    const std::string by_hand = base::cat("; add this line to ", planned.file.native(), ": ",
                                          line_to_add(bin_directory, syntax));
    try {
      const auto reason = edit_shell_file(planned.file, [&](std::string_view text) {
        return with_path_block(text, program, path_block(program, bin_directory, syntax));
      });
      if (reason) {
        messages.push_back(*reason + by_hand);
      } else {
        edited.push_back(planned.file.native());
      }
    } catch (const base::Error& error) {
      messages.push_back(error.what() + by_hand);
    }
  }
  if (setup.github_path) {
    messages.push_back(tell_next_steps(*setup.github_path, bin_directory));
  }
  if (!edited.empty()) {
    messages.push_back(base::cat(
        "added ", bin_directory.native(), " to PATH in ", base::join(edited, ", "),
        "; open a new terminal, or now: ", line_to_add(bin_directory, ShellSyntax::posix)));
  }
}

std::vector<PathEdit> find_path_edits(const base::Environment& environment, const base::Path& home,
                                      std::string_view program) {
  std::vector<PathEdit> found;
  if (home.empty()) {
    return found;
  }
  for (const ShellFile& each : shell_files(shell_facts(environment, home, program))) {
    try {
      const auto text = base::read_file_if_exists(each.file, kMaxShellFileBytes);
      if (text && has_path_mark(*text, program)) {
        // fish's file has our name, so it is ours alone.
        found.push_back({each.file, each.syntax == ShellSyntax::fish});
      }
    } catch (const base::Error&) {
      continue;  // not readable as a text: nothing that we wrote
    }
  }
  return found;
}

void undo_path_edits(const std::vector<PathEdit>& edits, std::string_view program,
                     std::vector<std::string>& messages) {
  const std::string by_hand =
      base::cat("; remove the lines between the ", program, " marks by hand");
  for (const PathEdit& made : edits) {
    try {
      const auto reason = edit_shell_file(
          made.file, [&](std::string_view text) { return without_path_block(text, program); });
      const std::string left =
          base::read_file_if_exists(made.file, kMaxShellFileBytes).value_or("");
      if (reason) {
        messages.push_back(*reason + by_hand);
      } else if (has_path_mark(left, program)) {
        messages.push_back(
            base::cat("the lines after \"", begin_mark(program), "\" in ", made.file.native(),
                      " were changed and stay; take out by hand what you do not need"));
      } else if (made.created && base::trim(left).empty() && !obstacle(made.file)) {
        base::remove_if_exists(made.file);
      }
    } catch (const base::Error& error) {
      messages.push_back(error.what() + by_hand);
    }
  }
}

}  // namespace agent
