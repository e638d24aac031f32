#include "agent/repair.hpp"

#include "agent/activation.hpp"
#include "agent/site_memory.hpp"
#include "agent/state.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

// Each version once, the likeliest first.
std::vector<schema::Version> candidates(const Layout& layout) {
  std::vector<schema::Version> out;
  const auto add = [&out](const std::optional<schema::Version>& version) {
    if (version && std::find(out.begin(), out.end(), *version) == out.end()) {
      out.push_back(*version);
    }
  };
  const std::optional<Receipt> receipt = read_receipt(layout);
  add(receipt ? std::optional(receipt->version) : std::nullopt);
  add(previous_version(layout));
  for (const schema::Version& version : installed_versions(layout)) {
    add(version);
  }
  return out;
}

std::optional<schema::Version> best_complete_version(const Services& services) {
  const Layout& layout = services.layout;
  const auto floor = known_security_floor(services);
  const std::vector<BlockedVersion> blocked = read_blocklist(layout);
  std::optional<schema::Version> last_resort;
  for (const schema::Version& version : candidates(layout)) {
    if (!complete(layout, version)) {
      continue;
    }
    const trust::Sha256 archive = read_completion_mark(layout, version)->archive_sha256;
    if (!is_blocked(blocked, version, archive) && !(floor && version < *floor)) {
      return version;
    }
    last_resort = last_resort ? last_resort : version;
  }
  return last_resort;
}

}  // namespace

bool set_damaged_state_aside(const Services& services) {
  const Layout& layout = services.layout;
  std::vector<base::Path> damaged = damaged_state_files(layout);
  if (is_watermark_damaged(layout)) {
    damaged.push_back(layout.state_file("watermark.json"));
  }
  bool journal = false;
  for (const base::Path& path : damaged) {
    const base::Path aside = path.native() + std::string(kDamagedSuffix);
    base::remove_tree(aside);  // of the time before; a folder could not be renamed over
    base::rename_durably(path, aside);
    services.messages.warn(
        base::cat(path.native(), " was damaged and is set aside as ", aside.filename().native()));
    journal = journal || path == layout.state_file("journal.json");
  }
  return journal;
}

std::string repair_current(const Services& services) {
  const Layout& layout = services.layout;
  const std::optional<schema::Version> current = current_version(layout);
  if (current && complete(layout, *current)) {
    return "";
  }
  const std::optional<schema::Version> best = best_complete_version(services);
  if (!best) {
    return current ? base::cat(current->text(),
                               " is damaged, and no other version is whole: it has to be ",
                               "fetched anew, as `", layout.program, " repair` does")
                   : std::string();
  }
  point_link(layout, layout.current, *best);
  make_links(layout, read_completion_mark(layout, *best)->binaries);
  return base::cat(
      current ? current->text() + " was damaged" : std::string("no version was current"),
      "; went to ", best->text());
}

std::vector<std::string> repair_rest(const Services& services) {
  const Layout& layout = services.layout;
  std::vector<std::string> done;
  const std::optional<schema::Version> current = current_version(layout);
  for (const schema::Version& version : installed_versions(layout)) {
    const auto reason = incomplete_reason(layout, version);
    if (version != current && reason) {
      give_up_version(layout, version);
      done.push_back(base::cat("removed ", *reason));
    }
  }
  const auto mark = current ? read_completion_mark(layout, *current) : std::nullopt;
  if (!mark) {
    return done;
  }
  for (const std::string& binary : mark->binaries) {
    const base::Path link = layout.bin_directory / link_name(binary);
    if (base::read_symlink_if_exists(link) != link_target(layout, binary)) {
      const bool is_foreign = inspect_link(layout, link_name(binary)) == LinkState::foreign;
      done.push_back(base::cat(
          link.native(), is_foreign ? " is not ours and stays; move it away and run this again"
                                    : " leads to the current version again"));
    }
  }
  renew_receipt(services, *current, *mark, make_links(layout, mark->binaries));
  return done;
}

void repair_receipt(const Services& services) {
  const Layout& layout = services.layout;
  const std::optional<Receipt> receipt = read_receipt(layout);
  const std::optional<schema::Version> current = current_version(layout);
  if (!current || (receipt && receipt->version == *current)) {
    return;
  }
  if (const auto mark = read_completion_mark(layout, *current)) {
    Receipt renewed = receipt_or_rebuilt(services, *current, mark->archive_sha256);
    renewed.version = *current;
    renewed.archive_sha256 = mark->archive_sha256;
    write_receipt(layout, renewed);
  }
}

}  // namespace agent
