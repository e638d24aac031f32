#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest-schema/identity.hpp"
#include "releaser/binary/stamp.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/root_pin.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

schema::Identity identity_of(const Run& run) {
  if (!run.config.sign) {
    throw Error(Errc::config, cat(run.config.file.filename().string(),
                                  ": an agent needs [sign]: it believes the key's signatures only; "
                                  "`cco-release keys new` makes one"));
  }
  if (!run.config.trust) throw Error(Errc::config, agent_without_trust(run.config));
  if (run.config.destinations.empty()) {
    throw Error(Errc::config, cat(run.config.file.filename().string(),
                                  ": an agent needs [[destination]]: its url is where updates come "
                                  "from"));
  }
  schema::Identity identity{.product = run.config.product.name,
                            .agent = agent_name(run.config),
                            .version = run.identity->version,
                            .commit = run.identity->commit,
                            .date = run.identity->date,
                            .base_urls = {},
                            .public_keys = {},
                            .default_channel = run.identity->channel,
                            .root = {}};
  for (const DestinationSettings& destination : run.config.destinations) {
    identity.base_urls.push_back(base::Url::parse(destination.url));
  }
  for (const schema::Channel channel : schema::kChannels) {
    identity.public_keys[channel] = {trust::PublicKey::parse(run.config.sign->public_key)};
  }
  // `package` looks at no destination, and stamps the same.
  identity.root =
      pin_of((run.trust ? *run.trust : read_final_trust(run.config, run.home)).roots.back());
  return identity;
}

void copy_binary(const base::Path& from, const base::Path& to) {
  base::make_directories(to.parent_path());
  base::AtomicFile target(to, 0755, base::Durability::none);
  base::stream_file(base::open_regular_file(from),
                    [&](std::string_view bytes) { target.write(bytes); });
  target.commit();
}

std::string settings_text(const Run& run, const Target& target, bool is_agent,
                          const schema::Identity* identity) {
  std::string text = cat("tool ", run.around.tool_version, "\n");
  if (is_agent) text += schema::encode_identity(*identity);
  for (const Argv& hook : run.config.hooks.after_stamp) {
    for (const std::string& word : fill(hook, target.values))
      text += cat(word, "\n");
  }
  if (!run.config.hooks.after_stamp.empty()) {
    for (const std::string& variable : target.environment)
      text += cat(variable, "\n");
  }
  return text + cat(target.platform.name(), "\n");
}

// The file that an earlier run made of the same source with the same settings, if it is whole. A
// dry run finds it in the real dist/.
std::optional<base::Path> stamped_before(const Run& run, const std::string& name,
                                         const trust::Sha256& settled_by) {
  if (!run.earlier) return std::nullopt;
  const auto known = run.earlier->stamped.find(name);
  if (known == run.earlier->stamped.end() || known->second.settled_by != settled_by) {
    return std::nullopt;
  }
  const base::Path folder = run.dist_to_copy_record_from.empty()
                                ? run.folder
                                : run.dist_to_copy_record_from / run.identity->version.text();
  const base::Path file = folder / name;
  if (!std::filesystem::exists(file) || sha256_of_file(file) != known->second.result) {
    return std::nullopt;
  }
  return file;
}

}  // namespace

void run_after_stamp_hooks(const Run& run, const Target& target, const base::Path& binary);

Skipped stamp_stage(Run& run) {
  const bool has_hooks = !run.config.hooks.after_stamp.empty();
  bool did_something = false;
  std::optional<schema::Identity> identity;
  for (Target& target : run.targets) {
    for (InputBinary& binary : target.binaries) {
      const bool is_agent = binary.role != BinaryRole::product;
      if (!is_agent && !has_hooks) continue;
      did_something = true;
      if (is_agent && !identity) identity = identity_of(run);
      const std::string name = cat("stamped/", target.platform.name(), "/", binary.name);
      const base::Path out = run.folder / name;
      const trust::Sha256 source = sha256_of_file(binary.source);
      run.record.inputs[input_name(target, binary)] = source;
      const trust::Sha256 settled_by = trust::sha256_of(
          cat(source.hex(), "\n",
              settings_text(run, target, is_agent, identity ? &*identity : nullptr)));
      if (const auto done = stamped_before(run, name, settled_by)) {
        binary.packed = *done;
        run.record.stamped[name] = run.earlier->stamped.at(name);
        continue;
      }
      // What a hook would make of it is not known to a dry run, so neither is whether it is public.
      const bool is_public = run.before.find(run.identity->version) != nullptr;
      if (run.options.dry_run && has_hooks && is_public) run.awaits_build = true;
      binary.packed = out;
      base::with_context(target.platform.name(), [&] {
        base::make_directories(out.parent_path());
        if (is_agent) {
          stamp_agent(binary.source, out, *identity);
        } else {
          copy_binary(binary.source, out);
        }
        run_after_stamp_hooks(run, target, out);
      });
      run.record.stamped[name] = {settled_by, sha256_of_file(out)};
    }
  }
  return did_something ? std::nullopt : Skipped("there is no agent, and no hook after it");
}

}  // namespace releaser
