#include "releaser/pointers/move_pointers.hpp"

#include "base/text.hpp"
#include "releaser/pointers/bring_out.hpp"
#include "releaser/pointers/journal.hpp"
#include "releaser/pointers/pointer_documents.hpp"
#include "releaser/pointers/public_pointers.hpp"
#include "releaser/pointers/versions_to_mark.hpp"
#include "releaser/pointers/wait_for_holders.hpp"
#include "releaser/stages/host_marks.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/proven_state.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// What a killed run left under temporary names; the lock of dist/ says that nobody writes now.
void remove_leftovers(const Run& run) {
  base::remove_stale_temporaries(run.options.dist);
  for (const std::string_view folder : {"", "site", "site/metadata", "site/targets"})
    base::remove_stale_temporaries(run.folder / folder);
}

// What is to be done, from what is public now, before any key is used.
struct Intent {
  PublicManifests before, after;
  std::vector<SignedFile> files;
  std::optional<WantedMetadata> wanted_metadata;
  std::optional<MetadataPlan> metadata_plan;
  std::vector<ReleaseMarks> marks;
  std::vector<Action> actions;   // without those of marks
  std::vector<Action> markings;  // what hosts show otherwise
};

void plan_new_metadata(Run& run, Intent& intent, const std::optional<PointerDraft>& draft) {
  intent.wanted_metadata.emplace(
      WantedMetadata{*run.trust, channel_manifests(run),
                     role_terms(trust_policy(run.config), Renewal::near_the_end), run.around.now,
                     [&run](std::string_view channel, const std::string& manifest) {
                       return is_in_dist(run, channel, manifest);
                     }});
  if (draft) intent.wanted_metadata->drafted = draft->roles;
  find_left_files(run);
  intent.metadata_plan = plan_metadata(run.public_metadata, *intent.wanted_metadata,
                                       [&](const auto& key) { return may_have_key(run, key); });
  note_expired_channels(run, *intent.metadata_plan);
  run.metadata = intent.metadata_plan->signs_nothing()
                     ? sign_metadata(run, *intent.metadata_plan, *intent.wanted_metadata)
                     : unsigned_metadata(*intent.metadata_plan);
}

Intent form_intent(Run& run, PointerMove& move, const EditPublic& edit,
                   const std::optional<PointerDraft>& draft) {
  Intent intent;
  intent.before = {run.before.channels, run.before.combined};
  EditResult result = edit(intent.before, draft ? draft->at : run.around.now);
  if (const auto* const problem = std::get_if<NotPossible>(&result)) {
    throw Error(problem->code, problem->problem);
  }
  Edited& edited = std::get<Edited>(result);
  move.words = edited.words;
  intent.after = std::move(edited.manifests);
  if (run.before.is_proven) intent.after.combined = combined_with(run, intent.after.channels);

  std::vector<std::string> warnings = edited.warnings;
  make_documents(run, intent.before, intent.after, warnings);
  intent.files = signed_documents(run);
  sign_files(run, intent.files, Signing::foreseen);
  if (run.config.trust) plan_new_metadata(run, intent, draft);
  const Publication wanted = wanted_documents(run, intent.after);
  intent.actions = actions_of(run, plans_for(run, wanted), wanted);
  intent.marks =
      marks_of(intent.after.channels, versions_to_mark(intent.before, intent.after, move.named));
  intent.markings = missing_marks(run, intent.marks);
  if (intent.metadata_plan) {
    const std::vector<std::string>& more = intent.metadata_plan->warnings;
    warnings.insert(warnings.end(), more.begin(), more.end());
  }
  for (const std::string& warning : warnings)
    if (!intent.actions.empty()) run.around.messages.warn(warning);
  return intent;
}

// Whoever was asked for the same change before somebody else published meanwhile is not asked
// again.
void ask(const Run& run, const PointerMove& move, const Intent& intent,
         std::optional<std::vector<std::string>>& agreed) {
  if (agreed == move.words) return;
  std::vector<std::string> lines = move.words;
  if (lines.empty()) lines.emplace_back("a run that was stopped is finished:");
  lines.reserve(lines.size() + intent.actions.size() + intent.markings.size());
  for (const auto* const actions : {&intent.actions, &intent.markings})
    for (const Action& action : *actions)
      lines.push_back(cat("  ", action.where, ": ", action.what));
  run.around.agree(lines);
  agreed = move.words;
}

void sign_all(Run& run, const Intent& intent, const RoleSignatures& given) {
  sign_files(run, intent.files, Signing::done);
  if (!run.unsigned_files.empty()) {
    // A key file without its public key beside it may turn out to be another one.
    for (const auto& [name, key] : run.unsigned_files)
      run.to_be_signed[name].push_back(name);
    throw Error(Errc::config, cat("the release key ", run.unsigned_files.begin()->second,
                                  " is not among those that were given; nothing new is public: "
                                  "give it by --key FILE"));
  }
  if (!intent.metadata_plan) return;
  run.metadata = sign_metadata(run, *intent.metadata_plan, *intent.wanted_metadata, given);
  for (const MetadataFile& file : run.metadata)
    write_if_changed(run.folder / "site" / file.name, file.bytes);
}

// What follows the documents, also where a stopped run came to them and no further.
void let_others_follow(Run& run, const Intent& intent) {
  remember_published(run);
  mark_hosts(run, intent.marks);
  push_packages(run);
}

// The command would change something, and what waits is nothing, or another one.
[[noreturn]] void refuse_to_resume(const Run& run, const PointerMove& move,
                                   const std::optional<PointerDraft>& waits) {
  if (waits) {
    throw Error(Errc::conflict,
                cat("what waits for signatures is ", base::safe_text(waits->product, 80), ": ",
                    base::safe_text(waits->command, 300), ", and not ", move.command_line,
                    "; give the command that waits, or run this one without ",
                    run.options.sign_only ? "--sign-only" : "--signatures", " first"));
  }
  throw Error(Errc::not_found,
              cat("neither ", (run.folder / kDraftName).string(), " nor ", run.asset_host().place(),
                  " has a draft of ", move.command_line,
                  " that waits for signatures; the command without --sign-only and --signatures "
                  "makes it"));
}

void prepare_folders(Run& run, const PointerMove& move) {
  run.folder = run.options.dist / kPointersFolder;
  run.signatures_out = run.options.signatures_out;
  if (run.signatures_out.empty()) {
    run.signatures_out = run.config.resolve(cat("signatures/", move.signatures_folder), run.home);
  }
  if (!run.options.dry_run) remove_leftovers(run);
}

// Its metadata is what signatures that are given are of.
void take_draft(Run& run, const PointerDraft& draft) {
  run.drafted_roles.clear();
  for (const auto& [channel, header] : draft.roles)
    run.drafted_roles.emplace(channel, header.version);
}

}  // namespace

void move_pointers(Run& run, PointerMove& move, const EditPublic& edit) {
  if (!run.config.sign) {
    throw Error(Errc::config,
                "[sign] is missing: without its public key nothing that is public "
                "can be believed");
  }
  prepare_folders(run, move);
  open_public(run);
  const std::optional<PointerDraft> waits = find_pointer_draft(run, move);
  const std::optional<PointerDraft> draft =
      waits && is_draft_of(*waits, run, move) ? waits : std::nullopt;
  if (draft && run.options.resumes()) take_draft(run, *draft);
  std::optional<std::vector<std::string>> agreed;
  for (int races = 0;;) {
    const Intent intent = form_intent(run, move, edit, races == 0 ? draft : std::nullopt);
    if (run.options.dry_run) {
      run.actions = intent.actions;
      run.actions.insert(run.actions.end(), intent.markings.begin(), intent.markings.end());
      push_packages(run);
      return;
    }
    if (intent.actions.empty()) {
      run.is_public_already = true;
      if (run.options.sign_only) return;
      let_others_follow(run, intent);
      drop_pointer_draft(run, move);
      return;
    }
    Problems problems;
    check_signing_key(run, problems, Unlock::no,
                      run.config.trust ? Presence::may_be_away : Presence::needed);
    conclude(run, problems);
    RoleSignatures given;
    if (run.options.resumes()) {
      if (!draft) refuse_to_resume(run, move, waits);
      const PointerFiles made{intent.files, *intent.metadata_plan};
      check_fits_draft(run, *draft, made);
      if (run.options.sign_only) {
        sign_staged_pointers(run, move, *draft, made);
        return;
      }
      given = take_pointer_signatures(run, move, *draft, made);
    } else if (intent.metadata_plan && lacks_holders(run, *intent.metadata_plan)) {
      verify_offered(run, intent.before, intent.after);
      stage_pointers(run, move, draft && races == 0 ? draft->at : run.around.now,
                     {intent.files, *intent.metadata_plan});
      return;
    }
    if (!run.options.resumes()) require_keys(run, intent.metadata_plan);
    verify_offered(run, intent.before, intent.after);
    if (!run.options.resumes()) ask(run, move, intent, agreed);
    sign_all(run, intent, given);
    if (bring_out(run, wanted_documents(run, intent.after), intent.after) == Announced::done) {
      let_others_follow(run, intent);
      write_journal(run, move);
      drop_pointer_draft(run, move);
      return;
    }
    if (++races == kMaxRaces) {
      throw Error(Errc::locked, cat("somebody else published there meanwhile, ", kMaxRaces,
                                    " times; run the same command again"));
    }
    read_public_again(run);
  }
}

}  // namespace releaser
