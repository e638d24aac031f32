#include "base/command_table.hpp"
#include "base/command_table_words.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace base {
namespace {

// Text for roff: backslashes, hyphens that must stay hyphens, and no line that begins with a
// control character.
std::string escape(std::string_view text) {
  std::string out;
  bool is_line_start = true;
  for (const char c : text) {
    if (is_line_start && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    is_line_start = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
  }
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

// Paragraphs after each other; indented lines are an excerpt and stay as they are.
std::string roff_paragraphs(std::string_view text) {
  std::string out;
  bool is_excerpt = false;
  bool begins_paragraph = true;
  for (const std::string_view line : split_lines(text)) {
    if (line.empty()) {
      begins_paragraph = true;
      continue;
    }
    if (line.starts_with(' ') != is_excerpt) {
      is_excerpt = !is_excerpt;
      out += is_excerpt ? ".PP\n.nf\n" : ".fi\n.PP\n";
    } else if (begins_paragraph) {
      out += ".PP\n";
    }
    begins_paragraph = false;
    out += escape(is_excerpt ? line : trim(line)) + "\n";
  }
  return out + (is_excerpt ? ".fi\n" : "");
}

std::string entry(const Option& option) {
  std::string names =
      option.short_name.empty() ? "" : cat("\\fB", escape(option.short_name), "\\fR, ");
  names += cat("\\fB", escape(option.name), "\\fR");
  if (!option.value.empty()) {
    names += cat(" \\fI", escape(option.value), "\\fR");
  }
  return cat(".TP\n", names, "\n", escape(help_with_choices(option)), "\n");
}

std::string section_of(const Program& program, const Command& command) {
  std::string out =
      cat(".SS \"", escape(usage_of(program, command)), "\"\n", escape(command.summary), ".\n");
  if (!command.aliases.empty()) {
    out += cat("Also called ", escape(join(command.aliases, ", ")), ".\n");
  }
  if (!command.description.empty()) {
    out += roff_paragraphs(command.description);
  }
  for (const Positional& positional : command.positionals) {
    out += cat(".TP\n\\fI", escape(positional.name), "\\fR\n",
               escape(help_with_choices(positional)), "\n");
  }
  for (const Option& option : command.options) {
    out += entry(option);
  }
  for (const Example& example : command.examples) {
    out += cat(".PP\n", escape(example.what_it_does), ":\n.RS 4\n.nf\n", escape(example.command),
               "\n.fi\n.RE\n");
  }
  return out;
}

}  // namespace

std::string man_page(const Program& program) {
  const std::string title = upper_case(program.name);
  std::string out = cat(".TH \"", escape(title), "\" \"1\" \"\" \"", escape(program.name), " ",
                        escape(program.version), "\" \"User Commands\"\n");
  out += cat(".SH NAME\n", escape(program.name), " \\- ", escape(program.summary), "\n");
  out +=
      cat(".SH SYNOPSIS\n\\fB", escape(program.name), "\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n");
  out += ".SH OPTIONS\nThese may stand before or after the command.\n";
  for (const Option& option : program.common_options) {
    out += entry(option);
  }
  out += entry({"--help", "-h", "", "explain the program or a command, with examples", {}});
  out += entry({"--version", "-V", "", "print the version (before a command)", {}});
  out += ".SH COMMANDS\n";
  for (const Command& command : program.commands) {
    if (!command.hidden) {
      out += section_of(program, command);
    }
  }
  out += ".SH \"EXIT STATUS\"\n";
  for (const ExitStatus& status : kExitStatuses) {
    out += cat(".TP 5\n", exit_status(status.code), "\n", escape(status.meaning), "\n");
  }
  return out;
}

}  // namespace base
