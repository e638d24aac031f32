#include "agent/layout.hpp"

#include "agent/account.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <system_error>

namespace agent {
namespace {

constexpr std::size_t kMaxReceiptBytes = std::size_t{256} * 1024;

base::Path absolute_path(const std::string& text, std::string_view where) {
  base::Path path(text);
  if (!path.is_absolute()) {
    throw base::Error(base::Errc::config,
                      base::cat(where, " must be an absolute path, not ", base::safe_text(text)));
  }
  path = path.lexically_normal();
  // "/x/" is "/x": the folder above is that of the name.
  return path.has_filename() ? path : path.parent_path();
}

// The receipt and every JSON output hold these names.
void require_utf8(const Layout& layout) {
  for (const base::Path& folder : {layout.root, layout.bin_directory}) {
    if (!base::is_utf8(folder.native())) {
      throw base::Error(base::Errc::config,
                        base::cat(folder.native(),
                                  " has a name that is not UTF-8; choose another "
                                  "folder by install --prefix"));
    }
  }
}

// In what an update clears up, links would not last.
void require_lasting_bin_directory(const Layout& layout) {
  for (const base::Path& folder : {layout.versions, layout.staging, layout.state}) {
    if ((layout.bin_directory.native() + '/').starts_with(folder.native() + '/')) {
      throw base::Error(base::Errc::config, base::cat(layout.bin_directory.native(),
                                                      " cannot hold the links: ", folder.native(),
                                                      " is for what an update clears up; choose "
                                                      "another folder"));
    }
  }
}

std::optional<base::Path> find_home(const base::Environment& environment) {
  if (const auto home = environment.find("HOME")) {
    return absolute_path(*home, "HOME");
  }
  return account_home();
}

bool has_receipt(const base::Path& root) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(root / "state" / "receipt.json", ignored);
}

// <root>/versions/<V>/<program>, where that root has a receipt.
std::optional<base::Path> root_that_holds(const base::Path& executable) {
  const base::Path version = executable.parent_path();
  const base::Path versions = version.parent_path();
  if (versions.filename() != "versions" ||
      !schema::Version::try_parse(version.filename().native()) ||
      !has_receipt(versions.parent_path())) {
    return std::nullopt;
  }
  return versions.parent_path();
}

// Only a hint for the place of the links: a receipt that cannot be read is the trouble of whoever
// needs all of it.
std::optional<base::Path> bin_directory_of_receipt(const base::Path& root) {
  try {
    const auto text = base::read_file_if_exists(root / "state" / "receipt.json", kMaxReceiptBytes);
    if (!text) {
      return std::nullopt;
    }
    const base::json::Value value =
        base::json::parse(*text, {.max_bytes = kMaxReceiptBytes}, base::Errc::config);
    const base::json::ObjectReader receipt(value, "", base::Errc::config);
    base::Path directory(receipt.text("bin_directory"));
    return directory.is_absolute() ? std::optional(directory) : std::nullopt;
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

std::optional<schema::Version> version_of_link(const base::Path& link) {
  const std::optional<base::Path> target = base::read_symlink_if_exists(link);
  if (!target || target->has_parent_path()) {
    return std::nullopt;
  }
  return schema::Version::try_parse(target->native());
}

}  // namespace

base::Path Layout::version_directory(const schema::Version& version) const {
  return versions / version.text();
}

base::Path Layout::state_file(std::string_view name) const { return state / name; }

std::string variable_prefix(std::string_view program) {
  std::string out;
  for (const char letter : program) {
    if (letter >= 'a' && letter <= 'z') {
      out += static_cast<char>(letter - 'a' + 'A');
    } else {
      out += letter >= '0' && letter <= '9' ? letter : '_';
    }
  }
  return out + '_';
}

std::optional<std::string> own_variable(const schema::Identity& identity,
                                        const base::Environment& environment,
                                        std::string_view name) {
  return environment.find(base::cat(variable_prefix(identity.agent), name));
}

base::Path home_directory(const base::Environment& environment) {
  if (const auto home = find_home(environment)) {
    return *home;
  }
  throw base::Error(base::Errc::config,
                    "HOME is not set and this user has no entry in the passwd database; set HOME "
                    "to the folder to install for");
}

base::Path user_directory(const base::Environment& environment, std::string_view variable,
                          const base::Path& home, std::string_view fallback) {
  // The XDG specification: a relative path is ignored.
  if (const auto value = environment.find(variable); value && base::Path(*value).is_absolute()) {
    return base::Path(*value).lexically_normal();
  }
  return home / fallback;
}

Layout make_layout(const schema::Identity& identity, const base::Environment& environment,
                   const base::Path& executable, const std::optional<base::Path>& prefix) {
  const std::string variables = variable_prefix(identity.agent);
  Layout layout;
  layout.product = identity.product;
  layout.program = identity.agent;
  layout.home = find_home(environment).value_or(base::Path());

  for (const std::string_view name : {"ROOT", "BIN_DIR"}) {
    if (prefix && own_variable(identity, environment, name)) {
      throw base::Error(base::Errc::usage,
                        base::cat("--prefix and ", variables, name,
                                  " both say where to install; use one of them"));
    }
  }
  if (const auto root = own_variable(identity, environment, "ROOT")) {
    layout.root = absolute_path(*root, variables + "ROOT");
  } else if (prefix) {
    layout.root = absolute_path(prefix->native(), "--prefix") / "share" / identity.agent;
  } else if (const auto holder = root_that_holds(executable)) {
    layout.root = *holder;
  } else {
    layout.root =
        user_directory(environment, "XDG_DATA_HOME", home_directory(environment), ".local/share") /
        identity.agent;
  }

  if (const auto directory = own_variable(identity, environment, "BIN_DIR")) {
    layout.bin_directory = absolute_path(*directory, variables + "BIN_DIR");
  } else if (prefix) {
    layout.bin_directory = absolute_path(prefix->native(), "--prefix") / "bin";
  } else if (const auto recorded = bin_directory_of_receipt(layout.root)) {
    layout.bin_directory = *recorded;
  } else if (const base::Path sibling = layout.root.parent_path().parent_path() / "bin";
             base::read_symlink_if_exists(sibling / identity.agent)) {
    layout.bin_directory = sibling;
  } else {
    layout.bin_directory = home_directory(environment) / ".local" / "bin";
  }

  layout.versions = layout.root / "versions";
  layout.current = layout.versions / "current";
  layout.previous = layout.versions / "previous";
  layout.staging = layout.root / "staging";
  layout.state = layout.root / "state";
  layout.lock = layout.root / "lock";
  layout.recover_script = layout.root / "recover.sh";
  require_utf8(layout);
  require_lasting_bin_directory(layout);
  return layout;
}

bool is_staging_name(std::string_view name) {
  constexpr std::size_t kDigits = 16;
  return name.size() == kDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<schema::Version> installed_versions(const Layout& layout) {
  std::vector<schema::Version> out;
  for (const std::string& name : base::list_directory(layout.versions)) {
    const auto version = schema::Version::try_parse(name);
    std::error_code ignored;
    // Only folders of the one canonical name are ours.
    if (version && version->text() == name &&
        std::filesystem::symlink_status(layout.versions / name, ignored).type() ==
            std::filesystem::file_type::directory) {
      out.push_back(*version);
    }
  }
  std::sort(out.begin(), out.end(), std::greater<>());
  return out;
}

std::optional<schema::Version> current_version(const Layout& layout) {
  return version_of_link(layout.current);
}

std::optional<schema::Version> previous_version(const Layout& layout) {
  // Who went back by hand or by a repair left the link at what is current now: no way back.
  const std::optional<schema::Version> previous = version_of_link(layout.previous);
  return previous == current_version(layout) ? std::nullopt : previous;
}

std::uint64_t installed_size(const Layout& layout) {
  std::uint64_t total = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(layout.versions, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->symlink_status(ignored).type() == std::filesystem::file_type::regular) {
      total += static_cast<std::uint64_t>(entry->file_size(ignored));
    }
  }
  return total;
}

}  // namespace agent
