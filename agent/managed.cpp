#include "agent/managed.hpp"

#include "agent/package_receipts.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <system_error>

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

// A plain file is replaced by what made it.
std::string installer_line(const Services& services) {
  return cat("curl -fsSL ", services.identity.base_urls.front().text(),
             "/install.sh | bash -s -- --unmanaged");
}

std::string refusal_text(const Services& services, const Ownership& ownership, Wanted wanted) {
  const std::string command = keeper_command(services, ownership, wanted);
  const std::string_view verb = wanted == Wanted::update ? "update" : "remove";
  if (ownership.keeper == Keeper::distribution) {
    return cat("this ", services.layout.program,
               " was built to be updated by the package manager that installed it, not by itself");
  }
  if (ownership.keeper == Keeper::nobody) {
    return cat(services.executable.native(), " is a plain file that was not installed by ",
               services.layout.program, ", and there is no installation in ",
               services.layout.root.native(), "; ", verb, " it by: ", command, "; or run `",
               services.layout.program, " install` for one that updates itself");
  }
  return cat(services.executable.native(), " belongs to ", keeper_text(ownership), "; ", verb,
             " it by: ", command);
}

[[noreturn]] void refuse(const Services& services, const Ownership& ownership, Wanted wanted) {
  const std::string reason = refusal_text(services, ownership, wanted);
  if (services.json) {
    services.out << json::write(
        json::Object{{"schema", 1},
                     {"product", services.identity.product},
                     {"status", "managed"},
                     {"reason", reason},
                     {"managed_by", keeper_json(services, ownership, wanted)}},
        json::Style::pretty);
  }
  throw base::Error(base::Errc::managed, reason);
}

}  // namespace

Ownership decide_ownership(const OwnershipFacts& facts) {
  Ownership of_package{Keeper::package, facts.owner};
  if (facts.self_update == SelfUpdate::left_to_distribution) {
    return facts.owner ? of_package : Ownership{Keeper::distribution, std::nullopt};
  }
  if (facts.is_own_version) return {};
  if (facts.owner) return of_package;
  return {facts.has_installation ? Keeper::itself : Keeper::nobody, std::nullopt};
}

Ownership find_ownership(const Services& services) {
  const Layout& layout = services.layout;
  std::error_code ignored;
  const auto is_there = [&](std::string_view name) {
    return std::filesystem::exists(layout.state_file(name), ignored);
  };
  OwnershipFacts facts{.self_update = services.self_update,
                       .is_own_version = services.executable.native().starts_with(
                           cat(layout.versions.native(), "/")),
                       .has_installation = is_there("receipt.json") || is_there("journal.json"),
                       .owner = std::nullopt};
  if (!facts.is_own_version || facts.self_update == SelfUpdate::left_to_distribution) {
    facts.owner = find_package_owner("/", services.executable);
  }
  return decide_ownership(facts);
}

std::string keeper_command(const Services& services, const Ownership& ownership, Wanted wanted) {
  if (ownership.keeper == Keeper::package) {
    return wanted == Wanted::update ? update_command(*ownership.owner)
                                    : removal_command(*ownership.owner);
  }
  if (ownership.keeper != Keeper::nobody) return {};
  return wanted == Wanted::update ? installer_line(services)
                                  : cat("rm ", services.executable.native());
}

std::string keeper_text(const Ownership& ownership) {
  switch (ownership.keeper) {
    case Keeper::itself:
      return "itself";
    case Keeper::package:
      return cat("the package ", ownership.owner->package, " of ",
                 manager_name(ownership.owner->manager));
    case Keeper::distribution:
      return "the package manager that installed it";
    case Keeper::nobody:
      return "nobody";
  }
  return "";
}

json::Value keeper_json(const Services& services, const Ownership& ownership, Wanted wanted) {
  if (ownership.keeper == Keeper::itself) return {};
  const auto text_or_null = [](std::string text) {
    return text.empty() ? json::Value() : json::Value(std::move(text));
  };
  const auto& owner = ownership.owner;
  return json::Object{
      {"manager", owner ? json::Value(manager_name(owner->manager)) : json::Value()},
      {"package", owner ? json::Value(owner->package) : json::Value()},
      {"command", text_or_null(keeper_command(services, ownership, wanted))}};
}

void require_unmanaged(const Services& services, Wanted wanted) {
  const Ownership ownership = find_ownership(services);
  if (ownership.keeper != Keeper::itself) refuse(services, ownership, wanted);
}

void require_self_update(const Services& services) {
  if (services.self_update == SelfUpdate::left_to_distribution) require_unmanaged(services);
}

}  // namespace agent
