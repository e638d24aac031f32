#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/signatures_folder.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"

#include <filesystem>

namespace releaser {
namespace {

// Beside the configuration: text files that may be committed, or travel otherwise.
constexpr std::string_view kSignaturesFolder = "signatures";

// What a killed run left in dist/V under temporary names. Everything there is ours, and the lock of
// dist/ says that nobody writes now.
void remove_leftovers_below(const base::Path& folder) {
  std::error_code error;
  std::vector<base::Path> leftovers;
  std::filesystem::recursive_directory_iterator walk(folder, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && walk != end;
       walk.increment(error)) {
    const std::string name = walk->path().filename().string();
    if (name.starts_with(".again-")) {
      leftovers.push_back(walk->path());
      walk.disable_recursion_pending();
    } else if (name.starts_with('.') && name.ends_with(".tmp")) {
      leftovers.push_back(walk->path());
    }
  }
  for (const base::Path& leftover : leftovers)
    base::remove_tree(leftover);
}

// dist/, the sites and what is remembered of them, as git would name them: some projects track
// theirs.
std::vector<std::string> written_folders(const Run& run) {
  namespace fs = std::filesystem;
  const fs::path root = fs::absolute(run.config.root).lexically_normal();
  std::vector<std::string> folders;
  const auto add = [&](const base::Path& folder) {
    const fs::path relative = fs::absolute(folder).lexically_normal().lexically_relative(root);
    folders.push_back(
        base::Path(relative.has_filename() ? relative : relative.parent_path()).string());
  };
  add(run.options.dist);
  add(run.config.resolve(kSignaturesFolder, run.home));
  for (const DestinationSettings& destination : run.config.destinations) {
    // The path of a branch is a folder of that branch.
    if (destination.type == "directory") add(run.config.resolve(destination.path, run.home));
  }
  if (run.config.trust) add(public_record(run.config, run.home));
  return folders;
}

// A draft says which release it is; the machine at hand has only to be asked for its version.
void take_draft(Run& run, const GitState& git) {
  run.folder = run.options.dist / run.identity->version.text();
  run.draft = find_draft(run);
  run.drafted_roles.emplace(schema::channel_name(run.draft->channel), run.draft->role_version);
  const bool is_other_commit =
      run.options.rebuild && run.draft->commit && git.commit && *run.draft->commit != *git.commit;
  if (is_other_commit) {
    throw base::Error(base::Errc::conflict,
                      base::cat("the draft was made from commit ", *run.draft->commit, ", and ",
                                *git.commit, " is checked out; check that one out"));
  }
  run.signatures_out = run.options.signatures_out;
  if (run.signatures_out.empty()) {
    run.signatures_out =
        run.config.resolve(base::cat(kSignaturesFolder, "/", run.identity->tag()), run.home);
  }
  if (run.options.sign_only) check_signatures_folder(run);
  run.identity->date = run.draft->date;
  run.identity->channel = run.draft->channel;
  run.identity->commit = run.draft->commit;
}

}  // namespace

void prepare_release(Run& run, Problems& problems) {
  problems.collect([&] {
    const bool is_snapshot = run.options.identify.snapshot;
    const GitState git = read_git(run.config.root, is_snapshot ? AllTags::yes : AllTags::no);
    IdentifyOptions options = run.options.identify;
    options.written = written_folders(run);
    if (run.options.resumes() && !options.date) options.date = "1980-01-02";  // the draft has it
    if (run.options.takes_archives()) options.allow_dirty = true;
    run.identity =
        identify_release(options, run.config.version.scheme, run.around.environment, git, problems);
    if (!run.identity || !run.options.resumes()) return;
    try {
      take_draft(run, git);
    } catch (const base::Error&) {
      run.identity.reset();
      throw;
    }
  });
  if (!run.identity) return;
  run.folder = run.options.dist / run.identity->version.text();
  run.record.product = run.config.product.name;
  run.record.version = run.identity->version.text();
  run.record.tool_version = run.around.tool_version;
  run.record.date = run.identity->date;
  run.record.settings = run.settings;
  problems.collect([&] { run.targets = resolve_targets(run.config, *run.identity, run.home); });
}

Skipped identify_stage(Run& run) {
  Problems problems;
  prepare_release(run, problems);
  problems.throw_if_any();
  remove_leftovers_below(run.folder);
  base::remove_stale_temporaries(run.options.dist);
  run.around.messages.say(base::cat(run.config.product.name, " ", run.identity->version.text(),
                                    " for ", schema::channel_name(run.identity->channel),
                                    ", dated ", base::format_time(run.identity->date)));
  return std::nullopt;
}

}  // namespace releaser
