#pragma once

#include "releaser/pointers/edit.hpp"

#include <string>
#include <string_view>
#include <vector>

// Manifests as publishing makes them, and what an edit made of them, as short texts.
namespace test {

struct Listed {
  std::string version;
  schema::Channel channel = schema::Channel::stable;
};
// Published in this order, each an hour after the one before.
releaser::PublicManifests published(const std::vector<Listed>& releases);

// 1.0.0 and 1.1.0, both stable.
const releaser::PublicManifests& two_stable();
// 1.0.0, 1.1.0-beta.1, 1.1.0 and 1.2.0-beta.1 in stable and beta.
const releaser::PublicManifests& stable_and_beta();

// Later than all of that.
base::Time later();

releaser::Edited edited(const releaser::EditResult& result);
// "9: no public manifest lists 3.0.0; …"; "" for what is possible.
std::string refusal(const releaser::EditResult& result);

// "stable 2: 1.0.0 1.1.0(yanked) latest 1.0.0", then the combined one as "all". `names` of
// manifests: "stable", "beta", "nightly", "all".
std::string shown(const releaser::PublicManifests& manifests, std::string_view name);

schema::Version version(std::string_view text);

// What every edit must keep: the same again is nothing, generations count changes, `latest` is
// listed, and each manifest can be written and read again. Gives what is wrong, or "".
std::string broken_rule(const releaser::PublicManifests& before, const releaser::Edited& after);

}  // namespace test
