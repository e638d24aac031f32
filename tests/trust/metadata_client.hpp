#pragma once

#include "base/text.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/signing.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// A client that follows the order of the specification with files of a map, and a site for it, for
// the cases of this folder. The client that the programs have is in site/.

namespace test {

using Files = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view kManifest = "stable.version-manifest.json";

// What is proven, in words.
inline std::string view_of(const trust::tuf::TrustedMetadata& trusted) {
  std::string text = base::cat("root ", trusted.root().version);
  if (trusted.timestamp() != nullptr)
    text += base::cat(", timestamp ", trusted.timestamp()->version);
  if (trusted.snapshot() != nullptr) text += base::cat(", snapshot ", trusted.snapshot()->version);
  if (trusted.targets() != nullptr) text += base::cat(", targets ", trusted.targets()->version);
  return text;
}

struct Refusal {
  std::string step;
  base::Errc code = base::Errc::done;
  std::string message;
};

// The order of 5.3 to 5.7, with files of a map. It keeps what passed, as a store would.
class Client {
 public:
  explicit Client(const MetadataRepository& repository) : root(repository.file_of("root")) {}

  // What a step refuses is given to it again from `good`, on the same object: a call that threw
  // must have changed nothing.
  std::optional<Refusal> walk(const Files& files, const Files* good = nullptr) {
    m_files = &files;
    m_good = good;
    m_refusal.reset();
    try {
      follow();
    } catch (const Stop&) {
      REQUIRE(m_refusal);
    }
    return m_refusal;
  }

  std::string root, timestamp, snapshot;  // kept
  std::string manifest;                   // the target of the last walk
  base::Time now = test::now();
  std::string role = "stable";

 private:
  struct Stop {};

  [[nodiscard]] const std::string* find(const std::string& path) const {
    const auto found = m_files->find(path);
    return found == m_files->end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::string get(const std::string& path) const {
    if (const std::string* const file = find(path)) return *file;
    throw base::Error(base::Errc::network, base::cat(path, ": HTTP 404"));
  }

  template <class Work>
  void step(const trust::tuf::TrustedMetadata& trusted, std::string name, Work&& work) {
    const std::string before = view_of(trusted);
    try {
      work();
    } catch (const base::Error& error) {
      INFO(base::cat(name, ": ", error.what()));
      REQUIRE(!m_refusal);
      m_refusal = Refusal{std::move(name), error.code(), error.what()};
      CHECK(view_of(trusted) == before);
      if (m_good == nullptr) throw Stop();
      m_files = m_good;
      work();
    }
  }

  void follow() {
    trust::tuf::TrustedMetadata trusted(root, now, trust::tuf::checks_ed25519);
    const trust::tuf::Root first = trusted.root();
    for (bool is_next = true; is_next;) {
      const std::string path = base::cat("metadata/", trusted.root().version + 1, ".root.json");
      step(trusted, "root", [&] {
        const std::string* const file = find(path);
        is_next = file != nullptr && trusted.update_root(*file);
        if (is_next) root = *file;
      });
    }
    if (trust::tuf::TrustedMetadata::replaces_online_keys(first, trusted.root())) {
      timestamp.clear();
      snapshot.clear();
    }
    step(trusted, "end of roots", [&] { trusted.finish_root_update(); });
    if (!timestamp.empty()) trusted.remember_timestamp(timestamp);
    if (!snapshot.empty()) trusted.remember_snapshot(snapshot);
    step(trusted, "timestamp", [&] {
      const std::string file = get("metadata/timestamp.json");
      if (trusted.update_timestamp(file)) timestamp = file;
    });
    const bool is_consistent = trusted.root().consistent_snapshot;
    const auto path_of = [&](std::string_view name, std::uint64_t version) {
      return base::cat("metadata/", is_consistent ? base::cat(version, '.') : "",
                       trust::tuf::file_name(name));
    };
    step(trusted, "snapshot", [&] {
      const auto file = get(path_of("snapshot", trusted.timestamp()->snapshot.version));
      trusted.update_snapshot(file);
      snapshot = file;
    });
    step(trusted, "targets", [&] {
      trusted.update_targets(get(path_of("targets", trusted.meta_of("targets").version)));
    });
    const trust::tuf::Targets* channel = nullptr;
    step(trusted, role, [&] {
      channel = &trusted.update_delegated(get(path_of(role, trusted.meta_of(role).version)),
                                          *trusted.targets(), role);
    });
    const std::string name = base::cat(role, ".version-manifest.json");
    step(trusted, "target", [&] {
      const std::string digest =
          is_consistent ? base::cat(channel->files.at(name).hashes.at("sha256"), '.') : "";
      manifest =
          trusted.prove_target(*channel, name, get(base::cat("targets/", digest, name))).bytes();
    });
  }

  const Files* m_files = nullptr;
  const Files* m_good = nullptr;
  std::optional<Refusal> m_refusal;
};

// stable and beta, each with a manifest, as cco-release lays them out.
struct Site {
  explicit Site(bool consistent_snapshot = true) : repository(consistent_snapshot) {
    for (const std::string_view channel : {"stable", "beta"}) {
      const std::string name = base::cat(channel, ".version-manifest.json");
      repository.delegate("targets", channel, {name}, true);
      repository.add_target(channel, name, base::cat("manifest of ", channel));
    }
    repository.publish();
    first = repository.files;
  }
  void next(std::string_view text) {
    repository.add_target("stable", kManifest, std::string(text));
    repository.publish();
  }

  MetadataRepository repository;
  Files first;  // as it was published first
};

inline base::json::Value signed_part(const std::string& file) {
  return trust::tuf::parse_envelope(file, file.size()).unverified_signed;
}

inline std::string& timestamp_file(Site& site) {
  return site.repository.files["metadata/timestamp.json"];
}

}  // namespace test
