#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/signatures_folder.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// The combined manifest follows from the channels where metadata proves them, and what a stopped
// run has shown of it counts no less than what was there before.
std::uint64_t generation_before(const Run& run, std::optional<schema::Channel> channel) {
  if (!channel && run.before.is_proven)
    return run.manifests.at(schema::manifest_name(channel)).generation - 1;
  const schema::Manifest* const shown = run.before.manifest(channel);
  return shown == nullptr ? 0 : shown->generation;
}

void check_nothing_came_between(const Run& run) {
  if (run.before.find(run.identity->version) != nullptr) return;
  for (const auto channel : schema::kManifestsOfSite) {
    const std::string name = schema::manifest_name(channel);
    const std::uint64_t now = generation_before(run, channel);
    const auto drafted = run.draft->before.find(name);
    const std::uint64_t then = drafted == run.draft->before.end() ? 0 : drafted->second;
    if (now == then || (channel && *channel != run.identity->channel)) continue;
    throw Error(Errc::conflict,
                cat("the draft is out of date: ", run.destinations.front()->place(), " shows ",
                    name, " in generation ", now, " now, and the draft was made for ", then, " (",
                    now > then ? "another release was published meanwhile"
                               : "this is an older copy of the site",
                    "); run cco-release publish --version ", run.identity->version.text(),
                    " again where it is built, and let that draft be signed"));
  }
}

void compare_files(const Run& run) {
  std::set<std::string> names;
  for (const SignedFile& file : signed_files(run)) {
    names.insert(file.public_name);
    const auto drafted = run.draft->files.find(file.public_name);
    if (drafted != run.draft->files.end() && drafted->second == file.sha256) continue;
    const std::string versions =
        run.draft->tool_version == run.around.tool_version
            ? std::string()
            : cat(", by cco-release ", base::safe_text(run.draft->tool_version, 80), " and not ",
                  run.around.tool_version);
    throw Error(Errc::conflict,
                cat(file.public_name,
                    drafted == run.draft->files.end() ? " is not in the draft"
                                                      : " comes out with other bytes here",
                    ": the draft was made with other settings, notes or templates", versions,
                    "; check out what it was made from, or make the draft anew"));
  }
  for (const auto& [name, ignored] : run.draft->files) {
    if (names.contains(name)) continue;
    throw Error(Errc::conflict, cat("the draft has ", base::safe_text(name, 200),
                                    ", which is not made here: it was made with other settings"));
  }
}

// Without a command, cco-release itself builds nothing.
std::string_view what_was_compared(const Run& run) {
  if (!run.options.rebuild) {
    return "  these bytes were not built here: whoever made the draft chose them "
           "(--rebuild builds and compares)";
  }
  const bool builds_all = std::all_of(run.targets.begin(), run.targets.end(),
                                      [&](const Target& target) { return is_built(run, target); });
  return builds_all ? "  these bytes were built here too, and are the same"
                    : "  these archives were packed here too, and are the same; the binaries in "
                      "them lay here, and cco-release built none of them ([build] has no command)";
}

std::vector<std::string> words_of(Run& run) {
  const ReleaseDraft& draft = *run.draft;
  const std::string channel(schema::channel_name(draft.channel));
  std::vector<std::string> words{
      cat("to be signed: ", draft.product, " ", draft.version, ", channel ", channel),
      cat("  made from      ",
          draft.commit ? cat("commit ", *draft.commit) : std::string("no commit"), ", dated ",
          base::format_time(draft.date)),
      cat("  published at   ", base::format_time(draft.published))};
  for (const DraftArchive& archive : draft.archives) {
    words.push_back(cat("  ", archive.asset, "  ", base::human_size(archive.packed.size)));
    words.push_back(cat("    sha256 ", archive.packed.sha256.hex()));
  }
  for (const ExtraFile& file : draft.extra_files) {
    words.push_back(cat("  ", file.name, "  ", base::human_size(file.size)));
    words.push_back(cat("    sha256 ", file.sha256.hex()));
  }
  const auto newest = run.before.newest(draft.channel);
  words.push_back(cat("  public before  ", newest ? cat(draft.product, " ", newest->text())
                                                  : cat("nothing in channel ", channel)));
  for (const auto& [name, manifest] : run.manifests) {
    words.push_back(cat("  ", name, ": generation ", manifest.generation,
                        draft.before.contains(name) ? "" : ", the first"));
  }
  words.push_back(cat("  metadata       ", channel, " ", draft.role_version, ", good until ",
                      base::format_time(draft.role_expires)));
  if (run.installer_of) {
    words.push_back(cat("  new users      install.sh and install.ps1 bring ", *run.installer_of));
  }
  words.emplace_back(what_was_compared(run));
  for (std::string& line : words)
    line = base::safe_text(line);
  return words;
}

}  // namespace

Skipped draft_stage(Run& run) {
  if (!run.draft) return "there is no draft";
  const bool is_public = run.before.find(run.identity->version) != nullptr;
  if (is_public && run.options.sign_only) {
    run.is_public_already = true;
    return std::nullopt;
  }
  check_nothing_came_between(run);
  compare_files(run);
  if (!run.options.sign_only) return std::nullopt;
  require_some_key(run);
  if (run.around.agree) run.around.agree(words_of(run));
  lock_signatures_folder(run);
  return std::nullopt;
}

}  // namespace releaser
