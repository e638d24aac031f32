#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Markdown for the page of a job.
namespace releaser {

// Any text, as words that are no markup: one line, entities for what Markdown or HTML would take.
std::string markdown_text(std::string_view text);
// A link where the text is a plain URL of http or https; else text.
std::string markdown_url(std::string_view url);

struct SummaryRow {
  std::string destination;
  std::string state;  // "public", "failed (status 4)"
  std::size_t files = 0;
  std::string url;
};

struct JobSummary {
  std::string command;             // "publish"
  std::string subject;             // "hello 1.0.0 (stable)"
  std::vector<std::string> words;  // what happened, a line each
  std::vector<SummaryRow> rows;
};

// Heading, words, a table of the rows.
std::string summary_text(const JobSummary& summary);

// What a failure says, a line for each of its parts, and its status.
std::string summary_of_failure(const base::Error& error);

}  // namespace releaser
