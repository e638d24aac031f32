#include "releaser/ci_job/workflow_command.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

std::string escape(std::string_view text, std::string_view more) {
  std::string out;
  out.reserve(text.size());
  for (const char each : text) {
    switch (each) {
      case '%':
        out += "%25";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      case ':':
        out += more.find(each) == more.npos ? ":" : "%3A";
        break;
      case ',':
        out += more.find(each) == more.npos ? "," : "%2C";
        break;
      default:
        out += each;
    }
  }
  return out;
}

bool is_digit(char each) { return each >= '0' && each <= '9'; }

// "preflight: 3 problems:" and "1 of 2 destinations failed; mend that and run again:"
bool heads_a_list(std::string_view line) {
  if (!line.ends_with(':')) return false;
  return line.ends_with(" problems:") || line.find(" destinations failed") != line.npos;
}

}  // namespace

std::string workflow_command(std::string_view name,
                             const std::vector<std::pair<std::string, std::string>>& properties,
                             std::string_view message) {
  std::string command = cat("::", name);
  char separator = ' ';
  for (const auto& [key, value] : properties) {
    if (value.empty()) continue;
    command += cat(separator, key, "=", escape(value, ":,"));
    separator = ',';
  }
  return cat(command, "::", escape(message, ""));
}

std::optional<std::string> line_named(std::string_view message, std::string_view file_name) {
  if (file_name.empty()) return std::nullopt;
  const std::string wanted = cat(file_name, ":");
  for (std::size_t at = message.find(wanted); at != message.npos;
       at = message.find(wanted, at + 1)) {
    const std::size_t begin = at + wanted.size();
    std::size_t end = begin;
    while (end < message.size() && is_digit(message[end]))
      ++end;
    const bool is_whole_name = at == 0 || message[at - 1] == ' ' || message[at - 1] == '/';
    if (is_whole_name && end > begin && end - begin < 10)
      return std::string(message.substr(begin, end - begin));
  }
  return std::nullopt;
}

std::vector<std::string> parts_of(std::string_view message) {
  const auto lines = base::split_lines(message);
  const bool is_list =
      lines.size() > 1 && heads_a_list(lines.front()) &&
      std::all_of(lines.begin() + 1, lines.end(), [](auto line) { return line.starts_with("  "); });
  if (!is_list) return {std::string(message)};
  std::vector<std::string> parts;
  parts.reserve(lines.size() - 1);
  for (std::size_t index = 1; index < lines.size(); ++index)
    parts.emplace_back(lines[index].substr(2));
  return parts;
}

}  // namespace releaser
