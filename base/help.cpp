#include "base/command_table.hpp"
#include "base/command_table_words.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace base {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kWidestLeftColumn = 30;

// Breaks a paragraph between words; every line but the first is indented.
std::string wrap(std::string_view paragraph, std::size_t first_column, std::size_t indent) {
  std::string out;
  std::size_t column = first_column;
  bool is_line_start = true;
  for (const std::string_view word : split(paragraph, ' ')) {
    if (word.empty()) {
      continue;
    }
    if (!is_line_start && column + 1 + word.size() > kColumns) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
      is_line_start = true;
    }
    if (!is_line_start) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    is_line_start = false;
  }
  return out;
}

struct Row {
  std::string left, right;
};

// Two columns; a left part that is too long has its line alone.
std::string two_columns(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) {
    if (row.left.size() <= kWidestLeftColumn) {
      width = std::max(width, row.left.size());
    }
  }
  const std::size_t indent = 2 + width + 2;
  std::string out;
  for (const Row& row : rows) {
    std::string line = "  " + row.left;
    if (line.size() + 2 > indent) {
      out += line + "\n";
      line.clear();
    }
    line.resize(indent, ' ');
    out += line + wrap(row.right, indent, indent) + "\n";
  }
  return out;
}

std::string wrapped_paragraphs(std::string_view text) {
  std::string out;
  for (const std::string_view line : split_lines(text)) {
    // An indented line is an excerpt and stays as it is.
    out += (line.starts_with(' ') ? std::string(line) : wrap(line, 0, 0)) + "\n";
  }
  return out;
}

std::vector<Row> rows_of(const std::vector<Option>& options) {
  std::vector<Row> rows;
  rows.reserve(options.size());
  for (const Option& option : options) {
    rows.push_back({shown_option(option), help_with_choices(option)});
  }
  return rows;
}

std::string with_choices(std::string_view help, const std::vector<std::string>& choices) {
  return choices.empty() ? std::string(help) : cat(help, " (", join(choices, ", "), ")");
}

}  // namespace

std::string shown_option(const Option& option) {
  return cat(option.short_name.empty() ? "    " : cat(option.short_name, ", "), option.name,
             option.value.empty() ? "" : cat(" ", option.value));
}

std::string help_with_choices(const Option& option) {
  return with_choices(option.help, option.choices);
}

std::string help_with_choices(const Positional& positional) {
  return with_choices(positional.help, positional.choices);
}

std::string usage_of(const Program& program, const Command& command) {
  std::string usage = cat(program.name, " ", command.name, " [OPTIONS]");
  for (const Positional& positional : command.positionals) {
    usage += positional.required ? cat(" ", positional.name) : cat(" [", positional.name, "]");
  }
  return usage;
}

std::string help_of(const Program& program) {
  std::string out = cat(program.name, ": ", program.summary, "\n\nUsage: ", program.name,
                        " [OPTIONS] COMMAND\n\nCommands:\n");
  std::vector<Row> commands;
  for (const Command& command : program.commands) {
    if (!command.hidden) {
      commands.push_back({command.name, command.summary});
    }
  }
  out += two_columns(commands);
  out += "\nOptions, before or after the command:\n";
  std::vector<Row> options = rows_of(program.common_options);
  options.push_back({"-h, --help", "explain the program or a command, with examples"});
  options.push_back({"-V, --version", "print the version (before a command)"});
  out += two_columns(options);
  out += "\nExit statuses:\n";
  std::vector<Row> statuses;
  for (const ExitStatus& status : kExitStatuses) {
    const std::string number = cat(exit_status(status.code));
    statuses.push_back({std::string(3 - number.size(), ' ') + number, std::string(status.meaning)});
  }
  out += two_columns(statuses);
  return out + cat("\n`", program.name, " COMMAND --help` explains a command, with examples.\n");
}

std::string help_of(const Program& program, const Command& command) {
  std::string out = cat(wrap(cat(program.name, " ", command.name, ": ", command.summary), 0, 0),
                        "\n\nUsage: ", usage_of(program, command), "\n");
  if (!command.aliases.empty()) {
    out += cat("Also:  ", program.name, " ", join(command.aliases, ", "), "\n");
  }
  if (!command.description.empty()) {
    out += "\n" + wrapped_paragraphs(command.description);
  }
  if (!command.positionals.empty()) {
    std::vector<Row> rows;
    for (const Positional& positional : command.positionals) {
      rows.push_back({positional.name, help_with_choices(positional)});
    }
    out += "\nArguments:\n" + two_columns(rows);
  }
  if (!command.options.empty()) {
    out += "\nOptions:\n" + two_columns(rows_of(command.options));
  }
  std::vector<Option> common = options_of(program, command);
  common.erase(common.begin(),
               common.begin() + static_cast<std::ptrdiff_t>(command.options.size()));
  std::vector<Row> rows = rows_of(common);
  rows.push_back({"-h, --help", "print this text"});
  out += "\nCommon options:\n" + two_columns(rows);
  if (!command.examples.empty()) {
    out += "\nExamples:\n";
    for (const Example& example : command.examples) {
      out += cat("  $ ", example.command, "\n      ", wrap(example.what_it_does, 6, 6), "\n");
    }
  }
  return out + cat("\nExit statuses: see `", program.name, " --help`.\n");
}

std::string help_of(const Program& program, std::string_view first_word) {
  std::vector<Row> commands;
  for (const Command& command : program.commands) {
    if (!command.hidden && command.name.starts_with(cat(first_word, " "))) {
      commands.push_back({command.name, command.summary});
    }
  }
  return cat("Commands:\n", two_columns(commands), "\n`", program.name, " ", commands.front().left,
             " --help` explains one, with examples.\n");
}

}  // namespace base
