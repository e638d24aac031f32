#include "releaser/stages/release_page.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/changelog/changelog.hpp"
#include "releaser/changelog/section.hpp"
#include "releaser/render/release_page.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
// GitHub takes 125,000 characters, and install commands and the table of files need some.
constexpr std::size_t kMaxPageNotesBytes = 100UL * 1000;

std::string given_notes(const base::Path& file) {
  std::string text;
  try {
    text = base::read_file(file, kMaxPageNotesBytes);
  } catch (const Error& error) {
    throw Error(Errc::config,
                cat("--release-notes: ", error.what(), "; give a text file of at most 100 KB"));
  }
  if (base::safe_text(text, text.size()) != text) {
    throw Error(Errc::config, cat("--release-notes ", file.string(),
                                  " is no plain text; remove control characters and what is not "
                                  "UTF-8"));
  }
  return text;
}

bool fits(const Run& run, bool windows) {
  return std::any_of(run.targets.begin(), run.targets.end(), [&](const Target& target) {
    return target.platform.executable_suffix().empty() != windows;
  });
}

}  // namespace

std::string page_notes(const Run& run) {
  if (!run.options.release_notes.empty()) return given_notes(run.options.release_notes);
  const bool is_of_changelog =
      run.config.release.notes_file.empty() && run.config.changelog && !run.identity->is_snapshot;
  if (!is_of_changelog) return read_notes(run);
  return base::with_context(run.config.place("changelog"), [&] {
    const std::string text = read_changelog(run.config, run.identity->version, {}).text;
    return shorten(base::safe_text(text, text.size()), kMaxPageNotesBytes);
  });
}

std::string page_of_release(const Run& run) {
  const ReleaseSettings& settings = run.config.release;
  const PlaceholderValues values = release_values(run.config, *run.identity);
  ReleasePage page{.version = run.identity->version,
                   .channel = run.identity->channel,
                   .header = fill(settings.header, values),
                   .notes = page_notes(run),
                   .footer = fill(settings.footer, values),
                   .installers = {},
                   .has_unix = fits(run, false),
                   .has_windows = fits(run, true),
                   .tap = run.config.homebrew ? run.config.homebrew->tap : "",
                   .bucket = run.config.scoop ? run.config.scoop->bucket : "",
                   .files = {},
                   .public_key = product_keys(*run.config.sign).current.line()};
  if (run.config.installers) {
    const base::Url script = asset_url(*run.config.asset_host(), run.identity->tag(), "install.sh");
    page.installers =
        base::Url::parse(script.text().substr(0, script.text().size() - sizeof "install.sh"));
  }
  page.files.reserve(run.targets.size() + run.extra_files.size());
  for (const Target& target : run.targets)
    page.files.push_back({target.asset, target.packed->size, target.packed->sha256});
  for (const ExtraFile& file : run.extra_files)
    page.files.push_back({file.name, file.size, file.sha256});
  return render_release_page(*run.product, page);
}

}  // namespace releaser
