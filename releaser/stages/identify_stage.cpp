#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

namespace releaser {

void prepare_release(Run& run, Problems& problems) {
  problems.collect([&] {
    const bool is_snapshot = run.options.identify.snapshot;
    const GitState git = read_git(run.config.root, is_snapshot ? AllTags::yes : AllTags::no);
    run.identity = identify_release(run.options.identify, run.config.version.scheme,
                                    run.around.environment, git);
  });
  if (!run.identity) return;
  run.folder = run.options.dist / run.identity->version.text();
  run.record.product = run.config.product.name;
  run.record.version = run.identity->version.text();
  run.record.tool_version = run.around.tool_version;
  run.record.date = run.identity->date;
  run.record.settings = run.settings;
  problems.collect([&] { run.targets = resolve_targets(run.config, *run.identity, run.home); });
}

Skipped identify_stage(Run& run) {
  Problems problems;
  prepare_release(run, problems);
  problems.throw_if_any();
  if (run.options.clean) base::remove_tree(run.folder);
  run.around.messages.say(base::cat(run.config.product.name, " ", run.identity->version.text(),
                                    " for ", schema::channel_name(run.identity->channel),
                                    ", dated ", base::format_time(run.identity->date)));
  return std::nullopt;
}

}  // namespace releaser
