#include "releaser/git/branch.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/git/failure.hpp"

#include <filesystem>
#include <thread>

namespace releaser::git {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::string_view kTip = "refs/cco/tip";
constexpr std::size_t kMaxAnswerBytes = 64UL * 1024 * 1024;
constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kPause{500};  // before the second attempt, then twice that

}  // namespace

std::string branch_ref(const std::string& branch) { return "refs/heads/" + branch; }

Branch::Branch(const base::Environment& environment, Remote remote, std::string name,
               base::Time now)
    : m_folder(environment.find("TMPDIR").value_or("/tmp"), now),
      m_git(environment, std::move(remote), m_folder.path()),
      m_objects(m_git),
      m_name(std::move(name)),
      m_now(now) {
  (void)m_git.output_of(
      {.arguments = {"init", "--quiet", "--bare", "--template=", "--initial-branch=cco", "."}});
}

// Runs what may be repeated, a few times where the network is to blame.
base::ProcessResult Branch::run_remote(std::vector<std::string> arguments) const {
  const Call call{
      .arguments = std::move(arguments), .reach = Reach::remote, .max_output = kMaxAnswerBytes};
  auto pause = kPause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    base::ProcessResult result = m_git.run(call);
    if (result.exit_status == 0 || attempt == kAttempts || !is_passing(result.errors))
      return result;
    if (pause >= remote().limits.time_left()) return result;
    std::this_thread::sleep_for(pause);
  }
}

// "ref: refs/heads/trunk\tHEAD". An empty repository says nothing of it: then it will be main.
const std::string& Branch::known_name() {
  if (!m_name.empty()) return m_name;
  const auto result = run_remote({"ls-remote", "--symref", "--", remote().url, "HEAD"});
  if (result.exit_status != 0) throw failure_of(remote(), result.errors);
  constexpr std::string_view kPrefix = "ref: refs/heads/";
  for (const std::string_view line : base::split_lines(result.output)) {
    if (!line.starts_with(kPrefix)) continue;
    m_name = std::string(line.substr(kPrefix.size(), line.find('\t') - kPrefix.size()));
  }
  if (m_name.empty()) m_name = "main";
  return m_name;
}

void Branch::fetch() {
  fetch_tip();
  m_entries.clear();
  if (m_tip.empty()) return;
  m_entries = m_objects.list(m_tip);
}

void Branch::fetch_tip() {
  const auto result =
      run_remote({"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
                  "--no-write-fetch-head", "--", remote().url,
                  cat("+", m_name.empty() ? "HEAD" : branch_ref(m_name), ":", kTip)});
  m_tip.clear();
  if (result.exit_status == 0) {
    m_tip = m_git.output_of({.arguments = {"rev-parse", "--verify", std::string(kTip)}});
  } else if (result.errors.find("couldn't find remote ref") == std::string::npos) {
    throw failure_of(remote(), result.errors);
  }
}

void Branch::check_push() {
  // A branch that is not there yet needs something to be pushed.
  const std::string commit = m_tip.empty() ? commit_of(tree_of({}), "x") : m_tip;
  const auto result =
      run_remote({"push", "--dry-run", "--porcelain", "--no-verify", "--recurse-submodules=no",
                  "--", remote().url, cat(commit, ":", branch_ref(known_name()))});
  // A branch that moves meanwhile is no lack of rights.
  const PushAnswer answer = read_push(result.exit_status, result.output);
  if (answer == PushAnswer::none) throw failure_of(remote(), result.errors);
}

const Entry* Branch::find(std::string_view path) const {
  const auto found = m_entries.find(path);
  return found == m_entries.end() ? nullptr : &found->second;
}

std::optional<std::string> Branch::read(std::string_view path, std::size_t max_bytes) const {
  const auto found = m_entries.find(path);
  if (found == m_entries.end() || !found->second.is_file()) return std::nullopt;
  if (found->second.size > max_bytes) {
    throw Error(Errc::config, cat(path, " of that branch is larger than ", max_bytes, " bytes"));
  }
  return m_objects.read(m_entries, found);
}

std::string Branch::tree_of(const Changes& changes) const {
  const std::vector<std::string> index{
      cat("GIT_INDEX_FILE=", (std::filesystem::absolute(m_git.folder()) / "cco-index").string())};
  std::vector<std::string> start{"read-tree"};
  start.push_back(m_tip.empty() ? "--empty" : m_tip);
  (void)m_git.output_of({.arguments = std::move(start), .environment = index});
  std::vector<std::string_view> contents;
  contents.reserve(changes.size());
  for (const auto& [path, file] : changes)
    if (file) contents.push_back(file->bytes);
  const std::vector<std::string> objects = m_objects.write(contents);
  auto object = objects.begin();
  std::string records;
  for (const auto& [path, file] : changes) {
    if (file) {
      records += cat(file->is_executable ? "100755 " : "100644 ", *object++, "\t", path, '\0');
    } else {
      records += cat("0 0000000000000000000000000000000000000000\t", path, '\0');
    }
  }
  const auto updated =
      m_git.run({.arguments = {"update-index", "-z", "--add", "--replace", "--index-info"},
                 .input = records,
                 .environment = index});
  // A path like ".git/x" is passed over with a warning.
  if (updated.exit_status != 0 || !updated.errors.empty()) {
    throw Error(Errc::internal, cat("git update-index: ", said(remote(), updated.errors)));
  }
  return m_git.output_of({.arguments = {"write-tree"}, .environment = index});
}

// Of the user's own settings where git has them.
std::vector<std::string> Branch::identity() const {
  std::vector<std::string> identity;
  for (const std::string_view who : {"AUTHOR", "COMMITTER"}) {
    const auto known = m_git.run(
        {.arguments = {"-c", "user.useConfigOnly=true", "var", cat("GIT_", who, "_IDENT")}});
    if (known.exit_status != 0) {
      identity.push_back(cat("GIT_", who, "_NAME=cco-release"));
      identity.push_back(cat("GIT_", who, "_EMAIL=cco-release@localhost.invalid"));
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_now.time_since_epoch());
    identity.push_back(cat("GIT_", who, "_DATE=@", seconds.count(), " +0000"));
  }
  return identity;
}

std::string Branch::commit_of(const std::string& tree, std::string_view message) const {
  std::vector<std::string> arguments{"commit-tree"};
  if (!m_tip.empty()) arguments.insert(arguments.end(), {"-p", m_tip});
  const auto signs = m_git.run({.arguments = {"config", "--type=bool", "--get", "commit.gpgSign"}});
  const bool is_signed = base::trim(signs.output) == "true";
  if (is_signed) arguments.emplace_back("-S");
  arguments.push_back(tree);
  const auto result = m_git.run(
      {.arguments = std::move(arguments), .input = cat(message, "\n"), .environment = identity()});
  if (result.exit_status != 0) {
    throw Error(Errc::config, cat("git makes no commit", is_signed ? " that is signed" : "", ": ",
                                  said(remote(), result.errors),
                                  is_signed ? "; see commit.gpgSign of git's configuration" : ""));
  }
  return std::string(base::trim(result.output));
}

base::Error Branch::refusal() const { return m_refusal.value(); }

Pushed Branch::push(const Changes& changes, std::string_view message, Refusal refusal) {
  const std::string tree = tree_of(changes);
  if (!m_tip.empty()) {
    const std::string old = m_git.output_of({.arguments = {"rev-parse", cat(m_tip, "^{tree}")}});
    if (old == tree) return Pushed::nothing_new;
  } else if (changes.empty()) {
    return Pushed::nothing_new;
  }
  const std::string commit = commit_of(tree, message);
  const std::string before = m_tip;
  for (int attempt = 1;; ++attempt) {
    const auto result =
        m_git.run({.arguments = {"push", "--porcelain", "--no-verify", "--recurse-submodules=no",
                                 "--", remote().url, cat(commit, ":", branch_ref(known_name()))},
                   .reach = Reach::remote,
                   .max_output = kMaxAnswerBytes});
    switch (read_push(result.exit_status, result.output)) {
      case PushAnswer::done:
      case PushAnswer::none:
        break;
      case PushAnswer::moved:
        return Pushed::moved;
      case PushAnswer::refused:
        m_refusal = refusal_of(remote(), known_name(), result.output, result.errors);
        if (refusal == Refusal::answer) return Pushed::refused;
        throw Error(*m_refusal);
    }
    if (result.exit_status != 0 && !is_passing(result.errors))
      throw failure_of(remote(), result.errors);
    // The answer was lost: what happened is to be seen there alone.
    if (result.exit_status != 0) fetch_tip();
    if (result.exit_status == 0 || m_tip == commit) break;
    if (m_tip != before) return Pushed::moved;
    if (attempt == kAttempts) throw failure_of(remote(), result.errors);
  }
  m_tip = commit;
  m_entries = m_objects.list(m_tip);
  return Pushed::done;
}

}  // namespace releaser::git
