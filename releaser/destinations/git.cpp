#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/destinations/token.hpp"
#include "releaser/git/branch.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxStreamedBytes = 64UL * 1024 * 1024;
// GitHub's pages leave files with a leading dot or underscore out, unless this one is there.
constexpr std::string_view kPlainPages = ".nojekyll";

std::string bytes_of(const WantedFile& file) {
  const auto* const path = std::get_if<base::Path>(&file.contents);
  std::string bytes = path != nullptr ? base::read_file(*path, kMaxStreamedBytes)
                                      : std::get<std::string>(file.contents);
  if (trust::sha256_of(bytes) != file.sha256) {
    throw Error(Errc::conflict, cat(file.name, " changed while it was copied; run again"));
  }
  return bytes;
}

// A branch that is served as a site, by the pages of a host or from a clone. What is put and
// announced is collected and becomes public by the push of one commit: a reader sees a complete
// set at any instant, and whoever else pushed meanwhile makes that push fail.
class GitBranch final : public Destination {
 public:
  GitBranch(const DestinationSettings& settings, git::Remote remote, const Machine& machine)
      : Destination(settings),
        m_remote(std::move(remote)),
        m_environment(machine.environment),
        m_now(machine.now) {}

  [[nodiscard]] std::string place() const override {
    return cat("branch ", settings().branch, " of ", m_remote.url);
  }

  void preflight() const override { static_cast<void>(branch()); }
  void preflight_write() const override { branch().check_push(); }

  // Nobody is kept out: the push finds out whether somebody else came first.
  void acquire() override {}

  [[nodiscard]] std::optional<std::string> read(std::string_view name,
                                                std::size_t max_bytes) const override {
    const std::string path = path_of(name);
    const auto pending = m_pending.find(path);
    if (pending == m_pending.end()) return branch().read(path, max_bytes);
    if (!pending->second) return std::nullopt;
    if (pending->second->bytes.size() > max_bytes) {
      throw Error(Errc::config, cat(path, " is larger than ", max_bytes, " bytes"));
    }
    return pending->second->bytes;
  }

  bool stream(std::string_view name, const base::ByteSink& sink) const override {
    const auto bytes = read(name, kMaxStreamedBytes);
    if (!bytes) return false;
    sink(*bytes);
    return true;
  }

  [[nodiscard]] Found find(const WantedFile& file) const override {
    const std::string path = path_of(file.name);
    if (m_pending.find(path) == m_pending.end()) {
      const git::Entry* const entry = branch().find(path);
      if (entry == nullptr) return is_folder(path) ? Found::different : Found::absent;
      if (!entry->is_file() || entry->size != file.size) return Found::different;
    }
    const auto bytes = read(file.name, kMaxStreamedBytes);
    if (!bytes) return Found::absent;
    return trust::sha256_of(*bytes) == file.sha256 ? Found::same : Found::different;
  }

  void clean_up(const std::vector<WantedFile>& /*files*/) override {}

  void put(const WantedFile& file) override {
    if (const auto reason = base::unsafe_path_reason(file.name)) {
      throw Error(Errc::internal, cat("the name of a public file ", *reason, ": ",
                                      base::safe_text(file.name, 200)));
    }
    m_pending[path_of(file.name)] = git::NewFile{bytes_of(file), (file.mode & 0100U) != 0};
  }

  Announced announce(const std::vector<WantedFile>& documents) override {
    for (const WantedFile& document : documents)
      put(document);
    if (m_pending.empty()) return Announced::done;
    if (branch().find(path_of(kPlainPages)) == nullptr)
      m_pending[path_of(kPlainPages)] = git::NewFile{};
    const git::Pushed pushed = branch().push(m_pending, message());
    m_pending.clear();
    if (pushed != git::Pushed::moved) return Announced::done;
    branch().fetch();
    return Announced::moved;
  }

  // Archives wait elsewhere; here it is only what this run has put.
  void drop_staged(std::string_view tag) override {
    const std::string prefix = path_of(staged_name(tag, ""));
    std::erase_if(m_pending, [&](const auto& each) { return each.first.starts_with(prefix); });
  }

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const {
    return settings().path.empty() ? std::string(name) : cat(settings().path, "/", name);
  }

  [[nodiscard]] bool is_folder(const std::string& path) const {
    const std::string prefix = path + "/";
    const auto& entries = branch().entries();
    const auto next = entries.lower_bound(prefix);
    return next != entries.end() && next->first.starts_with(prefix);
  }

  // Fetched when it is first asked for.
  [[nodiscard]] git::Branch& branch() const {
    if (!m_branch) {
      auto branch =
          std::make_unique<git::Branch>(m_environment, m_remote, settings().branch, m_now);
      branch->fetch();
      m_branch = std::move(branch);
    }
    return *m_branch;
  }

  [[nodiscard]] std::string message() const {
    constexpr std::string_view kSums = "checksums/";
    constexpr std::string_view kSuffix = ".sha256";
    for (const auto& [path, file] : m_pending) {
      if (!path.starts_with(path_of(kSums)) || !path.ends_with(kSuffix)) continue;
      const std::string name = path.substr(path_of(kSums).size());
      return cat("Publish ", name.substr(0, name.size() - kSuffix.size()));
    }
    const bool is_metadata = std::all_of(m_pending.begin(), m_pending.end(), [&](const auto& each) {
      return each.first.starts_with(path_of("metadata/"));
    });
    return is_metadata ? "Refresh metadata" : "Update the published site";
  }

  git::Remote m_remote;
  const base::Environment& m_environment;
  base::Time m_now;
  git::Changes m_pending;  // by path in the branch
  mutable std::unique_ptr<git::Branch> m_branch;
};

}  // namespace

std::unique_ptr<Destination> make_git_destination(const DestinationSettings& settings,
                                                  const Config& config, const Machine& machine) {
  return base::with_context(cat("[[destination]] ", settings.name, ": `remote`"), [&] {
    git::Remote remote;
    remote.url = git::repository_url(settings.remote);
    if (git::is_path(remote.url)) {
      remote.url = std::filesystem::absolute(config.resolve(remote.url, machine.home()))
                       .lexically_normal()
                       .string();
    }
    Token token = settings.token_file.empty()
                      ? find_token(machine, settings.token_env, remote.origin())
                      : token_of_file(config.resolve(settings.token_file, machine.home()));
    remote.token = std::move(token.text);
    remote.token_variable = std::move(token.variable);
    remote.limits = limits_of(machine.network);
    return std::make_unique<GitBranch>(settings, std::move(remote), machine);
  });
}

}  // namespace releaser
