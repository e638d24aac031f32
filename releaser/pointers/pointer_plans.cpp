#include "releaser/pointers/pointer_plans.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/pointers/public_pointers.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

std::vector<Found> find_all(const Destination& destination, const std::vector<WantedFile>& files) {
  std::vector<Found> found;
  found.reserve(files.size());
  for (const WantedFile& file : files)
    found.push_back(destination.find(file));
  return found;
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

}  // namespace

PublicationPlan plan_for_site(const Run& run, const Destination& destination,
                              const Publication& wanted) {
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
  return plan;
}

Plans plans_for(Run& run, const Publication& wanted) {
  Plans plans;
  at_each_site(run, [&](Destination& destination) {
    plans.emplace_back(&destination, plan_for_site(run, destination, wanted));
  });
  return plans;
}

PublicationPlan& plan_of(Plans& plans, const Destination& destination) {
  return std::find_if(plans.begin(), plans.end(),
                      [&](const auto& each) { return each.first == &destination; })
      ->second;
}

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

void require_keys(Run& run, const std::optional<MetadataPlan>& plan) {
  const std::vector<std::string> missing = missing_keys(run, plan);
  if (missing.empty()) return;
  throw Error(Errc::config,
              cat(base::join(missing, "; "),
                  "; nothing new is public: run the same command where the keys are, or give them "
                  "by --key FILE (repeat it for several)"));
}

}  // namespace releaser
