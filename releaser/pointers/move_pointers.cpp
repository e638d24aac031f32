#include "releaser/pointers/move_pointers.hpp"

#include "base/text.hpp"
#include "releaser/pointers/journal.hpp"
#include "releaser/render/installers.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/product_of_release.hpp"
#include "releaser/stages/proven_state.hpp"
#include "releaser/stages/publish_plan.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/verify_release.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Channel;
using schema::Manifest;
using schema::Release;
using schema::Version;

constexpr std::size_t kMaxInstallerBytes = 4UL * 1024 * 1024;
constexpr std::chrono::minutes kToleratedSkew{10};
const std::array<std::string, 2> kInstallers{"install.sh", "install.ps1"};

WantedFile wanted_text(std::string name, std::string text) {
  const auto size = text.size();
  const trust::Sha256 digest = trust::sha256_of(text);
  const unsigned mode = name.ends_with(".sh") ? 0755 : 0644;
  return {std::move(name), std::move(text), size, digest, mode};
}

// What a killed run left under temporary names; the lock of dist/ says that nobody writes now.
void remove_leftovers(const Run& run) {
  base::remove_stale_temporaries(run.options.dist);
  for (const std::string_view folder : {"", "site", "site/metadata", "site/targets"})
    base::remove_stale_temporaries(run.folder / folder);
}

// Those that carry assets alone are read, and nothing else.
void at_each_site(Run& run, const std::function<void(Destination&)>& work) {
  at_each_destination(run, [&](Destination& destination) {
    if (destination.carries().site) work(destination);
  });
}

// 1. What is public, believed.

void open_destinations(Run& run) {
  run.destinations.reserve(run.config.destinations.size());
  for (const DestinationSettings& settings : run.config.destinations)
    run.destinations.push_back(make_destination(settings, run.config, run.machine()));
  if (run.destinations.empty()) {
    throw Error(Errc::config, cat(run.config.file.filename().string(),
                                  ": there is no [[destination]] where anything could be public"));
  }
  at_each_site(run, [&](Destination& destination) {
    destination.preflight();
    if (run.acquires) destination.acquire();
  });
}

void check_public(const Run& run) {
  const std::string& first = run.destinations.front()->place();
  if (!run.before.stolen.empty()) {
    throw Error(Errc::untrusted,
                cat(first, ": ", schema::manifest_name(*run.before.stolen.begin()),
                    " is signed by a key of stolen_public_keys; publish a release with the new "
                    "key first, which carries the others on"));
  }
  if (run.before.channels.empty() || !run.before.combined) {
    throw Error(Errc::not_found,
                cat(first, " shows no release yet; cco-release publish makes the first"));
  }
  for (const auto channel : schema::kManifestsOfSite) {
    const Manifest* const manifest = run.before.manifest(channel);
    if (manifest == nullptr || manifest->generated <= run.around.now + kToleratedSkew) continue;
    throw Error(Errc::expired, cat(schema::manifest_name(channel), " was made at ",
                                   base::format_time(manifest->generated), ", and here it is ",
                                   base::format_time(run.around.now), "; set the clock right"));
  }
}

void read_public(Run& run) {
  open_destinations(run);
  Problems problems;
  const bool has_metadata = check_trust(run, problems);
  problems.collect([&] {
    at_each_site(run, [&](Destination& destination) {
      Standing standing;
      if (&destination == run.destinations.front().get()) {
        const base::Path& dist =
            run.dist_to_copy_record_from.empty() ? run.options.dist : run.dist_to_copy_record_from;
        const base::Path own_site = dist / kPointersFolder / "site";
        if (has_metadata) {
          run.before = read_proven_state(run, own_site, problems);
          combine_proven_state(run, own_site);
        } else {
          run.before = read_public_state(destination, run.config, own_site);
        }
        check_not_replayed(run);
        standing.site = Known::yes;
      } else {
        standing.site = check_follows(destination, run, problems);
      }
      run.standings[destination.name()] = standing;
    });
    check_public(run);
  });
  open_packages(run, problems);
  conclude(run, problems);
}

// 2. What shall be public.

// Does the first destination show it with a signature that counts?
bool is_whole(const Run& run, const std::string& name, const Manifest& manifest) {
  const Destination& first = *run.destinations.front();
  auto text = first.read(name, schema::kMaxManifestBytes);
  const auto signature = first.read(signature_name(name), trust::kMaxSignatureBytes);
  if (!text || !signature) return false;
  try {
    const ProductKeys keys = product_keys(*run.config.sign);
    return schema::parse_manifest(trust::verify(std::move(*text), *signature, keys.trusted)) ==
           manifest;
  } catch (const Error&) {
    return false;
  }
}

void make_manifests(Run& run, const PublicManifests& before, const PublicManifests& after) {
  const auto make = [&](std::optional<Channel> channel, const Manifest* was,
                        const Manifest& manifest) {
    const std::string name = schema::manifest_name(channel);
    if (was != nullptr && *was == manifest && is_whole(run, name, manifest)) return;
    run.manifests.insert_or_assign(name, manifest);
  };
  for (const auto& [channel, manifest] : after.channels) {
    const auto was = before.channels.find(channel);
    make(channel, was == before.channels.end() ? nullptr : &was->second, manifest);
  }
  make(std::nullopt, &*before.combined, *after.combined);
}

// Which release does the public installer pin, as its signature says?
bool pins(const Run& run, const std::string& name, const Version& version, Channel channel) {
  const Destination& first = *run.destinations.front();
  auto text = first.read(name, kMaxInstallerBytes);
  const auto signature = first.read(signature_name(name), trust::kMaxSignatureBytes);
  if (!text || !signature) return false;
  try {
    const ProductKeys keys = product_keys(*run.config.sign);
    const auto proof = trust::verify(std::move(*text), *signature, keys.trusted);
    proof.comment().require("app", run.config.product.name);
    proof.comment().require("file", name);
    proof.comment().require("version", version.text());
    proof.comment().require("channel", schema::channel_name(channel));
    return true;
  } catch (const Error&) {
    return false;
  }
}

void make_installers(Run& run, const Manifest& combined, std::vector<std::string>& warnings) {
  if (!run.config.installers) return;
  const auto pinned = pinned_version(combined);
  if (!pinned) {
    warnings.emplace_back(
        "no good release is left that install.sh and install.ps1 could install; they stay as they "
        "are until the next one is published");
    return;
  }
  const Release& release = combined.versions.at(*pinned);
  const bool are_right = std::all_of(
      kInstallers.begin(), kInstallers.end(),
      [&](const std::string& name) { return pins(run, name, *pinned, release.channel); });
  if (are_right) return;
  run.product = product_of_release(run.config, release);
  run.installer_of = pinned->text();
  // Its signature tells the channel of the release that it pins.
  run.manifests.emplace(schema::manifest_name(std::nullopt), combined);
}

void write_site(const Run& run, const Manifest& combined) {
  const base::Path site = run.folder / "site";
  for (const auto& [name, manifest] : run.manifests) {
    const std::string text = schema::write_manifest(manifest);
    if (text.size() > schema::kMaxManifestBytes) {
      throw Error(Errc::config, cat(name, " would be larger than 1 MiB; shorten the texts"));
    }
    write_if_changed(site / name, text);
  }
  if (!run.installer_of) return;
  const Version version = Version::parse(*run.installer_of);
  const Release& release = combined.versions.at(version);
  write_if_changed(site / "install.sh", render_install_sh(*run.product, version, release), 0755);
  write_if_changed(site / "install.ps1", render_install_ps1(*run.product, version, release));
}

// A document with its signatures: ours, or as the first destination shows it, for those that follow
// it.
void add_document(const Run& run, const std::string& name, bool is_ours,
                  std::vector<WantedFile>& documents) {
  const Destination& first = *run.destinations.front();
  const base::Path own = run.folder / "site" / name;
  const auto add = [&](const std::string& file, std::optional<std::string> text) {
    if (text) documents.push_back(wanted_text(file, std::move(*text)));
  };
  if (!is_ours) {
    add(name, first.read(name, kMaxInstallerBytes));
    add(signature_name(name), first.read(signature_name(name), trust::kMaxSignatureBytes));
    if (const auto old = product_keys(*run.config.sign).old) {
      const std::string second = signature_name(name, *old);
      add(second, first.read(second, trust::kMaxSignatureBytes));
    }
    return;
  }
  add(name, base::read_file(own, kMaxInstallerBytes));
  const auto signatures = run.signatures.find(own);
  if (signatures == run.signatures.end()) return;
  const auto to_come = run.to_be_signed.find(name);
  for (const std::string& suffix : signatures->second) {
    const bool is_to_come = to_come != run.to_be_signed.end() &&
                            std::find(to_come->second.begin(), to_come->second.end(),
                                      name + suffix) != to_come->second.end();
    if (!is_to_come)
      add(name + suffix,
          base::read_file_if_exists(own.string() + suffix, trust::kMaxSignatureBytes));
  }
}

Publication wanted_documents(const Run& run, const PublicManifests& after) {
  Publication wanted;
  std::set<std::string> names{schema::manifest_name(std::nullopt)};
  for (const auto& [channel, manifest] : after.channels)
    names.insert(schema::manifest_name(channel));
  for (const std::string& name : names)
    add_document(run, name, run.manifests.contains(name), wanted.documents);
  for (const MetadataFile& file : run.metadata) {
    const bool is_pointer = file.name == kTimestampFile || file.name.ends_with(".root.json");
    (is_pointer ? wanted.documents : wanted.metadata).push_back(wanted_text(file.name, file.bytes));
  }
  if (run.config.installers) {
    for (const std::string& name : kInstallers)
      add_document(run, name, run.installer_of.has_value(), wanted.documents);
  }
  return wanted;
}

// 3. What has to be done for that.

// In the order of the destinations.
using Plans = std::vector<std::pair<const Destination*, PublicationPlan>>;

const PublicationPlan& plan_of(const Plans& plans, const Destination& destination) {
  return std::find_if(plans.begin(), plans.end(),
                      [&](const auto& each) { return each.first == &destination; })
      ->second;
}

std::vector<Found> find_all(const Destination& destination, const std::vector<WantedFile>& files) {
  std::vector<Found> found;
  found.reserve(files.size());
  for (const WantedFile& file : files)
    found.push_back(destination.find(file));
  return found;
}

Plans plans_for(Run& run, const Publication& wanted) {
  Plans plans;
  at_each_site(run, [&](Destination& destination) {
    // Not yet where the timestamp is still to be signed.
    const bool is_signed = !run.metadata.empty() && !timestamp_of(run.metadata).empty();
    if (is_signed && &destination != run.destinations.front().get())
      check_follower_metadata(run, destination);
    PublicationPlan plan = plan_publication({}, find_all(destination, wanted.metadata),
                                            find_all(destination, wanted.documents),
                                            run.standing_of(destination), wanted);
    if (!plan.foreign.empty()) {
      throw Error(Errc::conflict,
                  cat(base::join_first(plan.foreign, 3), plan.foreign.size() == 1 ? " is" : " are",
                      " there already and not published by cco-release; nothing "
                      "was changed: move it away"));
    }
    plans.emplace_back(&destination, std::move(plan));
  });
  return plans;
}

// In the order of doing, each file before its signatures that do not exist yet.
std::vector<Action> actions_of(const Run& run, const Plans& plans, const Publication& wanted) {
  std::vector<Action> actions;
  const auto add = [&](std::string_view verb, const std::string& where,
                       const std::vector<WantedFile>& files,
                       const std::vector<std::size_t>& indices) {
    const std::set<std::size_t> planned(indices.begin(), indices.end());
    for (std::size_t index = 0; index < files.size(); ++index) {
      const std::string& name = files[index].name;
      if (planned.contains(index)) actions.push_back({cat(verb, " ", name), where});
      const auto to_come = run.to_be_signed.find(name);
      if (to_come == run.to_be_signed.end()) continue;
      for (const std::string& signature : to_come->second)
        actions.push_back({cat(verb, " ", signature), where});
    }
  };
  for (const auto& [destination, plan] : plans)
    add("put", destination->name(), wanted.metadata, plan.put_metadata);
  for (const auto& [destination, plan] : plans)
    add("announce", destination->name(), wanted.documents, plan.announce);
  return actions;
}

// Everybody whose signature is wanted and whose key is not here.
std::vector<std::string> missing_keys(Run& run, const std::optional<MetadataPlan>& plan) {
  std::vector<std::string> missing;
  const ProductKeys keys = product_keys(*run.config.sign);
  for (const auto& key : {std::optional(keys.current), keys.old}) {
    if (!key || may_have_key(run, trust::tuf::key_of(*key))) continue;
    const std::string suffix = *key == keys.current ? "" : signature_name("", *key);
    std::size_t count = 0;
    for (const auto& [file, signatures] : run.to_be_signed) {
      const std::string name = suffix.empty() ? signature_name(file) : file + suffix;
      count += static_cast<std::size_t>(std::count(signatures.begin(), signatures.end(), name));
    }
    if (count == 0) continue;
    missing.push_back(cat("the ", suffix.empty() ? "" : "old ", "release key ", key->line(),
                          " has to sign ", count, count == 1 ? " file" : " files"));
  }
  if (!plan) return missing;
  const TrustPolicy policy = trust_policy(run.config);
  for (const MissingSignatures& role : missing_signatures(
           *plan, [&](const trust::tuf::Key& key) { return may_have_key(run, key); })) {
    missing.push_back(describe_missing(role, policy));
  }
  return missing;
}

void require_no_missing(const std::vector<std::string>& missing) {
  if (missing.empty()) return;
  throw Error(Errc::config,
              cat(base::join(missing, "; "),
                  "; nothing new is public: run the same command where the keys are, or give them "
                  "by --key FILE (repeat it for several)"));
}

// 4. Doing it.

// Versions that somebody may get because of this.
std::set<Version> offered_versions(const PublicManifests& before, const PublicManifests& after) {
  std::set<Version> offered;
  for (const auto& [channel, manifest] : after.channels) {
    const auto known = before.channels.find(channel);
    const Manifest* const was = known == before.channels.end() ? nullptr : &known->second;
    const auto latest = manifest.latest.find(channel);
    if (latest != manifest.latest.end() && (was == nullptr || was->latest != manifest.latest))
      offered.insert(latest->second);
    for (const auto& [version, release] : manifest.versions) {
      if (release.yanked) continue;
      const bool was_offered =
          was != nullptr && was->versions.contains(version) && !was->versions.at(version).yanked;
      if (!was_offered) offered.insert(version);
    }
  }
  return offered;
}

// They are there, whole, where the manifests say.
void verify_offered(const Run& run, const PublicManifests& before, const PublicManifests& after) {
  const Destination& host = run.asset_host();
  for (const Version& version : offered_versions(before, after)) {
    const Release& release = after.combined->versions.at(version);
    const bool has_installers =
        host.read(cat("releases/v", version.text(), "/install.sh"), kMaxInstallerBytes).has_value();
    base::with_context(host.place(), [&] {
      verify_release([&](std::string_view name, std::uint64_t,
                         const base::ByteSink& sink) { return host.stream(name, sink); },
                     run.config.product.name, version, release, product_keys(*run.config.sign),
                     has_installers ? Installers::yes : Installers::no);
    });
  }
}

void put_metadata(Run& run, const Plans& plans, const Publication& wanted) {
  at_each_site(run, [&](Destination& destination) {
    const PublicationPlan& plan = plan_of(plans, destination);
    if (plan.is_empty()) return;
    destination.clean_up(wanted.metadata);
    destination.clean_up(wanted.documents);
    for (const std::size_t index : plan.put_metadata) {
      destination.put(wanted.metadata[index]);
      run.actions.push_back({cat("put ", wanted.metadata[index].name), destination.name()});
    }
    verify_metadata_before_announcing(run, destination);
  });
}

void announce(Run& run, const Plans& plans, const Publication& wanted) {
  at_each_site(run, [&](Destination& destination) {
    const std::vector<std::size_t>& indices = plan_of(plans, destination).announce;
    if (indices.empty()) return;
    std::vector<WantedFile> documents;
    documents.reserve(indices.size());
    for (const std::size_t index : indices)
      documents.push_back(wanted.documents[index]);
    if (destination.announce(documents) == Announced::moved) {
      const bool is_truth = &destination == run.destinations.front().get();
      throw Error(is_truth ? Errc::locked : Errc::network,
                  "somebody else published there meanwhile; run the same command again");
    }
    for (const WantedFile& document : documents)
      run.actions.push_back({cat("announce ", document.name), destination.name()});
  });
}

// What strangers find now is what was meant.
void verify_announced(Run& run, const Publication& wanted, const PublicManifests& after) {
  at_each_site(run, [&](Destination& destination) {
    for (const WantedFile& document : wanted.documents) {
      if (destination.find(document) == Found::same) continue;
      throw Error(Errc::conflict, cat(document.name,
                                      " was replaced by somebody else meanwhile; run the same "
                                      "command again"));
    }
    const PublicState state = read_public_state(destination, run.config, {});
    if (state.channels != after.channels || state.combined != after.combined) {
      throw Error(Errc::untrusted,
                  "shows other manifests than were announced; run the same "
                  "command again");
    }
  });
}

std::vector<std::string> lines_to_agree_to(const PointerMove& move,
                                           const std::vector<Action>& actions) {
  std::vector<std::string> lines = move.words;
  if (lines.empty()) lines.emplace_back("a run that was stopped is finished:");
  lines.reserve(lines.size() + actions.size());
  for (const Action& action : actions)
    lines.push_back(cat("  ", action.where, ": ", action.what));
  return lines;
}

}  // namespace

void move_pointers(Run& run, PointerMove& move, const EditPublic& edit) {
  if (!run.config.sign) {
    throw Error(Errc::config,
                "[sign] is missing: without its public key nothing that is public "
                "can be believed");
  }
  run.folder = run.options.dist / kPointersFolder;
  if (!run.options.dry_run) remove_leftovers(run);
  read_public(run);
  const PublicManifests before{run.before.channels, run.before.combined};
  EditResult result = edit(before);
  if (const auto* const problem = std::get_if<NotPossible>(&result)) {
    throw Error(problem->code, problem->problem);
  }
  Edited& edited = std::get<Edited>(result);
  move.words = edited.words;
  PublicManifests& after = edited.manifests;
  if (run.before.is_proven) after.combined = combined_with(run, after.channels);

  make_manifests(run, before, after);
  std::vector<std::string> warnings = edited.warnings;
  make_installers(run, *after.combined, warnings);
  write_site(run, *after.combined);
  const std::vector<SignedFile> files = signed_documents(run);
  sign_files(run, files, Signing::foreseen);
  std::optional<WantedMetadata> wanted_metadata;
  std::optional<MetadataPlan> plan;
  if (run.config.trust) {
    wanted_metadata.emplace(
        WantedMetadata{*run.trust, channel_manifests(run),
                       role_terms(trust_policy(run.config), Renewal::near_the_end), run.around.now,
                       [&](std::string_view channel, const std::string& manifest) {
                         return is_in_dist(run, channel, manifest);
                       }});
    find_left_files(run);
    plan = plan_metadata(run.public_metadata, *wanted_metadata,
                         [&](const auto& key) { return may_have_key(run, key); });
    note_expired_channels(run, *plan);
    run.metadata = plan->signs_nothing() ? sign_metadata(run, *plan, *wanted_metadata)
                                         : unsigned_metadata(*plan);
  }
  std::vector<Action> actions = [&] {
    const Publication wanted = wanted_documents(run, after);
    return actions_of(run, plans_for(run, wanted), wanted);
  }();
  if (plan) warnings.insert(warnings.end(), plan->warnings.begin(), plan->warnings.end());
  for (const std::string& warning : warnings)
    if (!actions.empty()) run.around.messages.warn(warning);
  if (run.options.dry_run) {
    run.actions = std::move(actions);
    push_packages(run);
    return;
  }
  if (actions.empty()) {
    // A run that was stopped at the very end may not have come to that.
    remember_published(run);
    push_packages(run);
    return;
  }
  Problems problems;
  check_signing_key(run, problems, Unlock::no);
  conclude(run, problems);
  require_no_missing(missing_keys(run, plan));
  verify_offered(run, before, after);
  run.around.agree(lines_to_agree_to(move, actions));

  sign_files(run, files, Signing::done);
  if (!run.unsigned_files.empty()) {
    // A key file without its public key beside it may turn out to be another one.
    for (const auto& [name, key] : run.unsigned_files)
      run.to_be_signed[name].push_back(name);
    throw Error(Errc::config, cat("the release key ", run.unsigned_files.begin()->second,
                                  " is not among those that were given; nothing new is public: "
                                  "give it by --key FILE"));
  }
  if (plan) {
    run.metadata = sign_metadata(run, *plan, *wanted_metadata);
    for (const MetadataFile& file : run.metadata)
      write_if_changed(run.folder / "site" / file.name, file.bytes);
  }
  const Publication wanted = wanted_documents(run, after);
  const Plans plans = plans_for(run, wanted);
  put_metadata(run, plans, wanted);
  announce(run, plans, wanted);
  verify_announced(run, wanted, after);
  remember_published(run);
  push_packages(run);
  write_journal(run, move);
}

}  // namespace releaser
