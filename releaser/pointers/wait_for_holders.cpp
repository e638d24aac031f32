#include "releaser/pointers/wait_for_holders.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/draft_signature.hpp"
#include "releaser/stages/given_signatures.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/signatures_folder.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

base::Path own_draft(const Run& run) { return run.folder / kDraftName; }

std::string staged(std::string_view name) { return staged_name(kPointersSubject, name); }

std::map<std::string, std::uint64_t> generations_before(const Run& run) {
  std::map<std::string, std::uint64_t> generations;
  for (const auto channel : schema::kManifestsOfSite) {
    if (const schema::Manifest* const shown = run.before.manifest(channel))
      generations[schema::manifest_name(channel)] = shown->generation;
  }
  return generations;
}

ChannelRoles roles_of(const Run& run, const MetadataPlan& plan) {
  ChannelRoles roles;
  roles.reserve(plan.channels.size());
  for (const PlannedRole& role : plan.channels) {
    const bool waits = run.drafted_roles.empty() || run.drafted_roles.contains(role.name);
    if (role.has_to_be_signed() && waits) roles.push_back(&role);
  }
  return roles;
}

std::optional<PointerDraft> read_own(const Run& run) {
  const auto text = base::read_file_if_exists(own_draft(run), kMaxDraftBytes);
  if (!text) return std::nullopt;
  return base::with_context(own_draft(run).string(), [&] { return parse_pointer_draft(*text); });
}

std::optional<PointerDraft> read_staged(const Run& run, const std::optional<PointerDraft>& own) {
  const Destination& host = run.asset_host();
  const auto text = host.read(staged(kDraftName), kMaxDraftBytes);
  if (!text || (own && write_pointer_draft(*own) == *text)) return own;
  return base::with_context(cat("what is staged at ", host.place()), [&] {
    check_draft_signature(run, *text, kPointersSubject,
                          host.read(staged(kDraftSignatureName), trust::kMaxSignatureBytes));
    return parse_pointer_draft(*text);
  });
}

bool is_good_for_long(const PointerDraft& draft, base::Time now) {
  return draft.at <= now &&
         std::all_of(draft.roles.begin(), draft.roles.end(), [&](const auto& role) {
           return role.second.expires - now >= (role.second.expires - draft.at) / 2;
         });
}

std::string other_versions(const Run& run, const PointerDraft& draft) {
  if (draft.tool_version == run.around.tool_version) return {};
  return cat(", by cco-release ", base::safe_text(draft.tool_version, 80), " and not ",
             run.around.tool_version);
}

std::vector<std::string> words_of(const Run& run, const PointerMove& move,
                                  const PointerDraft& draft) {
  std::vector<std::string> words{cat("to be signed: ", draft.product, ": ", draft.command),
                                 cat("  made at        ", base::format_time(draft.at))};
  for (const std::string& line : move.words)
    words.push_back(cat("  ", line));
  for (const auto& [name, manifest] : run.manifests)
    words.push_back(cat("  ", name, ": generation ", manifest.generation));
  for (const auto& [channel, header] : draft.roles) {
    words.push_back(cat("  metadata       ", channel, " ", header.version, ", good until ",
                        base::format_time(header.expires)));
  }
  if (run.installer_of) {
    words.push_back(cat("  new users      install.sh and install.ps1 bring ", *run.installer_of));
  }
  for (std::string& line : words)
    line = base::safe_text(line);
  return words;
}

void stage(Run& run, const PointerDraft& draft) {
  Destination& host = run.asset_host();
  const std::string text = write_pointer_draft(draft);
  const auto signature =
      sign_draft(run, text, kPointersSubject, draft.at,
                 host.read(staged(kDraftSignatureName), trust::kMaxSignatureBytes));
  if (!signature) {
    run.around.messages.warn(cat("not staged at ", host.place(),
                                 ": no key of the timestamp is at hand, whose signature says that "
                                 "the draft is yours; holders sign with ",
                                 own_draft(run).string()));
    return;
  }
  const auto wanted = [](std::string_view name, const std::string& bytes) {
    return WantedFile{.name = staged(name),
                      .contents = bytes,
                      .size = bytes.size(),
                      .sha256 = trust::sha256_of(bytes)};
  };
  // The draft comes last: its signature is there.
  const std::vector<WantedFile> files{wanted(kDraftSignatureName, *signature),
                                      wanted(kDraftName, text)};
  base::with_context(host.place(), [&] {
    if (!host.carries().site) {  // which were made ready already
      host.preflight();
      host.acquire();
    }
    const auto is_there = [&](const WantedFile& file) { return host.find(file) == Found::same; };
    if (std::all_of(files.begin(), files.end(), is_there)) return;
    host.drop_staged(kPointersSubject);
    for (const WantedFile& file : files) {
      host.put(file);
      run.actions.push_back({cat("stage ", file.name), host.name()});
    }
  });
}

// Any file that the draft names may have been signed, also one that is public by now.
void check_names(const Run& run, const PointerDraft& draft) {
  const auto is_known = [&](const std::string& name) {
    const bool is_of_file =
        std::any_of(draft.files.begin(), draft.files.end(), [&](const auto& file) {
          return name.starts_with(file.first + ".") && name.ends_with(".minisig");
        });
    return is_of_file || std::any_of(draft.roles.begin(), draft.roles.end(), [&](const auto& role) {
             return name.starts_with(cat("metadata/", role.second.version, ".", role.first, ".")) &&
                    name.ends_with(".json");
           });
  };
  for (const auto& [name, files] : run.given) {
    if (is_known(name)) continue;
    throw Error(Errc::conflict,
                cat(files.front().file.string(), ": this is no signature of ", draft.command,
                    " as it is drafted now; let its holder sign "
                    "again (--sign-only), or take it out of the "
                    "folder"));
  }
}

}  // namespace

std::optional<PointerDraft> find_pointer_draft(Run& run, const PointerMove& move) {
  if (!run.config.trust || run.options.dry_run) return std::nullopt;
  std::optional<PointerDraft> draft;
  try {
    draft = read_own(run);
    draft = read_staged(run, draft);
  } catch (const Error& error) {
    if (run.options.resumes()) throw;
    run.around.messages.detail(error.what());  // made anew
    return std::nullopt;
  }
  if (!draft || run.options.resumes()) return draft;
  const bool may_be_taken = is_draft_of(*draft, run, move) &&
                            draft->before == generations_before(run) &&
                            is_good_for_long(*draft, run.around.now);
  return may_be_taken ? draft : std::nullopt;
}

bool lacks_holders(Run& run, const MetadataPlan& plan) {
  // A key that does not say whose it is may be any, until it is unlocked: a person is asked for
  // that only after he has agreed.
  const auto is_here = [&](const trust::tuf::Key& key) {
    return may_have_key(run, key) &&
           (run.around.asks_for_password || find_key(run, key) != nullptr);
  };
  const ProductKeys keys = product_keys(*run.config.sign);
  for (const auto& key : {std::optional(keys.current), keys.old}) {
    if (!key || is_here(trust::tuf::key_of(*key))) continue;
    const std::string suffix = *key == keys.current ? ".minisig" : signature_name("", *key);
    for (const auto& [file, signatures] : run.to_be_signed)
      if (std::find(signatures.begin(), signatures.end(), file + suffix) != signatures.end())
        return true;
  }
  const auto missing = missing_signatures(plan, is_here);
  return std::any_of(missing.begin(), missing.end(), [&](const MissingSignatures& role) {
    return std::any_of(plan.channels.begin(), plan.channels.end(),
                       [&](const PlannedRole& channel) { return channel.name == role.role; });
  });
}

bool is_draft_of(const PointerDraft& draft, const Run& run, const PointerMove& move) {
  return draft.product == run.config.product.name && draft.command == move.command_line;
}

void check_fits_draft(const Run& run, const PointerDraft& draft, const PointerFiles& made) {
  const auto now = generations_before(run);
  const auto refuse = [&](const std::string& problem) {
    for (const auto& [name, generation] : now) {
      const auto then = draft.before.find(name);
      if (then != draft.before.end() && then->second == generation) continue;
      throw Error(
          Errc::conflict,
          cat("the draft is out of date: ", run.destinations.front()->place(), " shows ", name,
              " in generation ", generation, " now, and the draft was made for ",
              then == draft.before.end() ? 0 : then->second,
              " (something else was published meanwhile, or this is an older copy of the site); "
              "run cco-release ",
              draft.command,
              " again without --sign-only and --signatures, and let that draft be signed"));
    }
    throw Error(Errc::conflict,
                cat(problem, ": the draft was made with other settings or templates",
                    other_versions(run, draft),
                    "; check out what it was made from, or make the draft anew"));
  };
  // A run that was stopped may have published some of them.
  for (const SignedFile& file : made.files) {
    const auto drafted = draft.files.find(file.public_name);
    if (drafted == draft.files.end()) refuse(cat(file.public_name, " is not in the draft"));
    if (drafted->second != file.sha256)
      refuse(cat(file.public_name, " comes out with other bytes here"));
  }
  if (now != draft.before) return;
  for (const auto& [channel, header] : draft.roles) {
    const auto role =
        std::find_if(made.plan.channels.begin(), made.plan.channels.end(),
                     [&, &name = channel](const PlannedRole& each) { return each.name == name; });
    if (role == made.plan.channels.end() || !role->has_to_be_signed())
      refuse(cat("the metadata of ", channel, " has not to be signed here"));
  }
}

void stage_pointers(Run& run, const PointerMove& move, base::Time at, const PointerFiles& made) {
  run.drafted_roles.clear();
  const ChannelRoles roles = roles_of(run, made.plan);
  sign_files(run, made.files, Signing::done);
  note_awaited(run, roles, [&](const PlannedRole&, const trust::tuf::Key& key) {
    return find_key(run, key) != nullptr;
  });
  PointerDraft draft{.product = run.config.product.name,
                     .command = move.command_line,
                     .at = at,
                     .tool_version = run.around.tool_version,
                     .before = generations_before(run),
                     .roles = {},
                     .files = {}};
  for (const PlannedRole* const role : roles)
    draft.roles[role->name] = {role->version, role->expires};
  for (const SignedFile& file : made.files)
    draft.files.emplace(file.public_name, file.sha256);
  write_if_changed(own_draft(run), write_pointer_draft(draft), 0644, base::Durability::flushed);
  stage(run, draft);
}

void sign_staged_pointers(Run& run, const PointerMove& move, const PointerDraft& draft,
                          const PointerFiles& made) {
  require_some_key(run);
  check_signatures_folder(run);
  run.around.agree(words_of(run, move, draft));
  lock_signatures_folder(run);
  sign_files(run, made.files, Signing::done);
  sign_channels(run, made.files, roles_of(run, made.plan));
}

RoleSignatures take_pointer_signatures(Run& run, const PointerMove& move, const PointerDraft& draft,
                                       const PointerFiles& made) {
  run.given = read_signatures(run.options.signatures);
  check_names(run, draft);
  sign_files(run, made.files, Signing::done);
  return take_role_signatures(run, roles_of(run, made.plan), signing_command(move));
}

void drop_pointer_draft(Run& run, const PointerMove& move) {
  Destination& host = run.asset_host();
  try {
    auto known = read_own(run);
    if (!known && !run.options.signatures.empty()) known = read_staged(run, known);
    if (!known || !is_draft_of(*known, run, move)) return;
    host.drop_staged(kPointersSubject);
  } catch (const Error& error) {
    run.around.messages.warn(cat("what was staged at ", host.place(), " stays: ", error.what()));
  }
  base::remove_if_exists(own_draft(run));
}

std::string signing_command(const PointerMove& move) {
  return cat("cco-release ", move.command_line, " --sign-only");
}

std::string finishing_command(const PointerMove& move, std::string_view folder) {
  return cat("cco-release ", move.command_line, " --signatures ", folder);
}

}  // namespace releaser
