#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <map>

namespace releaser {

Skipped checksum_stage(Run& run) {
  std::map<std::string, std::string> lines;  // sorted by name
  for (const Target& target : run.targets) {
    const std::string line = base::cat(target.packed->sha256.hex(), "  ", target.asset, "\n");
    write_if_changed(run.folder / "assets" / base::cat(target.asset, ".sha256"), line);
    lines[target.asset] = line;
  }
  for (const ExtraFile& file : run.extra_files)
    lines[file.name] = base::cat(file.sha256.hex(), "  ", file.name, "\n");
  run.checksums.clear();
  for (const auto& [name, line] : lines)
    run.checksums += line;
  write_if_changed(run.folder / "assets" / "checksums.sha256", run.checksums);
  return std::nullopt;
}

}  // namespace releaser
