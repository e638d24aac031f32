#include "releaser/ci_job/job_summary.hpp"

#include "base/text.hpp"
#include "releaser/ci_job/workflow_command.hpp"

#include <algorithm>

namespace releaser {

using base::cat;

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMarkup = "&<>|`*_[]\\~#!@$^";
  constexpr std::size_t kMostBytes = 4096;
  std::string out;
  for (const char each : base::safe_text(text, kMostBytes)) {
    if (each == '\n' || each == '\t') {
      out += ' ';
    } else if (kMarkup.find(each) != kMarkup.npos) {
      out += cat("&#", static_cast<int>(each), ";");
    } else {
      out += each;
    }
  }
  return out;
}

std::string markdown_url(std::string_view url) {
  const bool is_web = url.starts_with("https://") || url.starts_with("http://");
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           std::string_view("0123456789-._~:/?=&%+").find(each) != std::string_view::npos;
  });
  return is_web && is_plain ? cat("<", url, ">") : markdown_text(url);
}

std::string summary_text(const JobSummary& summary) {
  std::string text =
      cat("### cco-release ", markdown_text(summary.command), summary.subject.empty() ? "" : ": ",
          markdown_text(summary.subject), "\n\n");
  for (const std::string& line : summary.words)
    text += cat(markdown_text(line), "\n\n");
  if (summary.rows.empty()) return text;
  text += "| destination | state | files | where |\n|---|---|---:|---|\n";
  for (const SummaryRow& row : summary.rows) {
    text += cat("| ", markdown_text(row.destination), " | ", markdown_text(row.state), " | ",
                row.files, " | ", markdown_url(row.url), " |\n");
  }
  return text + '\n';
}

std::string summary_of_failure(const base::Error& error) {
  std::string text = cat("**It ended with status ", base::exit_status(error.code()), ".**\n\n");
  const auto parts = parts_of(error.what());
  for (const std::string& part : parts)
    text += cat("- ", markdown_text(part), '\n');
  return text + '\n';
}

}  // namespace releaser
