#include "agent/doctor.hpp"

#include "agent/account.hpp"
#include "agent/activation.hpp"
#include "agent/file_system.hpp"
#include "agent/own_folders.hpp"
#include "agent/recover.hpp"
#include "agent/site_memory.hpp"
#include "agent/state.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>

namespace agent {
namespace {

using base::cat;
using base::Errc;

constexpr unsigned kWritableByOthers = 0022;

Finding ok(std::string subject, std::string text) {
  return {Health::ok, std::move(subject), std::move(text), Errc::done};
}
Finding warning(std::string subject, std::string text) {
  return {Health::warning, std::move(subject), std::move(text), Errc::done};
}
Finding error(std::string subject, std::string text, Errc code) {
  return {Health::error, std::move(subject), std::move(text), code};
}

bool is_there(const base::Path& path) {
  return base::type_of(path, base::Links::not_followed) != std::filesystem::file_type::not_found;
}

void examine_links(const Layout& layout, const CompletionMark& mark, Findings& findings) {
  for (const std::string& binary : mark.binaries) {
    const std::string name = link_name(binary);
    const base::Path link = layout.bin_directory / name;
    switch (inspect_link(layout, name)) {
      case LinkState::ours:
        findings.push_back(ok("layout", cat(link.native(), " leads to the current version")));
        break;
      case LinkState::missing:
        findings.push_back(error(
            "layout", cat(link.native(), " is missing; `", layout.program, " install` makes it"),
            Errc::config));
        break;
      case LinkState::foreign:
        findings.push_back(error(
            "layout",
            cat(link.native(), " is not ours; move it away and run `", layout.program, " install`"),
            Errc::config));
        break;
    }
  }
}

void examine_journal(const Layout& layout, Findings& findings) {
  const auto journal = read_journal(layout);
  if (!journal) return;
  if (journal->state == JournalState::blocked) {
    findings.push_back(error("layout", blocked_text(layout, *journal), Errc::cannot_write));
  } else if (journal->state == JournalState::removing) {
    findings.push_back(
        error("layout",
              cat("an uninstall was cut off; `", layout.program, " uninstall` finishes it, `",
                  layout.program, " install` does and then installs anew"),
              Errc::config));
  } else {
    findings.push_back(warning(
        "layout", cat("the ", operation_name(journal->operation), " to ", journal->to.text(),
                      " was cut off in ", journal_state_name(journal->state),
                      ", unless it is at work now; the "
                      "next `",
                      layout.program, " update` or `rollback` settles it")));
  }
}

void examine_state(const Layout& layout, const schema::Version& current, Findings& findings) {
  std::vector<base::Path> damaged = damaged_state_files(layout);
  if (is_watermark_damaged(layout)) damaged.push_back(layout.state_file("watermark.json"));
  for (const base::Path& file : damaged) {
    findings.push_back(
        warning("layout", cat(file.native(),
                              " is damaged; the next command that changes something sets it "
                              "aside and makes it anew")));
  }
  const auto receipt = read_receipt(layout);
  if (!receipt) {
    findings.push_back(warning(
        "layout", cat("the receipt is missing; `", layout.program, " update` makes it anew")));
  } else if (receipt->version != current) {
    findings.push_back(warning("layout", cat("the receipt says ", receipt->version.text(), "; `",
                                             layout.program, " update` puts it right")));
  } else {
    findings.push_back(ok("layout", "the receipt fits"));
  }
  examine_journal(layout, findings);
  std::size_t left = 0;
  if (is_there(layout.staging) && !is_for_everybody(layout))
    left = base::list_directory(layout.staging).size();
  if (left > 0) {
    findings.push_back(warning("layout", cat(left, left == 1 ? " leftover is" : " leftovers are",
                                             " in ", layout.staging.native(),
                                             "; the next update clears up, unless one is at "
                                             "work right now")));
  }
}

// Whose an installation has to be: this account's, or root's where everybody uses it.
struct Keeper {
  FolderTrust trust = FolderTrust::own;
  std::string name;
};

Keeper keeper_of(const Layout& layout) {
  if (!is_for_everybody(layout)) return {FolderTrust::own, account_name()};
  return {FolderTrust::of_machine, owner_name(layout.root).value_or("root")};
}

bool is_kept_by(const Keeper& keeper, const base::Path& file) {
  return owned_by_this_account(file) ||
         (keeper.trust == FolderTrust::of_machine && owned_by_root(file));
}

void examine_folder(const Keeper& keeper, const base::Path& folder, Findings& findings) {
  if (const auto reason = distrust_reason(folder, keeper.trust)) {
    findings.push_back(
        error("permissions",
              cat(folder.native(), " ", *reason,
                  ", so that somebody else could decide what runs from it; let nobody but ",
                  keeper.name, " write there"),
              Errc::cannot_write));
  }
}

// What decides over trust must be nobody else's to write.
void examine_files(const Keeper& keeper, const base::Path& folder, Findings& findings) {
  if (!is_there(folder)) return;
  for (const std::string& name : base::list_directory(folder)) {
    const base::Path file = folder / name;
    const auto kind = inspect_file(file);
    if (!kind || !kind->regular) continue;
    if (!is_kept_by(keeper, file)) {
      findings.push_back(error(
          "permissions",
          cat(file.native(), " belongs to ", owner_name(file).value_or("nobody"), "; remove it"),
          Errc::cannot_write));
    } else if ((kind->mode & kWritableByOthers) != 0) {
      findings.push_back(
          error("permissions",
                cat(file.native(), " may be written by others; chmod go-w ", file.native()),
                Errc::cannot_write));
    }
  }
}

}  // namespace

std::string_view health_name(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warning:
      return "warning";
    case Health::error:
      return "error";
  }
  return "";
}

Errc verdict(const Findings& findings) {
  const auto first = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.health == Health::error;
  });
  return first == findings.end() ? Errc::done : first->code;
}

Findings examine_layout(const Services& services) {
  const Layout& layout = services.layout;
  const auto current = current_version(layout);
  if (!current) {
    return {error("layout",
                  cat("nothing is installed in ", layout.root.native(), "; `", layout.program,
                      " install` does that"),
                  Errc::not_found)};
  }
  Findings findings;
  if (const auto reason = incomplete_reason(layout, *current)) {
    findings.push_back(error("layout",
                             cat(*reason, "; `", layout.program, " update` fetches it anew"),
                             Errc::untrusted));
  } else {
    findings.push_back(ok("layout", cat(current->text(),
                                        " is current, and each of its files is as "
                                        "it came")));
    examine_links(layout, require_completion_mark(layout, *current), findings);
  }
  const auto previous = previous_version(layout);
  if (previous && !looks_complete(layout, *previous)) {
    findings.push_back(warning("layout", cat(previous->text(),
                                             ", the version before, is not whole; "
                                             "there is no way back to it")));
  }
  examine_state(layout, *current, findings);
  return findings;
}

Findings examine_path(const Services& services) {
  const Layout& layout = services.layout;
  const auto current = current_version(layout);
  const auto mark = current ? read_completion_mark(layout, *current) : std::nullopt;
  Findings findings;
  if (!mark) return findings;
  const std::string path = services.environment.find("PATH").value_or("");
  for (const std::string& binary : mark->binaries) {
    const std::string name = link_name(binary);
    const base::Path link = layout.bin_directory / name;
    const auto found = base::find_program(name, path);
    std::error_code ignored;
    if (!found) {
      findings.push_back(
          warning("PATH", cat("it does not find ", name, "; put ", layout.bin_directory.native(),
                              " into PATH, or open a new shell")));
    } else if (std::filesystem::equivalent(*found, link, ignored)) {
      findings.push_back(ok("PATH", cat("it finds ", found->native())));
    } else {
      findings.push_back(
          error("PATH",
                cat("it finds ", found->native(), " before ", link.native(), "; remove it, or put ",
                    layout.bin_directory.native(), " first in PATH"),
                Errc::config));
    }
  }
  return findings;
}

Findings examine_permissions(const Services& services) {
  const Layout& layout = services.layout;
  Findings findings;
  if (!is_there(layout.root)) return findings;
  const Keeper keeper = keeper_of(layout);
  for (const base::Path& folder :
       {layout.root, layout.versions, layout.state, metadata_folder(layout), layout.staging}) {
    if (is_there(folder)) examine_folder(keeper, folder, findings);
  }
  examine_files(keeper, layout.state, findings);
  examine_files(keeper, metadata_folder(layout), findings);
  examine_files(keeper, metadata_folder(layout) / "root_history", findings);
  const FileSystemFacts facts = inspect_file_system(layout.root);
  if (facts.read_only || facts.no_exec) {
    findings.push_back(error("permissions",
                             cat(layout.root.native(), " is on a file system that is ",
                                 facts.read_only ? "read-only" : "mounted noexec", "; set ",
                                 variable_prefix(layout.program), "ROOT to a folder that is not"),
                             Errc::cannot_write));
  }
  if (findings.empty()) {
    findings.push_back(ok("permissions", cat(layout.root.native(),
                                             " and what decides over trust in it "
                                             "is for ",
                                             keeper.name, " alone to write")));
  }
  return findings;
}

}  // namespace agent
