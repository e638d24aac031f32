#include "releaser/trust/drill.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/ceremony.hpp"
#include "releaser/trust/draft_files.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;
using Names = std::vector<std::string>;

constexpr std::string_view kTarget = "stable.version-manifest.json";

// What a site would show.
struct Shown {
  std::string timestamp, snapshot, channel;
};

class Rehearsal {
 public:
  Rehearsal(const Config& config, base::Path folder, base::Time now, std::ostream& out)
      : m_config(config), m_folder(std::move(folder)), m_now(now), m_out(out) {
    const bool is_team = config.trust->preset == "team";
    m_is_ci_stable = config.trust->preset == "ci-stable";
    m_root = is_team ? Names{"root-1", "root-2", "root-3"} : Names{"root-1", "root-2"};
    m_release = is_team ? Names{"release-1", "release-2", "release-3"} : Names{"release-1"};
    m_online = {m_is_ci_stable ? "release-1" : "online-1"};
  }

  void begin() {
    base::make_directories(m_folder);
    const TrustPolicy policy = configure();
    m_out << "With throw-away keys for preset " << m_config.trust->preset << ":\n";
    write_draft(m_folder, *make_draft(m_config.product.name, policy, nullptr, m_now),
                names_of(policy));
    sign_with(offline());
    conclude();
    m_first_root = read_trust_folder(m_folder).roots.front();
    expect_taken(shown_by(m_online, signers()), "an updater takes a release");
  }

  void change_a_root_key() {
    head("A root key changes hands");
    const std::string before = m_root.back();
    m_root.back() = "root-new";
    rotate(cat("in cco-release.toml ", m_root.back(), " stands for ", before));
    sign_with({"root-new"});
    expect_refused_finalize("signed by the new key alone");
    sign_with(offline_without("root-new"));
    conclude();
    expect_taken(shown_by(m_online, signers()), "an updater that knows only root 1 follows");
  }

  void lose_the_online_key() {
    head("The online key is stolen (a CI secret leaked)");
    const Names stolen = m_online;
    const Shown bad = shown_by(stolen, signers());
    expect_taken(bad, "the thief can sign that a release is still the newest");
    expect_refused(shown_by(stolen, stolen), "but no release that his key alone has signed");
    m_online = {"online-new"};
    rotate("in cco-release.toml another key stands in `online`");
    sign_with(offline());
    conclude();
    expect_refused(bad, "what the stolen key signs counts no more");
    expect_taken(shown_by(m_online, signers()), "what the new key signs does");
  }

  void lose_the_release_key() {
    head(m_is_ci_stable ? "The release key is stolen, which is the CI secret"
                        : "A release key is stolen");
    const std::string stolen = m_release.front();
    // The thief holds the host and the online key as well: nothing else is in his way.
    const Shown bad = shown_by(m_online, {stolen});
    if (m_config.trust->preset == "team") {
      expect_refused(bad, "with one of two the thief ships nothing, even if the host is his");
    } else {
      expect_taken(bad, m_is_ci_stable
                            ? "the thief can ship as stable: that is what preset ci-stable costs"
                            : "the thief can ship as stable, if the online key and the host are "
                              "his too");
    }
    m_release.front() = "release-new";
    if (m_is_ci_stable) m_online = m_release;
    rotate("in cco-release.toml another key stands in `stable` and [sign]");
    sign_with(offline());
    conclude();
    expect_refused(shown_by(m_online, {stolen}), "what the stolen key signs counts no more");
    expect_taken(shown_by(m_online, signers()), "what the new key signs does");
  }

  void lose_a_root_key() {
    head("A root key is lost");
    const std::string lost = m_root.front();
    m_root.front() = "root-after";
    rotate(cat("in cco-release.toml ", m_root.front(), " stands for ", lost, ", which nobody has"));
    sign_with({"root-after"});
    expect_refused_finalize("signed by the new key alone");
    sign_with(offline_without("root-after"));
    conclude();
    expect_taken(shown_by(m_online, signers()), "an updater that knows only root 1 follows");
  }

 private:
  void head(std::string_view title) { m_out << '\n' << ++m_count << ". " << title << '\n'; }
  void say(const std::string& line) { m_out << "  " << line << '\n'; }

  const trust::SecretKey& key(const std::string& name) {
    const auto found = m_keys.find(name);
    if (found != m_keys.end()) return found->second;
    return m_keys.emplace(name, trust::SecretKey::generate()).first->second;
  }

  Names lines_of(const Names& names) {
    Names lines;
    for (const std::string& name : names)
      lines.push_back(key(name).public_key().line());
    return lines;
  }

  TrustPolicy configure() {
    m_config.trust->keys = {.root = lines_of(m_root),
                            .targets = {},
                            .stable = lines_of(m_release),
                            .beta = {},
                            .nightly = {},
                            .online = m_is_ci_stable ? Names{} : lines_of(m_online)};
    m_config.sign = SignSettings{.public_key = m_config.trust->keys.stable.front(), .key = {}};
    TrustPolicy policy = trust_policy(m_config);
    if (!policy.problems.empty()) throw Error(Errc::config, policy.problems.front());
    return policy;
  }

  // As many of the root keys as must sign.
  Names offline() const {
    return {m_root.begin(), m_root.begin() + (m_config.trust->preset == "team" ? 2 : 1)};
  }
  // The same of those that the root before knows.
  Names offline_without(const std::string& name) const {
    Names known;
    for (const std::string& each : m_root) {
      if (each != name) known.push_back(each);
    }
    known.resize(offline().size());
    return known;
  }
  Names signers() const {
    return {m_release.begin(), m_release.begin() + (m_config.trust->preset == "team" ? 2 : 1)};
  }

  // Names are easier to read than lines.
  std::string with_names(std::string text) const {
    for (const auto& [name, secret] : m_keys)
      text = base::replace_all(text, secret.public_key().line(), name);
    return text;
  }

  void rotate(const std::string& why) {
    say(why);
    const TrustPolicy policy = configure();
    TrustFolder folder = read_trust_folder(m_folder);
    KeyNames names = names_of(policy);
    names.add(folder.names);
    write_draft(m_folder, *make_draft(m_config.product.name, policy, &folder, m_now), names);
    say("`trust rotate` writes a draft, and `trust sign` shows it:");
    for (const std::string& line : describe_draft(read_trust_folder(m_folder)))
      say(cat("  ", with_names(line)));
  }

  void sign_with(const Names& names) {
    TrustFolder folder = read_trust_folder(m_folder);
    for (const std::string& name : names) {
      const Signer signer = Signer::borrow(key(name));
      (void)sign_draft(folder, std::span(&signer, 1));
    }
    say(cat("signed by ", base::join(names, " and ")));
  }

  void expect_refused_finalize(std::string_view when) {
    TrustFolder folder = read_trust_folder(m_folder);
    try {
      finalize(folder);
    } catch (const Error& error) {
      say(cat(when, ", `trust finalize` refuses: ", with_names(missing_signatures_of(folder)[0])));
      return;
    }
    throw Error(Errc::internal, cat(when, ", the draft became final"));
  }

  void conclude() {
    TrustFolder folder = read_trust_folder(m_folder);
    finalize(folder);
    folder = read_trust_folder(m_folder);
    say(cat("`trust finalize`: root ", folder.root->version, " and targets ",
            folder.targets->version, " are final"));
  }

  std::string envelope(const base::json::Value& content, const Names& names) {
    tuf::Signatures signatures;
    for (const std::string& name : names)
      tuf::add_signature(signatures, key(name), content);
    return tuf::write_envelope(content, signatures);
  }

  Shown shown_by(const Names& online, const Names& release) {
    const base::Time expires = m_now + std::chrono::days(1);
    tuf::Targets channel;
    channel.version = 1;
    channel.expires = expires;
    channel.files.emplace(kTarget, tuf::describe_target("a manifest"));
    tuf::Snapshot snapshot;
    snapshot.version = 1;
    snapshot.expires = expires;
    const TrustFolder folder = read_trust_folder(m_folder);
    snapshot.files.emplace("targets.json", tuf::MetaFile{folder.targets->version, {}, {}});
    snapshot.files.emplace("stable.json", tuf::MetaFile{1, {}, {}});
    tuf::Timestamp timestamp;
    timestamp.version = 1;
    timestamp.expires = expires;
    timestamp.snapshot.version = 1;
    return {envelope(write_timestamp(timestamp), online),
            envelope(write_snapshot(snapshot), online), envelope(write_targets(channel), release)};
  }

  // Why an updater that knows only the first root refuses it; nothing where it takes the release.
  std::optional<std::string> refusal(const Shown& shown) const {
    const TrustFolder folder = read_trust_folder(m_folder);
    try {
      tuf::TrustedMetadata updater(m_first_root, m_now, tuf::checks_ed25519);
      for (std::size_t version = 2; version <= folder.roots.size(); ++version)
        (void)updater.update_root(folder.roots[version - 1]);
      updater.finish_root_update();
      (void)updater.update_timestamp(shown.timestamp);
      updater.update_snapshot(shown.snapshot);
      const tuf::Targets& top = updater.update_targets(folder.targets_bytes);
      const tuf::Targets& channel = updater.update_delegated(shown.channel, top, "stable");
      (void)updater.prove_target(channel, kTarget, "a manifest");
      return std::nullopt;
    } catch (const Error& error) {
      if (error.code() != Errc::untrusted) throw;
      return error.what();
    }
  }

  void expect_taken(const Shown& shown, const std::string& what) {
    const auto refused = refusal(shown);
    if (refused) throw Error(Errc::internal, cat(what, ": it was refused: ", *refused));
    say(what);
  }

  void expect_refused(const Shown& shown, const std::string& what) {
    const auto refused = refusal(shown);
    if (!refused) throw Error(Errc::internal, cat(what, ": it was taken"));
    say(cat(what, ": ", *refused));
  }

  Config m_config;
  base::Path m_folder;
  base::Time m_now;
  std::ostream& m_out;
  bool m_is_ci_stable = false;
  int m_count = 0;
  Names m_root, m_release, m_online;  // those that count now, by name
  std::map<std::string, trust::SecretKey> m_keys;
  std::string m_first_root;
};

}  // namespace

void rehearse(const Config& config, const base::Path& scratch, base::Time now, std::ostream& out) {
  Rehearsal rehearsal(config, scratch / "trust", now, out);
  rehearsal.begin();
  rehearsal.change_a_root_key();
  // With ci-stable the release key is the online one.
  if (config.trust->preset != "ci-stable") rehearsal.lose_the_online_key();
  rehearsal.lose_the_release_key();
  rehearsal.lose_a_root_key();
}

}  // namespace releaser
