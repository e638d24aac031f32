#include "releaser/stages/staging.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/draft_signature.hpp"
#include "releaser/stages/rollout_share.hpp"
#include "releaser/stages/signed_files.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

base::Path own_draft(const Run& run) { return run.folder / kDraftName; }

WantedFile wanted_text(const Run& run, std::string_view name, const std::string& text) {
  return {.name = staged_name(run.identity->tag(), name),
          .contents = text,
          .size = text.size(),
          .sha256 = trust::sha256_of(text)};
}

std::map<std::string, std::uint64_t> generations_before(const Run& run) {
  std::map<std::string, std::uint64_t> generations;
  for (const auto channel : schema::kManifestsOfSite) {
    if (const schema::Manifest* const shown = run.before.manifest(channel))
      generations[schema::manifest_name(channel)] = shown->generation;
  }
  return generations;
}

DraftArchive archive_of(const Target& target) {
  DraftArchive archive{.platform = std::string(target.platform.name()),
                       .asset = target.asset,
                       .packed = *target.packed,
                       .agent = {},
                       .requirements = target.requirements,
                       .alternative = target.alternative,
                       .deltas = target.deltas};
  for (const InputBinary& binary : target.binaries)
    if (binary.role != BinaryRole::product) archive.agent = binary.name;
  return archive;
}

std::optional<ReleaseDraft> read_own_draft(const Run& run) {
  const auto text = base::read_file_if_exists(own_draft(run), kMaxDraftBytes);
  if (!text) return std::nullopt;
  return base::with_context(own_draft(run).string(), [&] { return parse_draft(*text); });
}

// What another machine staged of the same commit, such as an earlier run of CI; nothing where
// nobody did, or nobody whose word counts.
std::optional<ReleaseDraft> read_staged_draft(const Run& run) {
  if (!run.config.trust || run.destinations.empty()) return std::nullopt;
  const Destination& host = run.asset_host();
  const std::string tag = run.identity->tag();
  const auto text = host.read(staged_name(tag, kDraftName), kMaxDraftBytes);
  if (!text) return std::nullopt;
  try {
    check_draft_signature(
        run, *text, run.identity->version.text(),
        host.read(staged_name(tag, kDraftSignatureName), trust::kMaxSignatureBytes));
    ReleaseDraft draft = parse_draft(*text);
    const bool is_of_this = draft.product == run.config.product.name &&
                            draft.version == run.identity->version.text() &&
                            draft.commit == run.identity->commit &&
                            draft.date == run.identity->date && draft.published <= run.around.now;
    if (is_of_this) return draft;
  } catch (const Error& error) {
    run.around.messages.detail(cat(host.place(), ": ", error.what()));
  }
  return std::nullopt;
}

bool has_same_bytes(const ReleaseDraft& left, const ReleaseDraft& right) {
  return left.files == right.files && left.role_version == right.role_version &&
         left.published == right.published && left.date == right.date;
}

}  // namespace

std::optional<base::Time> published_as_staged(const Run& run) {
  if (run.options.clean) return std::nullopt;
  const auto draft = read_staged_draft(run);
  if (!draft) return std::nullopt;
  return draft->published;
}

void write_release_draft(Run& run, const PlannedRole& channel) {
  ReleaseDraft draft{.product = run.config.product.name,
                     .version = run.identity->version.text(),
                     .channel = run.identity->channel,
                     .commit = run.identity->commit,
                     .date = run.identity->date,
                     .published = *run.record.published,
                     .tool_version = run.around.tool_version,
                     .before = generations_before(run),
                     .role_version = channel.version,
                     .role_expires = channel.expires,
                     .archives = {},
                     .extra_files = run.extra_files,
                     .files = {}};
  draft.archives.reserve(run.targets.size());
  for (const Target& target : run.targets)
    draft.archives.push_back(archive_of(target));
  for (const SignedFile& file : signed_files(run))
    draft.files.emplace(file.public_name, file.sha256);
  std::optional<ReleaseDraft> earlier;
  try {
    earlier = read_own_draft(run);
  } catch (const Error& error) {
    run.around.messages.detail(error.what());  // damaged: made anew
  }
  if (!earlier) earlier = read_staged_draft(run);
  // Half of what it would have anew is enough for the holder.
  const auto half = (draft.role_expires - run.around.now) / 2;
  if (earlier && has_same_bytes(*earlier, draft) && earlier->role_expires > run.around.now + half) {
    draft.role_expires = earlier->role_expires;
  }
  write_if_changed(own_draft(run), write_draft(draft), 0644, base::Durability::flushed);
  run.draft = std::move(draft);
}

void stage_release(Run& run) {
  Destination& first = run.asset_host();
  const std::string tag = run.identity->tag();
  const std::string text = write_draft(*run.draft);
  const auto signature =
      sign_draft(run, text, run.identity->version.text(), run.draft->published,
                 first.read(staged_name(tag, kDraftSignatureName), trust::kMaxSignatureBytes));
  if (!signature) {
    run.around.messages.warn(cat("not staged at ", first.place(),
                                 ": no key of the timestamp is at hand, whose "
                                 "signature says that the draft is yours; holders sign from ",
                                 run.folder.string()));
    return;
  }
  std::vector<WantedFile> files;
  files.reserve(run.targets.size() + run.extra_files.size() + 2);
  for (const Target& target : run.targets) {
    files.push_back({.name = staged_name(tag, target.asset),
                     .contents = run.folder / "assets" / target.asset,
                     .size = target.packed->size,
                     .sha256 = target.packed->sha256});
  }
  for (const ExtraFile& file : run.extra_files) {
    files.push_back({.name = staged_name(tag, file.name),
                     .contents = run.folder / "assets" / file.name,
                     .size = file.size,
                     .sha256 = file.sha256});
  }
  // The draft comes last: what it names is there.
  files.push_back(wanted_text(run, kDraftSignatureName, *signature));
  files.push_back(wanted_text(run, kDraftName, text));
  base::with_context(first.place(), [&] {
    const auto is_there = [&](const WantedFile& file) { return first.find(file) == Found::same; };
    if (!run.options.dry_run && !is_there(files.back())) first.drop_staged(tag);
    for (const WantedFile& file : files) {
      if (is_there(file)) continue;
      if (!run.options.dry_run) first.put(file);
      run.actions.push_back({cat("stage ", file.name), first.name()});
    }
  });
}

ReleaseDraft find_draft(const Run& run) {
  const std::string version = run.identity->version.text();
  const std::string own_name = own_draft(run).string();
  std::optional<ReleaseDraft> draft;
  if (!run.options.clean) draft = read_own_draft(run);
  std::string place = own_name;
  if (!run.config.destinations.empty()) {
    const auto first = make_destination(*run.config.asset_host(), run.config, run.machine());
    const auto staged = first->read(staged_name(run.identity->tag(), kDraftName), kMaxDraftBytes);
    const std::string there = cat("what is staged at ", first->place());
    if (staged && draft && write_draft(*draft) != *staged) {
      throw Error(Errc::conflict,
                  cat(own_name, " is another draft of ", version, " than ", there,
                      "; --clean takes the staged one, and cco-release publish without "
                      "--sign-only and --signatures stages this one anew"));
    }
    if (staged && !draft) {
      draft = base::with_context(there, [&] {
        check_draft_signature(run, *staged, version,
                              first->read(staged_name(run.identity->tag(), kDraftSignatureName),
                                          trust::kMaxSignatureBytes));
        return parse_draft(*staged);
      });
      place = there;
    }
    if (!draft) {
      throw Error(Errc::not_found,
                  cat("neither ", own_name, " nor ", first->place(), " has a draft of ", version,
                      " that waits for signatures; cco-release publish --version ", version,
                      " makes it, where the release is built (where it is public already, nothing "
                      "is left to "
                      "do)"));
    }
  }
  if (!draft) throw Error(Errc::not_found, cat("there is no ", own_name));
  if (draft->product != run.config.product.name || draft->version != version) {
    throw Error(Errc::conflict, cat(place, " is of ", base::safe_text(draft->product, 80), " ",
                                    base::safe_text(draft->version, 80), ", not of ",
                                    run.config.product.name, " ", version));
  }
  return *std::move(draft);
}

namespace {

// What the draft was made with, so that it comes out the same.
std::string publish_command(const Run& run) {
  std::string command = cat("cco-release publish --version ", run.identity->version.text());
  if (run.options.rollout) {
    const std::string share = percent_text(*run.options.rollout);
    command += cat(" --rollout ", share.substr(0, share.find(' ')));
  }
  return command;
}

}  // namespace

std::string signing_command(const Run& run) { return cat(publish_command(run), " --sign-only"); }

std::string finishing_command(const Run& run, std::string_view folder) {
  return cat(publish_command(run), " --signatures ", folder);
}

}  // namespace releaser
