#include "releaser/stages/proven_state.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/signed_manifest.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;

schema::Manifest parse_target(const tuf::TargetBytes& target, schema::Channel channel,
                              const std::string& product) {
  schema::Manifest manifest = schema::parse_manifest(target);
  if (manifest.product == product && manifest.channel == channel) return manifest;
  throw Error(Errc::untrusted, cat(schema::manifest_name(channel),
                                   " that the metadata names is of another product or channel; "
                                   "nothing was changed: find out who signed it"));
}

class StateReader {
 public:
  StateReader(const Run& run, const base::Path& own_site, Problems& problems)
      : m_run(run),
        m_own_site(own_site),
        m_problems(problems),
        m_first(*run.destinations.front()),
        m_targets(
            tuf::parse_targets(tuf::parse_envelope(run.trust->targets, tuf::kByteLimits.targets))) {
  }

  PublicState read() {
    for (const schema::Channel channel : schema::kChannels)
      read_channel(channel);
    m_state.is_proven = true;
    return std::move(m_state);
  }

 private:
  void read_channel(schema::Channel channel) {
    const MetadataSet::Role* const role = find_role(channel);
    const bool is_listed = role != nullptr && role->manifest;
    if (is_listed && is_by_present_keys(channel, *role)) {
      const auto manifest = parse_target(*role->manifest, channel, m_run.config.product.name);
      compare_with_what_is_beside(channel, role->manifest->bytes(), manifest);
      m_state.channels.emplace(channel, manifest);
    } else if (is_by_stolen_key(m_first, channel, m_run.config, m_own_site)) {
      m_state.stolen.insert(channel);
    } else if (is_listed) {
      take_after_change_of_keys(channel, *role->manifest);
    } else if (auto beside = read_beside(channel)) {
      require_newest(beside->manifest);
      take(channel, std::move(*beside));
    }
  }

  [[nodiscard]] const MetadataSet::Role* find_role(schema::Channel channel) const {
    if (!m_run.public_metadata.set) return nullptr;
    const auto& channels = m_run.public_metadata.set->channels;
    const auto found = channels.find(schema::channel_name(channel));
    return found == channels.end() ? nullptr : &found->second;
  }

  [[nodiscard]] bool is_by_present_keys(schema::Channel channel,
                                        const MetadataSet::Role& role) const {
    const tuf::Delegation* const delegation =
        m_targets.find_delegation(schema::channel_name(channel));
    return delegation != nullptr &&
           is_signed_by(role.bytes, delegation->authority, tuf::kByteLimits.targets);
  }

  [[nodiscard]] std::optional<SignedManifest> read_beside(schema::Channel channel) const {
    return read_signed_manifest(m_first, channel, m_run.config, m_own_site);
  }
  [[nodiscard]] bool is_ours(schema::Channel channel, const std::string& bytes) const {
    return is_in_dist(m_run, schema::channel_name(channel), bytes);
  }

  void take(schema::Channel channel, SignedManifest found) {
    m_state.signed_alone.emplace(channel, std::move(found.bytes));
    m_state.channels.emplace(channel, std::move(found.manifest));
  }

  // Where a person says --above, what is made next is above what was remembered.
  void require_newest(const schema::Manifest& manifest) const {
    if (!m_run.options.above) require_newest_generation(m_run, manifest);
  }

  // Who has replaced the keys may have done it because of what they signed last.
  void take_after_change_of_keys(schema::Channel channel, const tuf::TargetBytes& named) {
    if (is_ours(channel, named.bytes())) {
      schema::Manifest manifest = parse_target(named, channel, m_run.config.product.name);
      require_newest(manifest);
      take(channel, {named.bytes(), std::move(manifest)});
      return;
    }
    auto beside = read_beside(channel);
    if (beside && beside->bytes == named.bytes()) {
      require_newest(beside->manifest);
    } else if (!beside || !is_ours(channel, beside->bytes)) {
      throw Error(
          Errc::untrusted,
          cat(schema::manifest_name(channel), ": the keys of ", schema::channel_name(channel),
              " were replaced, and what the metadata by the keys before names is not what stands "
              "beside it, so that neither is believed; nothing was changed: publish on a machine "
              "whose dist/ has what was published last, or put that file and its .minisig back"));
    }
    take(channel, std::move(*beside));
  }

  void compare_with_what_is_beside(schema::Channel channel, const std::string& proven_bytes,
                                   const schema::Manifest& proven) {
    const std::string name = cat(m_first.place(), ": ", schema::manifest_name(channel));
    const std::string_view advice =
        !m_run.identity || (channel == m_run.identity->channel && m_run.publishes())
            ? "; it is written anew"
            : "; the next publish to that channel writes it anew";
    std::optional<SignedManifest> beside;
    try {
      beside = read_beside(channel);
    } catch (const Error&) {
      m_problems.warn(cat(name,
                          " is damaged, or not signed by a key that counts; the metadata "
                          "proves generation ",
                          proven.generation, advice));
      return;
    }
    if (!beside) {
      m_problems.warn(cat(name, " is missing beside the metadata", advice));
    } else if (beside->bytes == proven_bytes) {
      return;
    } else if (beside->manifest.generation > proven.generation) {
      tell_of_stopped_run(name, beside->manifest, proven);
    } else {
      m_problems.warn(cat(name, " has generation ", beside->manifest.generation,
                          ", and the metadata proves generation ", proven.generation, advice));
    }
  }

  // Manifests are announced before the timestamp. Of the release at hand it was this very command.
  void tell_of_stopped_run(const std::string& name, const schema::Manifest& beside,
                           const schema::Manifest& proven) {
    std::vector<std::string> unfinished;
    for (const auto& [version, release] : beside.versions)
      if (!proven.versions.contains(version)) unfinished.push_back(version.text());
    const bool is_of_this_run = m_run.identity && unfinished.size() == 1 &&
                                unfinished.front() == m_run.identity->version.text();
    if (is_of_this_run) return;
    m_problems.warn(
        cat(name, " has generation ", beside.generation,
            unfinished.empty() ? std::string() : cat(" and lists ", base::join(unfinished, ", ")),
            ", and the metadata proves generation ", proven.generation,
            ": a command was stopped there, and no agent knows what it did; run that again"));
  }

  const Run& m_run;
  const base::Path& m_own_site;
  Problems& m_problems;
  const Destination& m_first;
  tuf::Targets m_targets;
  PublicState m_state;
};

}  // namespace

PublicState read_proven_state(const Run& run, const base::Path& own_site, Problems& problems) {
  return StateReader(run, own_site, problems).read();
}

namespace {

// Each publish to a channel raises that of the combined manifest by one, too.
std::uint64_t sum_of_generations(const std::map<schema::Channel, schema::Manifest>& channels) {
  std::uint64_t sum = 0;
  for (const auto& [channel, manifest] : channels)
    sum += manifest.generation;
  return sum;
}

}  // namespace

void combine_proven_state(Run& run, const base::Path& own_site) {
  const Destination& first = *run.destinations.front();
  PublicState& before = run.before;
  try {
    auto shown = read_signed_manifest(first, std::nullopt, run.config, own_site);
    if (shown) before.shown_combined = std::move(shown->manifest);
  } catch (const Error& error) {
    // It is made anew, and nothing is taken from it.
    run.around.messages.detail(cat(first.place(), ": ", error.what()));
  }
  if (before.channels.empty()) return;
  before.combined = combine_manifests(before.channels, run.config.product.name);
  std::uint64_t& generation = before.combined->generation;
  const auto& shown = before.shown_combined;
  if (!shown || !say_the_same(*shown, *before.combined)) {
    generation += sum_of_generations(before.channels);
  }
  if (shown) generation = std::max(generation, shown->generation);
  const auto remembered = remembered_generations(run, first);
  const auto known = remembered.find(schema::manifest_name(std::nullopt));
  if (known != remembered.end()) generation = std::max(generation, known->second);
}

schema::Manifest combined_with(const Run& run,
                               const std::map<schema::Channel, schema::Manifest>& changed) {
  std::map<schema::Channel, schema::Manifest> channels = changed;
  channels.insert(run.before.channels.begin(), run.before.channels.end());
  schema::Manifest combined = combine_manifests(channels, run.config.product.name);
  const auto& before = run.before.combined;
  // What a stopped run has announced is announced again.
  for (const auto* const known : {&before, &run.before.shown_combined}) {
    if (!*known || !say_the_same(combined, **known)) continue;
    combined.generation = (*known)->generation;
    return combined;
  }
  combined.generation = before ? before->generation + 1 : sum_of_generations(channels);
  return combined;
}

}  // namespace releaser
