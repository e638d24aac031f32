#include "releaser/render/formula.hpp"

#include "base/text.hpp"
#include "releaser/config/spdx.hpp"
#include "releaser/render/embedded.hpp"
#include "releaser/render/escape.hpp"
#include "releaser/render/formula_description.hpp"
#include "releaser/render/package_name.hpp"
#include "releaser/render/template.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>

namespace releaser {
namespace {

using base::cat;

// What one simulated machine of Homebrew gets: the first of these that the release has.
struct Slot {
  std::string_view mark, machine;
  std::array<std::string_view, 2> platforms;
};
constexpr std::array kSlots{
    Slot{"MACOS_ARM", "macOS on arm64", {"darwin-arm64", "darwin-universal"}},
    Slot{"MACOS_INTEL", "macOS on x86_64", {"darwin-x86_64", "darwin-universal"}},
    Slot{"LINUX_ARM", "Linux on arm64", {"linux-aarch64", "linux-aarch64-musl"}},
    Slot{"LINUX_INTEL", "Linux on x86_64", {"linux-x86_64", "linux-x86_64-musl"}},
};

const schema::PlatformEntry* find_entry(const schema::Release& release,
                                        std::span<const std::string_view> names) {
  for (const auto name : names) {
    const auto platform = schema::Platform::find(name);
    if (!platform) continue;
    const auto found = release.platforms.find(*platform);
    if (found != release.platforms.end()) return &found->second;
  }
  return nullptr;
}

bool is_class_name(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char letter) { return std::isalnum(letter) != 0; });
}

// `"MIT"`, `any_of: ["Apache-2.0", "MIT"]`.
std::string license_in_ruby(const LicenseExpression& expression) {
  using Kind = LicenseExpression::Kind;
  if (expression.kind == Kind::license) {
    auto name = ruby_literal(expression.name);
    if (expression.exception.empty()) return name;
    return cat(name, " => { with: ", ruby_literal(expression.exception), " }");
  }
  std::vector<std::string> parts;
  for (const auto& part : expression.parts) {
    const auto text = license_in_ruby(part);
    const bool is_text = part.kind == Kind::license && part.exception.empty();
    parts.push_back(is_text ? text : cat("{ ", text, " }"));
  }
  return cat(expression.kind == Kind::any_of ? "any_of" : "all_of", ": [", base::join(parts, ", "),
             "]");
}

std::string license_line(const std::string& license) {
  if (license.empty()) return "";
  const auto expression = parse_license(license);
  return cat("  license ", expression ? license_in_ruby(*expression) : ":cannot_represent", "\n");
}

std::string livecheck(const Product& product, schema::Channel channel) {
  const auto manifest = product.base_url.child(schema::manifest_name(channel));
  if (manifest.is_file()) return "";
  return cat("\n  livecheck do\n    url ", ruby_literal(manifest.text()),
             "\n    strategy :json do |json|\n      json[\"latest\"][",
             ruby_literal(schema::channel_name(channel)), "]\n    end\n  end\n");
}

// The package of a channel puts the same program into bin as that of the stable channel.
std::string conflicts(const Product& product, schema::Channel channel) {
  if (channel == schema::Channel::stable) return "";
  return cat("\n  conflicts_with ", ruby_literal(product.name), ", because: ",
             ruby_literal(cat("both install the ", product.binaries.front(), " binary")), "\n");
}

std::string keg_only(bool is_versioned) {
  return is_versioned ? "\n  keg_only :versioned_formula\n" : "";
}

std::string depends(const std::vector<std::string>& formulae) {
  std::string text;
  for (const std::string& formula : formulae)
    text += cat(text.empty() ? "\n" : "", "  depends_on ", ruby_literal(formula), "\n");
  return text;
}

std::string caveats(const std::string& text) {
  return text.empty() ? "" : cat("\n  def caveats\n    ", ruby_literal(text), "\n  end\n");
}

// `opt_bin/"tool", "serve"`: a program of the archive and its arguments.
std::string words_in_ruby(std::string_view folder, const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command)
    text += text.empty() ? cat(folder, "/", ruby_literal(word)) : cat(", ", ruby_literal(word));
  return text;
}

std::string service(const Product& product) {
  const std::vector<std::string>& command = product.formula.service;
  if (command.empty()) return "";
  const std::string log = cat("var/", ruby_literal(cat("log/", product.name, ".log")));
  return cat("\n  service do\n    run [", words_in_ruby("opt_bin", command),
             "]\n    keep_alive true\n    log_path ", log, "\n    error_log_path ", log,
             "\n  end\n");
}

// An argument as it stands in a shell line inside of a Ruby text.
std::string shell_argument(const std::string& argument) {
  const bool is_plain =
      !argument.empty() && std::all_of(argument.begin(), argument.end(), [](unsigned char letter) {
        return std::isalnum(letter) != 0 ||
               std::string_view("-_./=:,+").find(static_cast<char>(letter)) !=
                   std::string_view::npos;
      });
  const auto quoted = ruby_literal(is_plain ? argument : sh_literal(argument));
  return quoted.substr(1, quoted.size() - 2);
}

// Runs the probe of the release, which prints the version.
std::string test_of(const Product& product, const schema::PlatformEntry& entry) {
  std::vector<std::string> probe = entry.probe;
  const auto& binaries = product.binaries;
  if (probe.empty() ||
      std::find(binaries.begin(), binaries.end(), probe.front()) == binaries.end()) {
    probe = {binaries.front(), "--version"};
  }
  std::string line = "#{bin}/";
  for (std::size_t i = 0; i < probe.size(); ++i) {
    line += cat(i == 0 ? "" : " ", shell_argument(probe[i]));
  }
  return cat("    assert_match version.to_s, shell_output(\"", line, "\")\n");
}

}  // namespace

std::string formula_class_name(std::string_view formula_name) {
  std::string name;
  bool begins_word = true;
  for (std::size_t i = 0; i < formula_name.size(); ++i) {
    const auto letter = static_cast<unsigned char>(formula_name[i]);
    const bool is_separator = letter == '-' || letter == '_' || letter == '.' || letter == ' ';
    const bool joins = is_separator && i > 0 && i + 1 < formula_name.size() &&
                       std::isalnum(static_cast<unsigned char>(formula_name[i + 1])) != 0;
    if (joins) {
      begins_word = true;
      continue;
    }
    name += static_cast<char>(begins_word ? std::toupper(letter) : std::tolower(letter));
    begins_word = false;
  }
  std::replace(name.begin(), name.end(), '+', 'x');
  const auto at = name.find('@');
  if (at != std::string::npos && at > 0 && at + 1 < name.size() &&
      std::isdigit(static_cast<unsigned char>(name[at + 1])) != 0) {
    name.replace(at, 1, "AT");
  }
  return name;
}

std::string formula_line(const schema::Version& version) {
  const std::string text = version.text();
  const std::size_t second = text.find('.', text.find('.') + 1);
  return text.substr(0, second);
}

PackageResult render_formula(const Product& product, const schema::Version& version,
                             const schema::Release& release, FormulaKind kind) {
  const bool is_versioned = kind == FormulaKind::versioned;
  const auto name = is_versioned ? cat(product.name, "@", formula_line(version))
                                 : package_name(product.name, release.channel);
  const auto class_name = formula_class_name(name);
  if (!is_class_name(class_name)) {
    return SkippedPackage{cat("\"", name, "\" gives no class name that Ruby accepts")};
  }
  Marks marks;
  std::vector<std::string> missing;
  for (const auto& slot : kSlots) {
    const auto* entry = find_entry(release, slot.platforms);
    if (entry == nullptr) {
      missing.emplace_back(slot.machine);
      continue;
    }
    marks[cat(slot.mark, "_URL")] = ruby_literal(entry->url.text());
    marks[cat(slot.mark, "_SHA256")] = ruby_literal(entry->sha256.hex());
    marks["TEST"] = test_of(product, *entry);
  }
  if (!missing.empty()) {
    return SkippedPackage{cat("the release has nothing for ", base::join(missing, ", "),
                              ", and Homebrew refuses a whole tap for one formula without a url")};
  }

  PackageFile file{.name = cat(name, ".rb"), .text = {}, .warnings = {}};
  const auto description = formula_description(product.description, product.name);
  if (description.needs_a_person) {
    file.warnings.push_back(cat("formula: [product] description ", *description.needs_a_person,
                                ", so Homebrew shows \"", description.text, "\"; mend that key"));
  }
  marks["CLASS"] = class_name;
  marks["DESCRIPTION"] = ruby_literal(description.text);
  marks["HOMEPAGE"] = ruby_literal(product.homepage);
  marks["VERSION"] = ruby_literal(version.text());
  marks["LICENSE"] = license_line(product.license);
  // What stays at an old line has nothing to look for, and is linked nowhere.
  marks["LIVECHECK"] = is_versioned ? "" : livecheck(product, release.channel);
  marks["KEG_ONLY"] = keg_only(is_versioned);
  marks["DEPENDS"] = depends(product.formula.depends);
  marks["CONFLICTS"] = is_versioned ? "" : conflicts(product, release.channel);
  marks["CAVEATS"] = caveats(product.formula.caveats);
  marks["SERVICE"] = service(product);
  if (!product.formula.test.empty())
    marks["TEST"] += cat("    system ", words_in_ruby("bin", product.formula.test), "\n");
  for (const auto& binary : product.binaries) {
    marks["INSTALL"] += cat("    bin.install ", ruby_literal(binary), "\n");
  }
  file.text = fill_template(embedded_template("formula.rb.in"), marks);
  return file;
}

}  // namespace releaser
