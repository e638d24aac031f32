#pragma once

#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/terminal.hpp"
#include "manifest-schema/manifest.hpp"
#include "releaser/config/config.hpp"
#include "releaser/config/file_patterns.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/metadata/write_metadata.hpp"
#include "releaser/product.hpp"
#include "releaser/stages/digests_ahead.hpp"
#include "releaser/stages/identify.hpp"
#include "releaser/stages/keyring.hpp"
#include "releaser/stages/packages.hpp"
#include "releaser/stages/problems.hpp"
#include "releaser/stages/record.hpp"
#include "releaser/stages/release_draft.hpp"
#include "releaser/stages/standing.hpp"
#include "releaser/stages/target.hpp"
#include "trust/signing/secret_key.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace releaser {

struct RunOptions {
  IdentifyOptions identify;
  std::set<std::string, std::less<>> skip;  // stages and destinations
  std::set<std::string, std::less<>> only;  // destinations; empty: all that are not skipped
  bool fail_fast = false;                   // the first destination that fails ends the run
  bool dry_run = false;
  bool clean = false;
  bool check_reproducible = false;
  bool allow_backport = false;
  std::optional<int> rollout;  // basis points of the machines that a new release is for at first
  std::vector<schema::Version> leave_out;  // that only a stolen key lists
  bool leave_out_all = false;              // that dist/ does not prove
  bool strict = false;
  std::size_t parallelism = 1;
  base::Path dist;               // empty: beside the configuration
  std::vector<base::Path> keys;  // --key
  base::Path release_notes;      // --release-notes
  base::Path previous;           // --previous; empty: none
  // A release that waits for signatures: sign it, or publish it with those of these folders.
  bool sign_only = false;
  bool rebuild = false;                // and sign only what is built here with the same bytes
  std::vector<base::Path> signatures;  // --signatures
  base::Path signatures_out;           // --out; empty: signatures/vV beside the configuration
  // Does the run begin with a draft?
  [[nodiscard]] bool resumes() const { return sign_only || !signatures.empty(); }
  // Are its archives those of the draft, and not made here?
  [[nodiscard]] bool takes_archives() const { return resumes() && !rebuild; }
  // What a person says of metadata that is public: the newest timestamp that is given up (--above),
  // and the expired one that is signed again (--revive).
  std::optional<std::uint64_t> above, revive;
};

// A file of a folder of signatures.
struct GivenSignature {
  base::Path file;
  std::string text;
};
// By its name in the folder, which is that of a public file.
using GivenSignatures = std::map<std::string, std::vector<GivenSignature>, std::less<>>;

// What a run needs from outside, besides files.
struct Surroundings {
  const base::Environment& environment;
  const base::Messages& messages;
  base::Time now;
  std::string tool_version;
  // Contents of CCO_RELEASE_KEY, where set.
  const trust::SecretBytes* key_text = nullptr;
  // Asks for the password of a key, from wherever it comes; nothing where there is none.
  Keyring::AskPassword password;
  // Would a person be asked for it?
  bool asks_for_password = false;
  // How to reach destinations.
  Network network = {};
  // Shows what is going to be signed, and asks. Throws where the answer is no.
  std::function<void(const std::vector<std::string>& words)> agree;
};

// The documents of the destination that carries the metadata: each as the metadata proves it, or
// without [trust] by its minisign signature.
struct PublicState {
  std::map<schema::Channel, schema::Manifest> channels;
  std::optional<schema::Manifest> combined;
  // With [trust]: `combined` follows from the channels, and this one is shown.
  bool is_proven = false;
  std::optional<schema::Manifest> shown_combined;
  // With [trust], channels that no metadata by keys of now names, as bytes: it takes over these.
  std::map<schema::Channel, std::string> signed_alone;
  // Manifests (nothing: the combined one) that are there and signed by a stolen key alone.
  std::set<std::optional<schema::Channel>> stolen;
  // The one of schema::manifest_name(channel), or nothing.
  [[nodiscard]] const schema::Manifest* manifest(std::optional<schema::Channel> channel) const;
  // The release as it is public, or nothing. Of one that was promoted, the entry of `channel`
  // where that has one, else that of the most stable channel.
  [[nodiscard]] const schema::Release* find(const schema::Version& version) const;
  [[nodiscard]] const schema::Release* find(const schema::Version& version,
                                            schema::Channel channel) const;
  // The highest of all manifests.
  [[nodiscard]] std::optional<schema::Version> security_floor() const;
  [[nodiscard]] std::optional<schema::Version> newest(schema::Channel channel) const;
};

// An earlier release whose signatures were by a stolen key.
struct CarriedRelease {
  schema::Version version;
  schema::Release entry;
  base::Path assets;  // in dist/
};

struct Action {
  std::string what;   // "put releases/v1.0.0/a.tar.gz"
  std::string where;  // name of the destination
};

// A destination that left the run while the others went on.
struct DestinationFailure {
  std::string name;
  base::Errc code = base::Errc::internal;
  std::string problem;  // one line, with its place
  bool is_optional = true;
  bool awaits_person = false;  // nothing is wrong: a pull request waits to be merged
};

// A change to a tap or bucket whose branch is protected.
struct ProposedChange {
  std::string name;      // of the repository, "homebrew" or "homebrew, scoop"
  std::string url;       // the pull request's page
  bool is_open = false;  // else a person closed it and does not want it
};

// One release as it grows from stage to stage. Each stage reads what those before it have filled.
struct Run {
  const Config& config;
  const RunOptions& options;
  const Surroundings& around;

  std::string home;
  base::Path dist_to_copy_record_from;      // of a dry run: where release.json of the real one is
  trust::Sha256 settings;                   // digest of cco-release.toml
  std::optional<ReleaseIdentity> identity;  // identify
  base::Path folder;                        // dist/V
  std::optional<ReleaseRecord> earlier;     // release.json as the run before left it
  ReleaseRecord record;                     // as this run will leave it
  std::unique_ptr<DigestsAhead> ahead;      // preflight: of archives in dist/V that `earlier` names
  std::vector<Target> targets;              // identify
  bool awaits_build = false;                // build: a dry run cannot know what comes after it
  std::vector<MatchedFile> files;           // beside the binaries, in every archive
  bool warns_again = false;                 // `check`: also about what is packed already
  bool acquires = false;                    // does this run change destinations?
  std::shared_ptr<FolderLocks> locks;       // of dist/ and destinations; one a run
  // Those that take part; the first of them carries the metadata, and the others follow what it
  // shows.
  std::vector<std::unique_ptr<Destination>> destinations;
  std::vector<PackageRepository> packages;    // preflight: tap and bucket
  std::vector<DestinationFailure> failures;   // of those that took part once
  std::vector<ProposedChange> proposed;       // of packages; each is among the failures too
  PublicState before;                         // what is public at the first
  std::vector<CarriedRelease> carried;        // preflight: after a key was stolen
  std::map<std::string, Standing> standings;  // preflight: of each destination, by its name
  std::optional<Product> product;
  std::optional<Keyring> keyring;                     // preflight
  std::vector<ExtraFile> extra_files;                 // package, sorted by name
  std::string checksums;                              // checksum: text of checksums.sha256
  std::optional<schema::Release> release;             // manifest: this release's entry
  std::map<std::string, schema::Manifest> manifests;  // by file name; this run's
  std::optional<std::string> installer_of;  // render: version that the top-level installers pin
  std::vector<std::string> pages;           // render: names in dist/V/site beside the manifests
  // With [trust]: what the trust folder says and what the first destination shows (preflight), and
  // the files of metadata/ and targets/ in the order in which they appear.
  std::optional<FinalTrust> trust;
  PublicMetadata public_metadata;
  MetadataFiles metadata;
  std::set<std::string, std::less<>> expired_channels;  // that stay as they are, which was said
  std::vector<Action> actions;                          // publish: what was done, or would be
  // sign: what each signature adds to its file's name, by the file in dist/V; and the signatures
  // that a dry run would make, by the file's public name.
  std::map<base::Path, std::vector<std::string>> signatures;
  std::map<std::string, std::vector<std::string>, std::less<>> to_be_signed;
  // A run that resumes: the draft, and the signatures that were given.
  std::optional<ReleaseDraft> draft;
  GivenSignatures given;
  // Of a draft, of a release or of a change of pointers: by channel, the versions of metadata that
  // wait to be signed.
  std::map<std::string, std::uint64_t, std::less<>> drafted_roles;
  base::Path signatures_out;  // with --sign-only
  // sign: signatures that nobody here could make, by their public name, with the key that is
  // wanted.
  std::map<std::string, std::string> unsigned_files;
  std::vector<std::string> awaits;  // who has to sign, a line each; any: the release is staged
  bool is_public_already = false;   // so that nothing is left to sign
  bool is_held_back = false;        // publish: what must have the assets lacks them, so no document
                                    // that names them was announced
  std::vector<std::string> held_back_by;  // --only: destinations left alone for which that is so

  [[nodiscard]] bool skips(std::string_view name) const { return options.skip.contains(name); }
  // --only: this one is looked at, and not changed.
  [[nodiscard]] bool leaves_alone(std::string_view destination) const {
    return !options.only.empty() && !options.only.contains(destination);
  }
  // For its destinations.
  [[nodiscard]] Machine machine() const {
    return {around.environment, around.now, locks, around.network};
  }
  // The one of Config::asset_host(). There are destinations.
  [[nodiscard]] Destination& asset_host() const;
  // Where a public file of any name is read.
  [[nodiscard]] const Destination& holder_of(std::string_view public_name) const;
  // Did a destination fail that may not lag behind?
  [[nodiscard]] bool lacks_required() const;
  // As preflight found it, whatever this run did there since.
  [[nodiscard]] Standing standing_of(const Destination& destination) const;
  // Will a destination change, or would it but for a dry run? Or is that prepared by signing?
  [[nodiscard]] bool publishes() const;
};

// dist/ as earlier runs left it; for a dry run, which writes elsewhere, that of the real ones.
const base::Path& dist_with_records(const Run& run);

// "linux-x86_64/tool": a binary among ReleaseRecord::inputs.
std::string input_name(const Target& target, const InputBinary& binary);

// Names in dist/V/assets that are to be public with this release, the signed checksums last: what
// stands beside them is complete. Signatures lie beside those that have one.
std::vector<std::string> asset_names(const Run& run);

// Writes a file of dist/V unless it holds these bytes already. It is not flushed to the disk unless
// somebody asks: the next run compares what it finds with what it needs, and a destination flushes
// its own copy.
void write_if_changed(const base::Path& file, std::string_view bytes, unsigned mode = 0644,
                      base::Durability durability = base::Durability::none);
// dist/V/release.json, flushed: nothing can be compared with it.
void write_record(const Run& run);
trust::Sha256 sha256_of_file(const base::Path& file);
// Both digests in one pass.
std::pair<trust::Sha256, trust::Blake2b> digests_of_file(const base::Path& file);

}  // namespace releaser
