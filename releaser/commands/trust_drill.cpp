#include "releaser/commands/trust_drill.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/trust_place.hpp"
#include "releaser/trust/drill.hpp"

namespace releaser {
namespace {

using base::cat;

// The same steps with the files and keys of this product.
void tell_what_to_do(const Config& config, const base::Path& folder, std::ostream& out) {
  const TrustPolicy policy = trust_policy(config);
  const std::string file = config.file.filename().string();
  const auto keys = [&](std::string_view role) {
    std::vector<std::string> lines;
    for (const trust::PublicKey& key : policy.role(role).keys)
      lines.push_back(key.line());
    return lines.empty() ? std::string("none yet") : base::join(lines, ", ");
  };
  out << "\nWhat you would do now\n"
      << "  Know where these are: root keys " << keys("root") << "; "
      << policy.role("root").authority.threshold << " of them must sign.\n"
      << "  Online key stolen (" << keys("timestamp")
      << "):\n    cco-release keys new; put its line into `online` of [trust.keys] in " << file
      << "; give CI the new secret\n"
      << "  Release key stolen (" << keys("stable")
      << "):\n    cco-release keys new; put its line into `stable` of [trust.keys] and "
         "`public_key` "
         "of [sign]\n"
      << "  Root key lost or stolen:\n    cco-release keys new; put its line in its place in "
         "`root`\n"
      << "  Then, each time:\n"
      << "    cco-release trust rotate\n"
      << "    cco-release trust sign --key FILE   (each holder, here or with a copy of "
      << folder.string() << ")\n"
      << "    cco-release trust finalize\n"
      << "    git commit " << folder.string() << " " << file << '\n'
      << "    cco-release publish                 (or cco-release trust refresh)\n";
}

int run_trust_drill(const Services& services, const base::Arguments& arguments) {
  const Config config = load_trust_config(arguments);
  const base::TemporaryDirectory scratch(services.environment.find("TMPDIR").value_or("/tmp"),
                                         "cco-release-drill-");
  trust::forbid_core_files();
  rehearse(config, scratch.path(), services.now, services.out);
  tell_what_to_do(config, trust_folder_of(config, services), services.out);
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_trust_drill(const Services& services) {
  return {.name = "trust drill",
          .aliases = {},
          .summary = "rehearse a key that changes, is stolen or is lost, with throw-away keys",
          .description =
              "Does in a temporary folder what would be done in earnest, with keys that are thrown "
              "away, and lets an updater judge the outcome: a root key changes hands, the online "
              "key is stolen, a release key is stolen, a root key is lost. Nothing of the product "
              "is read but its configuration, and nothing is changed. Ends with what you would do "
              "now.",
          .options = {},
          .positionals = {},
          .examples = {{"cco-release trust drill", "once a year, and before you need it"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_trust_drill(services, arguments);
          }};
}

}  // namespace releaser
