#pragma once

#include "agent/plan.hpp"

#include <optional>
#include <string>
#include <utility>

namespace agent {

// One release against the rules: a part of make_plan(), pure like it.

bool is_ordered(const PlanInput& input);  // by --version
bool is_upgrade(const PlanInput& input, const schema::Version& version);
bool is_below_floor(const PlanInput& input, const schema::Version& version);
// Of a channel that this installation follows.
bool is_seen(const PlanInput& input, const schema::Release& release);
const schema::Release* find_release(const PlanInput& input, const schema::Version& version);
// The installed version may not stay: withdrawn, or below the floor.
bool current_must_go(const PlanInput& input);
// A step over a breaking release breaks as much as a step onto it.
std::optional<schema::Version> breaking_step(const PlanInput& input, const schema::Version& to);

// The rules that give way, one after the other, where the current version must be left: each level
// lifts what the ones before it lift.
enum class Lifted { nothing, rollout, window, skip, pin, hold, halt };

// Judges releases one by one; the checks stand in the order of precedence.
class Judge {
 public:
  // `input` must outlive it.
  Judge(const PlanInput& input, bool must_go, Lifted lifted)
      : m_input(input), m_must_go(must_go), m_lifted(lifted) {}

  [[nodiscard]] Verdict judge(const schema::Version& version, const schema::Release& release) const;

  // Where a release goes on this machine.
  struct Archive {
    schema::Platform platform;
    const schema::PlatformEntry* entry;
  };
  struct Refusal {
    Rule rule = Rule::taken;
    std::string reason;
  };
  // The first archive that exists and whose requirements the machine meets.
  [[nodiscard]] std::pair<std::optional<Archive>, Refusal> find_archive(
      const schema::Release& release) const;

 private:
  using MaybeRefusal = std::optional<Refusal>;
  // Every rule from `blocked` on is a member function of this type.
  using Check = MaybeRefusal(const schema::Version& version, const schema::Release& release,
                             const Archive& archive) const;

  [[nodiscard]] bool lifts(Lifted level) const { return m_must_go && m_lifted >= level; }
  [[nodiscard]] std::optional<std::string> wrong_channel(const schema::Release& release) const;
  Check blocked, halted, held, pinned, skipped, stepping_stone, breaking, window, rollout;

  const PlanInput& m_input;
  bool m_must_go;
  Lifted m_lifted;
};

}  // namespace agent
