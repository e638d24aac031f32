#include "agent/script_install.hpp"

#include "agent/activation.hpp"
#include "agent/path_setup.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>

namespace agent {
namespace {

constexpr std::size_t kMaxScriptReceiptBytes = std::size_t{4} * 1024 * 1024;
constexpr std::uint64_t kReceiptSchema = 1;

std::optional<base::Path> receipt_path(const base::Environment& environment, const Layout& layout) {
  const base::Path data = user_directory(environment, "XDG_DATA_HOME", layout.home, ".local/share");
  if (!data.is_absolute()) {
    return std::nullopt;
  }
  return data / base::cat(layout.product, "-updater") / "receipt.json";
}

base::Path absolute(const base::json::ObjectReader& object, std::string_view name,
                    const std::string& text) {
  base::Path path(text);
  if (!path.is_absolute()) {
    object.fail(name, "must be an absolute path");
  }
  return path.lexically_normal();
}

std::optional<ScriptInstall> parse(const base::Path& path, std::string_view text,
                                   const Layout& layout) {
  const base::json::Value value =
      base::json::parse(text, {.max_bytes = kMaxScriptReceiptBytes}, base::Errc::config);
  const base::json::ObjectReader receipt(value, "", base::Errc::config);
  if (receipt.number("schema") != kReceiptSchema) {
    receipt.fail("schema", "is of a newer installer");
  }
  ScriptInstall script;
  script.receipt = path;
  script.bin_directory = absolute(receipt, "bin", receipt.text("bin"));
  if (receipt.text("product") != layout.product ||
      script.bin_directory != layout.bin_directory.lexically_normal()) {
    return std::nullopt;
  }
  for (const base::json::ObjectReader& file : receipt.objects("files")) {
    script.files.push_back(
        {absolute(file, "path", file.text("path")), trust::Sha256::from_hex(file.text("sha256"))});
  }
  for (const base::json::ObjectReader& edit : receipt.objects("path_edits")) {
    script.path_edits.push_back(
        {absolute(edit, "file", edit.text("file")), edit.boolean("created", false)});
  }
  for (const std::string& folder : receipt.texts("folders")) {
    script.folders.push_back(absolute(receipt, "folders", folder));
  }
  return script;
}

// The one line that install.sh writes between its marks, for whatever folder.
bool is_line_of_script(std::string_view line) {
  return (line.starts_with("case \":$PATH:\" in *:") && line.ends_with(":\"$PATH\" ;; esac")) ||
         (line.starts_with("contains -- '") &&
          line.find(" $PATH; or set -gx PATH '") != std::string_view::npos);
}

// Without its blocks; a mark that does not stand so was edited by somebody and stays.
std::string without_script_blocks(std::string_view text, std::string_view product) {
  const std::string begin = base::cat("# >>> ", product, " >>>");
  const std::string end = base::cat("# <<< ", product, " <<<");
  const std::vector<std::string_view> lines = base::split(text, '\n');
  std::vector<std::string> kept;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (at + 2 < lines.size() && lines[at] == begin && is_line_of_script(lines[at + 1]) &&
        lines[at + 2] == end) {
      at += 2;
    } else {
      kept.emplace_back(lines[at]);
    }
  }
  return base::join(kept, "\n");
}

// Our block where that of the script stands. A file that may not be edited keeps the script's.
void take_over_shell_files(const Layout& layout, const ScriptInstall& script,
                           std::vector<std::string>& done) {
  for (const PathEdit& edit : script.path_edits) {
    const std::string stays =
        base::cat("; its lines between the ", layout.product, " marks stay as they are");
    try {
      const auto reason = edit_shell_file(edit.file, [&](std::string_view text) {
        const std::string without = without_script_blocks(text, layout.product);
        const ShellSyntax syntax =
            edit.file.extension() == ".fish" ? ShellSyntax::fish : ShellSyntax::posix;
        return without == text
                   ? std::string(text)
                   : with_path_block(without, layout.program,
                                     path_block(layout.program, layout.bin_directory, syntax));
      });
      if (reason) {
        done.push_back(*reason + stays);
      }
    } catch (const base::Error& error) {
      done.push_back(error.what() + stays);
    }
  }
}

// The links first, durable before anything that led to the old programs goes.
void replace_programs(const Layout& layout, const ScriptInstall& script,
                      const std::vector<std::string>& binaries, std::vector<std::string>& links) {
  for (const std::string& binary : binaries) {
    const std::string name = link_name(binary);
    if (inspect_link(layout, name) == LinkState::foreign &&
        is_unchanged(script, layout.bin_directory / name)) {
      base::replace_symlink(layout.bin_directory / name, link_target(layout, binary));
    }
    if (inspect_link(layout, name) == LinkState::ours &&
        std::find(links.begin(), links.end(), name) == links.end()) {
      links.push_back(name);
    }
  }
}

void remove_rest(const Layout& layout, const ScriptInstall& script,
                 std::vector<std::string>& done) {
  for (const ScriptInstall::File& file : script.files) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file.path, ignored)) ||
        (file.path.parent_path() == layout.bin_directory &&
         inspect_link(layout, file.path.filename().native()) == LinkState::ours)) {
      continue;
    }
    if (!is_unchanged(script, file.path)) {
      done.push_back(base::cat(file.path.native(), " was changed by somebody and stays"));
      continue;
    }
    base::remove_if_exists(file.path);
  }
  base::remove_if_exists(script.receipt);
  base::sync_directory(script.receipt.parent_path());
  for (const base::Path& folder : script.folders) {
    std::error_code ignored;  // one with something in it stays
    std::filesystem::remove(folder, ignored);
  }
}

}  // namespace

std::optional<ScriptInstall> read_script_install(const base::Environment& environment,
                                                 const Layout& layout) {
  const std::optional<base::Path> path = receipt_path(environment, layout);
  const auto text = path ? base::read_file_if_exists(*path, kMaxScriptReceiptBytes) : std::nullopt;
  if (!text) {
    return std::nullopt;
  }
  return base::with_context(
      base::cat(path->native(), " (of install.sh; move it away if it is damaged)"),
      [&] { return parse(*path, *text, layout); });
}

bool is_unchanged(const ScriptInstall& script, const base::Path& file) {
  const auto known =
      std::find_if(script.files.begin(), script.files.end(),
                   [&](const ScriptInstall::File& each) { return each.path == file; });
  if (known == script.files.end() || !known->sha256) {
    return false;
  }
  try {
    if (base::read_symlink_if_exists(file)) {
      return false;
    }
    trust::Sha256Hasher hasher;
    base::stream_file(base::open_regular_file(file),
                      [&](std::string_view bytes) { hasher.update(bytes); });
    return hasher.finish() == *known->sha256;
  } catch (const base::Error&) {
    // What cannot be read is not known to be ours.
    return false;
  }
}

std::vector<std::string> take_over(const Services& services, const ScriptInstall& script,
                                   const std::vector<std::string>& binaries, ShellEdits edits) {
  const Layout& layout = services.layout;
  std::vector<std::string> done;
  std::optional<Receipt> receipt = read_receipt(layout);
  if (!receipt) {
    throw base::Error(base::Errc::internal, "there is no receipt to note the programs in");
  }
  replace_programs(layout, script, binaries, receipt->links);
  if (edits == ShellEdits::take_over) {
    for (const PathEdit& edit : script.path_edits) {
      const auto same = [&](const PathEdit& each) { return each.file == edit.file; };
      if (std::none_of(receipt->path_edits.begin(), receipt->path_edits.end(), same)) {
        receipt->path_edits.push_back(edit);
      }
    }
  }
  write_receipt(layout, *receipt);
  if (edits == ShellEdits::take_over) {
    take_over_shell_files(layout, script, done);
  }
  remove_rest(layout, script, done);
  done.push_back(base::cat("the installation by install.sh is taken over; `", layout.program,
                           " uninstall` removes it all"));
  return done;
}

}  // namespace agent
