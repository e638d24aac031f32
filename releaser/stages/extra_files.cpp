#include "releaser/stages/extra_files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/config/file_patterns.hpp"
#include "releaser/stages/agent_assets.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// Names that a release has anyway, its archives' names last.
bool is_taken(const Run& run, const std::string& name) {
  if (name.ends_with(".minisig") || name.ends_with(".sha256")) return true;
  if (name == "install.sh" || name == "install.ps1" || name == "draft.json") return true;
  if (is_agent_asset(run, name)) return true;
  return std::any_of(run.targets.begin(), run.targets.end(),
                     [&](const Target& target) { return target.asset == name; });
}

std::map<std::string, base::Path> find_extra_files(const Run& run) {
  const PlaceholderValues values = release_values(run.config, *run.identity);
  std::map<std::string, base::Path> found;
  for (const std::string& pattern : run.config.release.extra_files) {
    std::string filled = fill(pattern, values);
    if (filled.starts_with("~/")) filled = run.config.resolve(filled, run.home).string();
    for (const MatchedFile& file : find_files({filled, "", 0}, run.config.root)) {
      std::string name = file.source.filename().string();
      if (!is_file_name(name)) {
        throw Error(Errc::config, cat(file.source.string(),
                                      ": hosts change that name; use letters, digits, ., _ and -"));
      }
      if (is_taken(run, name)) {
        throw Error(Errc::config, cat(name, " is the name of another file of the release"));
      }
      const auto [known, is_new] = found.emplace(name, file.source);
      if (!is_new && known->second != file.source) {
        throw Error(Errc::config, cat(known->second.string(), " and ", file.source.string(),
                                      " would both be ", name, "; give one another name"));
      }
    }
  }
  return found;
}

template <class Work>
decltype(auto) at_key(const Run& run, Work&& work) {
  return base::with_context(run.config.place("release.extra_files"), std::forward<Work>(work));
}

// A copy stays what it is while the release is signed and published.
ExtraFile copy_of(const Run& run, const std::string& name, const base::Path& source) {
  const base::Path copy = run.folder / "assets" / name;
  std::error_code ignored;
  const trust::Sha256 wanted = sha256_of_file(source);
  const bool is_there =
      base::type_of(copy, base::Links::not_followed) == std::filesystem::file_type::regular &&
      sha256_of_file(copy) == wanted;
  if (!is_there) {
    base::AtomicFile file(copy, 0644, base::Durability::none);
    base::stream_file(base::open_regular_file(source),
                      [&](std::string_view bytes) { file.write(bytes); });
    file.commit();
  }
  const auto [sha256, blake2b] = digests_of_file(copy);
  return {name, std::filesystem::file_size(copy), sha256, blake2b};
}

// A pattern finds files by their path, and a draft has their names alone.
bool is_asked_for(const Run& run, const std::string& name) {
  const PlaceholderValues values = release_values(run.config, *run.identity);
  const auto& patterns = run.config.release.extra_files;
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    const std::string filled = fill(pattern, values);
    const std::string last = filled.substr(filled.rfind('/') + 1);
    return last == "**" || matches_pattern(last, name);
  });
}

}  // namespace

void collect_extra_files(Run& run) {
  run.extra_files.clear();
  at_key(run, [&] {
    for (const auto& [name, source] : find_extra_files(run))
      run.extra_files.push_back(copy_of(run, name, source));
  });
}

void check_extra_files(const Run& run, Problems& problems) {
  problems.collect([&] { at_key(run, [&] { (void)find_extra_files(run); }); });
}

void check_drafted_extra_files(const Run& run) {
  std::set<std::string> names;
  std::set<std::string, std::less<>> of_agents;
  for (const DraftArchive& archive : run.draft->archives) {
    if (archive.alternative) of_agents.insert(*archive.alternative);
    for (const DeltaFile& delta : archive.deltas)
      of_agents.insert(delta.name);
  }
  for (const ExtraFile& file : run.draft->extra_files) {
    std::string problem;
    if (of_agents.contains(file.name)) {
      if (!names.insert(file.name).second) problem = "is there twice";
    } else if (!is_asked_for(run, file.name)) {
      problem =
          cat("is asked for by no pattern of extra_files in ", run.config.file.filename().string());
    } else if (is_taken(run, file.name)) {
      problem = "has the name of another file of the release";
    } else if (!names.insert(file.name).second) {
      problem = "is there twice";
    }
    if (problem.empty()) continue;
    throw Error(Errc::conflict, cat("the draft has a further file ", file.name, ", which ", problem,
                                    "; nothing was signed: find out why before anybody signs"));
  }
}

}  // namespace releaser
