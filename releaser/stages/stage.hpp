#pragma once

#include "releaser/stages/run.hpp"

#include <optional>
#include <string>

namespace releaser {

// Why a stage does not apply, which is a success; nothing where it did its work.
using Skipped = std::optional<std::string>;

// Each in a file of its own; the list that says what is true after each is ../stages.cpp.
Skipped identify_stage(Run& run);
Skipped preflight_stage(Run& run);
Skipped build_stage(Run& run);
Skipped stamp_stage(Run& run);
Skipped inspect_stage(Run& run);
Skipped package_stage(Run& run);
Skipped restore_stage(Run& run);
Skipped checksum_stage(Run& run);
Skipped manifest_stage(Run& run);
Skipped render_stage(Run& run);
Skipped draft_stage(Run& run);
Skipped sign_stage(Run& run);
Skipped metadata_stage(Run& run);
Skipped publish_stage(Run& run);

// Shared by stages and by `check`.
// What each destination that takes part shows now: run.before and run.standings.
//   has_metadata  as check_trust() found it
void read_standings(Run& run, Problems& problems, bool has_metadata);
// Everything that preflight looks at, for `check` too; throws nothing that a problem can say.
void inspect_everything(Run& run, Problems& problems);
// The end of a look at things: warnings are said, or with --strict are problems like the others.
// Throws if there are problems, with what destinations failed at.
void conclude(const Run& run, Problems& problems);
// Do hooks run that may make or change any file of the project?
bool makes_files(const Run& run);
// The files of [archive], hashed.
void find_archive_files(Run& run, Problems& problems);
// Does the build stage make the binaries of this platform, or may it?
bool is_built(const Run& run, const Target& target);
// Is what will be packed there at preflight: nothing builds it, stamps it or changes it by a hook?
bool is_final(const Run& run, const Target& target, const InputBinary& binary);
using WhichBinaries = std::function<bool(const Target& target, const InputBinary& binary)>;
// Warns of what looks wrong with some binaries ("Beyond architecture"), once for a release: what is
// packed already was looked at, unless somebody asks again. Meanwhile, what every machine does with
// the release before it uses it is done here for the platforms that this machine can run and whose
// probe is among `which`: a problem where they would refuse it. A version that is public already is
// not tried again.
void examine_binaries(const Run& run, Problems& problems, const WhichBinaries& which);
// Could a hook or a command of the build stage still bring an agent?
bool may_make_agents(const Run& run);
// Says which platforms have no agent; a problem where [agent] gives none to any platform.
void check_agents(const Run& run, Problems& problems);
// The same where one may still be made: a warning if there is none yet.
void warn_without_agents(const Run& run, Problems& problems);
// Inspects and hashes some binaries, on all cores, and sums up the floors of each platform.
void inspect_targets(Run& run, Problems& problems, const WhichBinaries& which);
// The text of [release] notes_file. Throws Errc::config where it is none that users could read.
std::string read_notes(const Run& run);
// Which release this is, where its files stand, and what the configuration says for each platform.
void prepare_release(Run& run, Problems& problems);
// Reads the signed documents of a destination; those of a stolen key are named alone. Throws
// Errc::untrusted with advice for one that is damaged. The caller says which destination it was.
PublicState read_public_state(const Destination& destination, const Config& config,
                              const base::Path& own_site);
// Another destination than the first: throws Errc::conflict where it shows something newer, warns
// of a document that is damaged. Gives Standing::site.
Known check_follows(const Destination& follower, const Run& run, Problems& problems);
// Do the signed checksums of the version at hand stand there? They are put last of its assets.
bool has_signed_checksums(const Destination& destination, const Run& run);
// Versions go up, releases do not change: the rules of manifest.md about what is public.
void check_against_public_state(const Run& run, Problems& problems);
// Key file, its mode, git, its password, its public key. `unlock`: the key will be needed;
// `without_asking`: where no person must type its password.
enum class Unlock { no, without_asking, yes };
// `may_be_away`: everything may be signed already; whoever signs something after all says which key
// is missing.
enum class Presence { needed, may_be_away };
void check_signing_key(Run& run, Problems& problems, Unlock unlock,
                       Presence presence = Presence::needed);
// A key of [sign], by its public one. Unlocks it unless it is unlocked.
const Signer& unlocked_key(Run& run, const trust::PublicKey& wanted);
// Throws Errc::config unless a key could be at hand that this release needs.
void require_some_key(Run& run);
// Any key that this run was given; nothing where it was not. Unlocks it.
const Signer* find_key(Run& run, const trust::tuf::Key& wanted);
// Whose key CCO_RELEASE_KEY holds; nothing where there is none, and where only a person could give
// its password. Throws Errc::config for one that is damaged, or has another password.
std::optional<trust::PublicKey> key_of_environment(Run& run);
// The same question as find_key before anything is unlocked: a key file that does not say whose it
// is may be that one.
bool may_have_key(Run& run, const trust::tuf::Key& wanted);

}  // namespace releaser
