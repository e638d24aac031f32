#pragma once

#include "releaser/stages/run.hpp"
#include "releaser/trust/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// When is what a role signed renewed for its time alone? A publish renews it when it is near its
// end: a third of its lifetime, 60 days at most. A refresh keeps to its schedule
// (TrustRole::renew_below).
inline constexpr std::chrono::days kNearTheEnd{60};
enum class Renewal { near_the_end, on_schedule };
RoleTerms role_terms(const TrustPolicy& policy, Renewal renewal);

// What the trust folder of the configuration says in the end. Throws where there is none, with
// what to do.
FinalTrust read_final_trust(const Config& config, std::string_view home);
trust::tuf::Root newest_root(const FinalTrust& trust);
trust::tuf::Targets targets_of(const FinalTrust& trust);

// By channel, the manifests of this run (run.manifests) and those that its metadata takes over by
// other proof, with their bytes; all others stay as they are.
std::map<std::string, std::string, std::less<>> channel_manifests(const Run& run);

// Reads public files of a destination.
ReadPublic reader_of(const Destination& destination);

// What is added to a message about a key that is missing.
inline constexpr std::string_view kRunWhereTheKeyIs =
    "; run the same command where it is, or give it by --key FILE (repeat it for several)";

// "the metadata of stable needs 1 more signature, by key RW…".
std::string describe_missing(const MissingSignatures& missing, const TrustPolicy& policy);

// Raw signatures by the identity of their key, each over the metadata of some channel.
using RoleSignatures = std::multimap<std::string, std::string, std::less<>>;

// Signs what the plan says with the keys of the run and with signatures that holders of others have
// sent. Throws Errc::config where some are missing, before any key is used.
MetadataFiles sign_metadata(Run& run, const MetadataPlan& plan, const WantedMetadata& wanted,
                            const RoleSignatures& given = {});

// What stopped runs left at any destination of this run, this one included.
void find_left_files(Run& run);

// Is it a manifest that some run on this machine has made?
bool is_in_dist(const Run& run, std::string_view channel, const std::string& manifest);
// Of the channels that the plan keeps, those that have expired: which was said.
void note_expired_channels(Run& run, const MetadataPlan& plan);

// Does some platform get an agent? One believes metadata alone, so that [trust] must be there too.
bool has_agent(const Config& config);
std::string agent_without_trust(const Config& config);

// Preflight. The trust folder is there, proven, in time and what the configuration says; the public
// metadata is whole: true, so that channels can be proven by it.
bool check_trust(Run& run, Problems& problems);
// Preflight, after the keys were looked at: are there enough for what a new release needs?
void check_metadata_keys(Run& run, Problems& problems);

// A destination that follows the first: throws Errc::conflict where its metadata is newer than what
// it would get, warns where it is damaged.
void check_follower_metadata(const Run& run, const Destination& follower);

// Before the timestamp is announced: walks what the destination shows, as it will be with it.
void verify_metadata_before_announcing(const Run& run, const Destination& destination);

}  // namespace releaser
