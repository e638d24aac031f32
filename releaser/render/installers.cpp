#include "releaser/render/installers.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/render/embedded.hpp"
#include "releaser/render/escape.hpp"
#include "releaser/render/key_words.hpp"
#include "releaser/render/template.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Architecture;
using schema::Machine;
using schema::OperatingSystem;
using schema::Platform;
using schema::PlatformEntry;

// Shell words are split at blanks and lines, so names are held to what needs no quotes anywhere.
void require_plain_name(std::string_view name) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";
  if (name.empty() || name.find_first_not_of(kPlain) != std::string_view::npos) {
    throw Error(Errc::config,
                cat("the file name \"", base::safe_text(name, 60),
                    "\" cannot stand in an installer; use only letters, digits and . _ - /"));
  }
}

// Text for people on one line: a line end or another control character becomes a blank.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char letter : base::safe_text(text)) {
    out += letter == '\n' || letter == '\t' || letter == '\r' ? ' ' : letter;
  }
  return out;
}

// "{" of PowerShell's and ASCII's world: a script file without a mark of its encoding is read in
// the machine's code page by PowerShell 5.1.
std::string ascii(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (static_cast<unsigned char>(letter) < 0x80) {
      out += letter;
    } else if (static_cast<unsigned char>(letter) >= 0xc0) {
      out += '?';  // one for each character: its first byte
    }
  }
  return out;
}

std::string without_final_slash(std::string_view url) {
  while (url.ends_with('/'))
    url.remove_suffix(1);
  return std::string(url);
}

std::string asset_name(const PlatformEntry& entry) {
  const std::string path = entry.url.path();
  std::string name = path.substr(path.rfind('/') + 1);
  require_plain_name(name);
  return name;
}

// "ESBUILD" for esbuild, "_7ZIP" for 7zip: a name of a variable never begins with a digit.
std::string variable_name(std::string_view product) {
  std::string out;
  for (const char letter : product) {
    if (letter >= 'a' && letter <= 'z') {
      out += static_cast<char>(letter - 'a' + 'A');
    } else {
      out += letter == '-' ? '_' : letter;
    }
  }
  return !out.empty() && out.front() >= '0' && out.front() <= '9' ? "_" + out : out;
}

Machine machine_of(const schema::PlatformRow& row) {
  return {
      .os = row.os, .arch = row.arch, .libc = row.libc, .glibc = {}, .macos = {}, .windows = {}};
}

std::string names_for(const Machine& machine) {
  std::vector<std::string> names;
  for (const Platform& platform : schema::platforms_for(machine)) {
    names.emplace_back(platform.name());
  }
  return base::join(names, " ");
}

// The keys alone.
std::string key_lines(const std::vector<trust::PublicKey>& keys) {
  std::vector<std::string> lines;
  lines.reserve(keys.size());
  for (const trust::PublicKey& key : keys)
    lines.push_back(key.line());
  return base::join(lines, " ");
}

// "<sha256>:<name>" words.
std::string binary_words(const PlatformEntry& entry) {
  std::vector<std::string> words;
  for (const schema::BinaryEntry& binary : entry.binaries) {
    require_plain_name(binary.path);
    words.push_back(cat(binary.sha256.hex(), ":", binary.path));
  }
  return base::join(words, " ");
}

std::string probe_lines(const PlatformEntry& entry) {
  for (const std::string& word : entry.probe) {
    if (word.empty() || word.find_first_of("\r\n") != std::string::npos) {
      throw Error(Errc::config, "a word of the probe is empty or has a line end; write it without");
    }
  }
  if (!entry.probe.empty()) require_plain_name(entry.probe.front());
  return base::join(entry.probe, "\n");
}

std::string mirror_lines(const PlatformEntry& entry) {
  std::vector<std::string> lines;
  for (const base::Url& mirror : entry.mirrors)
    lines.push_back(mirror.text());
  return base::join(lines, "\n");
}

// A mark stands alone on its line, so its value has no final line end.
std::string without_final_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// The arms of a `case`.
std::string sh_keys(const Product& product) {
  std::string out;
  for (const auto& [channel, keys] : product.public_keys) {
    out +=
        cat("    ", schema::channel_name(channel), ") keys=", sh_literal(key_words(keys)), " ;;\n");
  }
  return without_final_line_end(out);
}

std::string sh_pinned(const schema::Release& release) {
  std::string out;
  for (const auto& [platform, entry] : release.platforms) {
    if (platform.is_windows()) continue;
    out += cat("    ", platform.name(), ")\n");
    const auto assign = [&](std::string_view name, std::string_view value) {
      out += cat("      ", name, "=", sh_literal(value), "\n");
    };
    if (entry.agent) require_plain_name(*entry.agent);
    assign("asset", asset_name(entry));
    assign("url", entry.url.text());
    assign("mirrors", mirror_lines(entry));
    assign("sha256", entry.sha256.hex());
    assign("size", cat(entry.size));
    assign("unpacked_size", cat(entry.unpacked_size));
    assign("glibc", entry.requirements.glibc);
    assign("macos", entry.requirements.macos);
    assign("agent", entry.agent.value_or(""));
    assign("binaries", binary_words(entry));
    assign("probe", probe_lines(entry));
    out += "      ;;\n";
  }
  return without_final_line_end(out);
}

std::string sh_candidates() {
  std::map<std::string, std::string> arms;  // by machine, as detect_machine of install.sh says it
  for (const schema::PlatformRow& row : Platform::table()) {
    if (row.os == OperatingSystem::windows || row.arch == Architecture::universal) continue;
    const Machine machine = machine_of(row);
    const std::string key =
        cat(schema::system_name(row.os), "-", schema::architecture_name(row.arch), "-",
            schema::libc_name(row.libc));
    arms[key] = names_for(machine);
  }
  std::string out;
  for (const auto& [machine, names] : arms) {
    out += cat("    ", machine, ") candidates=", sh_literal(names), " ;;\n");
  }
  return without_final_line_end(out);
}

std::string platform_names(const schema::Release& release, bool windows) {
  std::vector<std::string> names;
  for (const auto& [platform, entry] : release.platforms) {
    if (platform.is_windows() == windows) names.emplace_back(platform.name());
  }
  return names.empty() ? "no platform of this kind" : base::join(names, " ");
}

// One script of many parts: functions first, each below what it calls, the work last.
std::string install_sh_template() {
  std::string out;
  for (const char* part : {
           "opening.sh.in",  // what the text pins; words and help
           "options.sh.in",  // what was asked
           "home.sh.in",     // for whom, into which folders
           "json.sh.in",     // reading and writing it
           "proof.sh.in",    // hashes and signatures
           "fetch.sh.in",    // archives and manifests from a site or a folder
           "machine.sh.in",  // which archive runs here
           "stage.sh.in",    // lock, staging folder, unpacking, test run, clean-up
           "path.sh.in",     // start-up files of shells
           "present.sh.in",  // what is installed already, and by whom
           "receipt.sh.in",  // what was written, for later
           "removal.sh.in",  // --uninstall
           "main.sh.in",     // the installation, from the first line to the last
       }) {
    out += embedded_template(part);
  }
  return out;
}

std::string main_binary(const Product& product) {
  std::string name = product.binaries.empty() ? product.name : product.binaries.front();
  require_plain_name(name);
  return name;
}

std::string powershell_keys(const Product& product) {
  std::string out;
  for (const auto& [channel, keys] : product.public_keys) {
    out += cat("    ", powershell_literal(schema::channel_name(channel)), " = ",
               powershell_literal(key_lines(keys)), "\n");
  }
  return without_final_line_end(out);
}

std::string powershell_pinned(const schema::Release& release) {
  std::string out;
  for (const auto& [platform, entry] : release.platforms) {
    if (!platform.is_windows()) continue;
    if (entry.agent) require_plain_name(*entry.agent);
    out += cat("    ", powershell_literal(platform.name()), " = @{\n");
    const auto assign = [&](std::string_view name, std::string_view value) {
      out += cat("      ", name, " = ", powershell_literal(ascii(value)), "\n");
    };
    assign("Asset", asset_name(entry));
    assign("Url", entry.url.text());
    assign("Mirrors", base::replace_all(mirror_lines(entry), "\n", " "));
    assign("Sha256", entry.sha256.hex());
    assign("Size", cat(entry.size));
    assign("Windows", entry.requirements.windows);
    assign("Agent", entry.agent.value_or(""));
    assign("Binaries", binary_words(entry));
    assign("Probe", base::replace_all(probe_lines(entry), "\n", " "));
    out += "    }\n";
  }
  return without_final_line_end(out);
}

std::string powershell_candidates() {
  std::string out;
  for (const schema::PlatformRow& row : Platform::table()) {
    if (row.os != OperatingSystem::windows) continue;
    const Machine machine = machine_of(row);
    out += cat("    ", powershell_literal(schema::architecture_name(row.arch)), " = ",
               powershell_literal(names_for(machine)), "\n");
  }
  return without_final_line_end(out);
}

// Where the files of any version are, as those of this one: ".../v1.2.0" is ".../vVERSION".
std::string releases_of(const schema::Release& release, const schema::Version& version) {
  if (release.platforms.empty()) return "";
  const std::string archive = release.platforms.begin()->second.url.text();
  const std::string folder = archive.substr(0, archive.rfind('/'));
  return base::replace_all(folder, version.text(), "VERSION");
}

}  // namespace

std::string render_install_sh(const Product& product, const schema::Version& version,
                              const schema::Release& release) {
  const std::string site = without_final_slash(product.base_url.text());
  return fill_template(install_sh_template(),
                       Marks{{"NAME_TEXT", product.name},
                             {"VERSION_TEXT", version.text()},
                             {"SITE_TEXT", site},
                             {"NAME", sh_literal(product.name)},
                             {"DESCRIPTION", sh_literal(one_line(product.description))},
                             {"HOMEPAGE", sh_literal(one_line(product.homepage))},
                             {"SITE", sh_literal(site)},
                             {"RELEASES", sh_literal(releases_of(release, version))},
                             {"VERSION", sh_literal(version.text())},
                             {"CHANNEL", sh_literal(schema::channel_name(release.channel))},
                             {"AGENT", sh_literal(product.agent.value_or(""))},
                             {"MAIN_BINARY", sh_literal(main_binary(product))},
                             {"ARCHIVES", sh_literal(platform_names(release, false))},
                             {"KEYS", sh_keys(product)},
                             {"PINNED", sh_pinned(release)},
                             {"CANDIDATES", sh_candidates()},
                             {"VARIABLE", variable_name(product.name)}});
}

std::string render_install_ps1(const Product& product, const schema::Version& version,
                               const schema::Release& release) {
  const std::string site = without_final_slash(product.base_url.text());
  return fill_template(
      embedded_template("install.ps1.in"),
      Marks{{"NAME_TEXT", product.name},
            {"VERSION_TEXT", version.text()},
            {"SITE_TEXT", site},
            {"NAME", powershell_literal(product.name)},
            {"DESCRIPTION", powershell_literal(ascii(one_line(product.description)))},
            {"HOMEPAGE", powershell_literal(ascii(one_line(product.homepage)))},
            {"SITE", powershell_literal(site)},
            {"RELEASES", powershell_literal(releases_of(release, version))},
            {"VERSION", powershell_literal(version.text())},
            {"CHANNEL", powershell_literal(schema::channel_name(release.channel))},
            {"MAIN_BINARY", powershell_literal(main_binary(product))},
            {"AGENT", powershell_literal(product.agent.value_or(""))},
            {"ARCHIVES", powershell_literal(platform_names(release, true))},
            {"KEYS", powershell_keys(product)},
            {"PINNED", powershell_pinned(release)},
            {"CANDIDATES", powershell_candidates()},
            {"VARIABLE", variable_name(product.name)}});
}

}  // namespace releaser
