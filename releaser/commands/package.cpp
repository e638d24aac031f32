#include "releaser/commands/package.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/commands/stop_notice.hpp"
#include "releaser/stages.hpp"

namespace releaser {
namespace {

namespace json = base::json;

void print_result(const Run& run, bool as_json, std::ostream& out) {
  const base::Path assets = run.folder / "assets";
  if (!as_json) {
    for (const Target& target : run.targets) {
      out << target.packed->sha256.hex() << "  " << (assets / target.asset).string() << "  "
          << base::human_size(target.packed->size) << '\n';
    }
    for (const ExtraFile& file : run.extra_files) {
      out << file.sha256.hex() << "  " << (assets / file.name).string() << "  "
          << base::human_size(file.size) << '\n';
    }
    return;
  }
  json::Array archives;
  for (const Target& target : run.targets) {
    archives.emplace_back(json::Object{{"platform", target.platform.name()},
                                       {"path", (assets / target.asset).string()},
                                       {"size", target.packed->size},
                                       {"sha256", target.packed->sha256.hex()}});
  }
  json::Array further;
  for (const ExtraFile& file : run.extra_files) {
    further.emplace_back(json::Object{{"path", (assets / file.name).string()},
                                      {"size", file.size},
                                      {"sha256", file.sha256.hex()}});
  }
  out << json::write(json::Object{{"schema", 1},
                                  {"product", run.config.product.name},
                                  {"version", run.identity->version.text()},
                                  {"channel", schema::channel_name(run.identity->channel)},
                                  {"date", base::format_time(run.identity->date)},
                                  {"archives", std::move(archives)},
                                  {"files", std::move(further)}},
                     json::Style::pretty);
}

int run_package(const Services& services, const base::Arguments& arguments) {
  RunOptions options = run_options(arguments);
  // Nothing that a destination would show is needed, so none is read.
  options.skip = {"manifest", "render", "sign", "publish"};
  tell_when_stopped();
  with_run(services, arguments, options, [&](Run& run) {
    const DistFolder dist(run);
    run_stages(run, Until::checksum);
    print_result(run, wants_json(arguments), services.out);
  });
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_package(const Services& services) {
  std::vector<base::Option> options = release_options();
  options.push_back(previous_option());
  return {.name = "package",
          .aliases = {},
          .summary = "pack each platform's binaries into dist/V, without network or key",
          .description =
              "Identifies the release, builds, stamps, inspects, packs and writes checksums. The "
              "same inputs give the same bytes on every machine; what is packed already is kept.",
          .options = std::move(options),
          .positionals = {},
          .examples = {{"cco-release package --version 1.4.0", "archives in dist/1.4.0/assets"},
                       {"cco-release package --snapshot", "the same for a commit without a tag"},
                       {"cco-release package --version 1.4.0 --previous previous",
                        "with deltas from the releases in that folder"},
                       {"cco-release package --version 1.4.0 --check-reproducible",
                        "packs twice and compares"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_package(services, arguments);
          }};
}

}  // namespace releaser
