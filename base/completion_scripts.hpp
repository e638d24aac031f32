#pragma once

#include "base/command_table.hpp"
#include "base/command_table_words.hpp"

#include <string>
#include <utility>
#include <vector>

// The three scripts that completion.cpp chooses from, and what they share.

namespace base {

struct ShownCommand {
  const Command* command;
  std::string first_word;   // "keys"
  std::string second_word;  // "new", or empty
};
// All commands but the hidden ones.
std::vector<ShownCommand> shown_commands(const Program& program);
// Each first word once.
Words first_words(const Program& program);
// The first words that two-word commands begin with, each with its commands.
std::vector<std::pair<std::string, std::vector<ShownCommand>>> command_groups(
    const Program& program);
// What the first word of this command stands for: its summary, or the words that can follow.
std::string first_word_summary(const Program& program, const ShownCommand& shown);
// "_cco_release"
std::string completion_function(const Program& program);

std::string bash_completion(const Program& program);
std::string zsh_completion(const Program& program);
std::string fish_completion(const Program& program);

}  // namespace base
