#include "tests/agent/situation.hpp"

#include "base/error.hpp"
#include "tests/support/signing.hpp"

#include <chrono>
#include <variant>

namespace test {
namespace {

using agent::Held;
using agent::Install;
using agent::Refused;
using agent::UpToDate;

const schema::Machine this_machine{schema::OperatingSystem::linux,
                                   schema::Architecture::x86_64,
                                   schema::Libc::glibc,
                                   "2.36",
                                   "",
                                   ""};
constexpr std::string_view kInstallId = "00112233445566778899aabbccddeeff";

}  // namespace

schema::Version version(std::string_view text) { return schema::Version::parse(text); }

schema::Release release(std::string_view text, schema::Channel channel) {
  ReleaseBlueprint blueprint;
  blueprint.version = text;
  blueprint.channel = channel;
  blueprint.archive_bytes = text;
  blueprint.published = now() - std::chrono::hours(24);
  return make_release(blueprint);
}

schema::Notice notice(std::string_view reason) { return {std::string(reason), std::nullopt}; }

std::vector<schema::RolloutStep> rollout(int basis_points) {
  return {{now() - std::chrono::hours(1), basis_points}};
}

Situation::Situation(const std::vector<std::string_view>& versions, std::string_view installed)
    : input{.available = {},
            .config = {},
            .machine = this_machine,
            .installed = {},
            .request = {},
            .now = test::now(),
            .built = test::now() - std::chrono::hours(48),
            .local_minute_of_week = 0,
            .install_id = std::string(kInstallId)} {
  for (const std::string_view text : versions) {
    const schema::Channel channel = schema::channel_of(version(text));
    input.available.releases.emplace(version(text), release(text, channel));
  }
  if (!installed.empty()) input.installed.current = version(installed);
}

schema::Release& Situation::at(std::string_view text) {
  return input.available.releases.at(version(text));
}

std::string outcome_of(const agent::PlanInput& input) {
  const agent::Decision decision = agent::make_plan(input);
  struct Visitor {
    std::string operator()(const Install& install) const {
      return std::string(install.downgrade ? "down to " : "install ") + install.version.text();
    }
    std::string operator()(const UpToDate&) const { return "up to date"; }
    std::string operator()(const Held& held) const {
      return "held " + held.version.text() + " by " + std::string(agent::rule_name(held.rule));
    }
    std::string operator()(const Refused& refused) const {
      return "refused " + std::to_string(base::exit_status(refused.code));
    }
  };
  return std::visit(Visitor{}, decision.outcome);
}

}  // namespace test
