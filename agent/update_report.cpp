#include "agent/update_report.hpp"

#include "agent/state_file.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

std::string text_or(const std::optional<schema::Version>& version, std::string_view otherwise) {
  return version ? version->text() : std::string(otherwise);
}

json::Array texts(const std::vector<std::string>& lines) {
  json::Array array;
  for (const std::string& line : lines)
    array.emplace_back(line);
  return array;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

void add_members(json::Object& object, const UpToDate& up_to_date) {
  object.emplace_back("status", "up_to_date");
  object.emplace_back("reason", up_to_date.reason);
}

void add_members(json::Object& object, const Install& install) {
  object.emplace_back("status", "available");
  object.emplace_back("version", install.version.text());
  object.emplace_back("release_channel", schema::channel_name(install.channel));
  object.emplace_back("platform", install.platform.name());
  object.emplace_back("size", install.entry.size);
  object.emplace_back("critical", install.critical);
  object.emplace_back("breaking_changes", install.breaking);
  object.emplace_back("downgrade", install.downgrade);
  object.emplace_back("on_the_way_to", text_or_null(install.on_the_way_to));
  object.emplace_back("notes", base::safe_text(install.notes));
  object.emplace_back("release_notes", install.release_notes
                                           ? json::Value(install.release_notes->text())
                                           : json::Value(nullptr));
}

void add_members(json::Object& object, const Held& held) {
  object.emplace_back("status", "held");
  object.emplace_back("version", held.version.text());
  object.emplace_back("rule", rule_name(held.rule));
  object.emplace_back("reason", held.reason);
  object.emplace_back("advice", held.advice);
}

void add_members(json::Object& object, const Refused& refused) {
  object.emplace_back("status", "refused");
  object.emplace_back("reason", refused.reason);
}

}  // namespace

std::string offer_text(const Install& install, const std::string& product,
                       const std::optional<schema::Version>& current) {
  std::string text = cat(product, " ", text_or(current, "(not installed)"), " -> ",
                         install.version.text(), " (", base::human_size(install.entry.size), ")\n");
  if (install.downgrade) text += "This goes back to an older version.\n";
  if (install.critical) text += "It is critical.\n";
  if (install.breaking) text += "It has breaking changes.\n";
  if (install.on_the_way_to) {
    text += cat("It is a step on the way to ", install.on_the_way_to->text(),
                "; update again after it.\n");
  }
  const std::string notes = base::safe_text(install.notes);
  for (const std::string_view line : base::split_lines(base::trim(notes))) {
    text += cat("  ", line, "\n");
  }
  if (install.release_notes) text += cat("Release notes: ", install.release_notes->text(), "\n");
  return text;
}

OfferQuestion offer_question(const Install& install, const schema::Version& current,
                             AskedFor asked_for) {
  const bool named = asked_for == AskedFor::this_version;
  const std::string what =
      install.downgrade ? cat("Go back from ", current.text(), " to ", install.version.text(), "?")
                        : std::string("Update?");
  return {.text = cat(what, " (y: yes, n: ", named ? "no)" : "not now, s: skip this version)"),
          .default_answer = install.downgrade && named ? "n" : "y",
          .may_skip = !named};
}

std::string explain_text(const Decision& decision) {
  std::size_t version_width = 0;
  std::size_t rule_width = 0;
  for (const Verdict& verdict : decision.verdicts) {
    version_width = std::max(version_width, verdict.version.text().size());
    rule_width = std::max(rule_width, rule_name(verdict.rule).size());
  }
  std::string text;
  for (const Verdict& verdict : decision.verdicts) {
    const std::string line = cat(padded(verdict.version.text(), version_width), "  ",
                                 padded(rule_name(verdict.rule), rule_width), "  ", verdict.reason);
    text += line.substr(0, line.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string outcome_text(const Decision& decision, const std::string& program,
                         const std::optional<schema::Version>& current, std::string_view options) {
  if (const auto* install = std::get_if<Install>(&decision.outcome)) {
    return cat(install->version.text(), " is available (", base::human_size(install->entry.size),
               "; installed: ", text_or(current, "none"), "); to take it: ", program, " update",
               options);
  }
  if (const auto* held = std::get_if<Held>(&decision.outcome)) {
    std::string text = cat(held->version.text(), " is there, but held: ", held->reason);
    if (!held->advice.empty())
      text += cat("; to take it anyway: ", program, " ", held->advice, options);
    return text;
  }
  if (const auto* up_to_date = std::get_if<UpToDate>(&decision.outcome)) return up_to_date->reason;
  return "";
}

base::json::Value update_json(const Decision& decision, const UpdateFacts& facts,
                              const std::optional<InstallOutcome>& installed) {
  json::Object object{{"schema", 1},
                      {"product", facts.product},
                      {"current", text_or_null(facts.current)},
                      {"channel", schema::channel_name(facts.channel)}};
  std::visit([&object](const auto& outcome) { add_members(object, outcome); }, decision.outcome);
  if (installed) {
    const auto status = std::find_if(object.begin(), object.end(),
                                     [](const auto& member) { return member.first == "status"; });
    status->second = "installed";
    object.emplace_back("downloaded_bytes", installed->downloaded_bytes);
    object.emplace_back("by_delta", installed->by_delta);
    object.emplace_back("delta_problem",
                        installed->delta_problem
                            ? json::Value(base::safe_text(*installed->delta_problem))
                            : json::Value(nullptr));
    object.emplace_back("remarks", texts(all_remarks(*installed)));
  }
  object.emplace_back("notices", texts(decision.notices));
  json::Array verdicts;
  for (const Verdict& verdict : decision.verdicts) {
    verdicts.emplace_back(json::Object{{"version", verdict.version.text()},
                                       {"rule", rule_name(verdict.rule)},
                                       {"reason", verdict.reason}});
  }
  object.emplace_back("releases", std::move(verdicts));
  return object;
}

}  // namespace agent
