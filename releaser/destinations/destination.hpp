#pragma once

#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/url.hpp"
#include "releaser/config/config.hpp"
#include "releaser/destinations/folder_locks.hpp"
#include "releaser/destinations/network.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace releaser {

// A file as it shall be public, by its path below the destination: "releases/v1.0.0/a.tar.gz".
struct WantedFile {
  std::string name;
  std::variant<base::Path, std::string> contents;
  std::uint64_t size = 0;
  trust::Sha256 sha256;
  unsigned mode = 0644;  // where the destination has modes
};

// Where a release stands while it waits for signatures: a name that is put, found, read and
// streamed like others, and that nothing public ever names. A destination may map such names to
// what suits it better, such as a draft of its own.
std::string staged_name(std::string_view tag, std::string_view name);

// What is put last of a release, when all else of it is there: "…/checksums.sha256.minisig".
inline constexpr std::string_view kSealName = "checksums.sha256.minisig";
bool is_seal(std::string_view name);
inline constexpr std::size_t kMaxChecksumsBytes = 64UL * 1024;  // of checksums.sha256

// Where a stranger fetches an asset of a release from.
base::Url asset_url(const DestinationSettings& settings, std::string_view tag,
                    std::string_view name);

enum class Found { absent, same, different };

// The release whose assets were put, for hosts that show releases as such.
struct AssetRelease {
  std::string tag;    // "v1.0.0"
  std::string title;  // "tool 1.0.0"
  std::string notes;  // plain text or Markdown
  std::optional<std::string> commit;
  bool is_prerelease = false;  // of another channel than stable
  bool is_latest = false;      // the newest stable one
};

// How a host that shows releases as such presents one that is public.
struct ReleaseMarks {
  std::string tag;             // "v1.0.0"
  bool is_prerelease = false;  // not in channel stable
  bool is_latest = false;      // what new installations get
  bool is_withdrawn = false;
  bool operator==(const ReleaseMarks&) const = default;
};

enum class Announced {
  done,
  moved  // somebody else published meanwhile; nothing was changed: read again and make it anew
};
// So often a run is overtaken like that before it gives up.
inline constexpr int kMaxRaces = 5;

// One place where releases are published. The contract, which all kinds obey (see
// tests/releaser/destination_test.cpp):
//   - nothing but acquire(), clean_up(), put(), release_assets(), mark(), announce() and
//     drop_staged() changes anything;
//   - put() is idempotent, and a file appears under its name whole or not at all; where assets
//     belong to a release as such, they may be for its makers alone until release_assets();
//   - what put() brought is not named by any public document before announce();
//   - announce() replaces public documents in the given order, or all at once;
//   - put() and stream() may be called from up to transfers_at_once() threads; all else, and they
//     beside anything else, one after the other.
class Destination {
 public:
  explicit Destination(DestinationSettings settings) : m_settings(std::move(settings)) {}
  virtual ~Destination() = default;
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;
  // As --skip and status name it.
  [[nodiscard]] const std::string& name() const { return m_settings.name; }
  // Where users find it.
  [[nodiscard]] const std::string& url() const { return m_settings.url; }
  [[nodiscard]] Carries carries() const { return m_settings.carries; }
  [[nodiscard]] bool is_optional() const { return m_settings.optional; }
  // For messages, without secrets: "directory /srv/releases".
  [[nodiscard]] virtual std::string place() const = 0;
  // Throws what would keep this user from publishing there, as far as it can be told without a
  // change.
  virtual void preflight() const = 0;
  // The same, as far as it costs requests of its own: for runs that will change something there.
  virtual void preflight_write() const {}
  // Keeps other publishers out until destruction. Throws Errc::locked.
  virtual void acquire() = 0;
  // A small public file, or nothing.
  [[nodiscard]] virtual std::optional<std::string> read(std::string_view name,
                                                        std::size_t max_bytes) const = 0;
  // Sends a public file to `sink` as it is now; false where there is none.
  virtual bool stream(std::string_view name, const base::ByteSink& sink) const = 0;
  [[nodiscard]] virtual Found find(const WantedFile& file) const = 0;
  // Removes what an earlier run left under temporary names beside the wanted files.
  virtual void clean_up(const std::vector<WantedFile>& files) = 0;
  virtual void put(const WantedFile& file) = 0;
  // How many files may be on their way at a time: where one waits for a network, more than one.
  [[nodiscard]] virtual std::size_t transfers_at_once() const { return 1; }
  // Can whoever comes fetch what was put of this release? Where that is so at once, always.
  [[nodiscard]] virtual bool is_released(std::string_view /*tag*/) const { return true; }
  // Every asset of the release was put: whoever comes can fetch them afterwards.
  virtual void release_assets(const AssetRelease& /*release*/) {}
  // What mark() would change, a line each: "mark v1.0.0 as the latest release". Releases that are
  // not public there are passed over.
  [[nodiscard]] virtual std::vector<std::string> wrong_marks(
      const std::vector<ReleaseMarks>& /*wanted*/) const {
    return {};
  }
  virtual void mark(const std::vector<ReleaseMarks>& /*wanted*/) {}
  [[nodiscard]] virtual Announced announce(const std::vector<WantedFile>& documents) = 0;
  // Removes all of staged_name(tag, …); nothing where there is nothing.
  virtual void drop_staged(std::string_view tag) = 0;

 protected:
  [[nodiscard]] const DestinationSettings& settings() const { return m_settings; }

 private:
  DestinationSettings m_settings;
};

// What destinations need of the machine that publishes, made once for a run and outliving them.
struct Machine {
  const base::Environment& environment;  // HOME resolves "~/"; tokens
  base::Time now;
  std::shared_ptr<FolderLocks> locks;  // that all destinations of a run share
  const Network& network;
  [[nodiscard]] std::string home() const { return environment.find("HOME").value_or(""); }
};

// The list of kinds.
std::unique_ptr<Destination> make_destination(const DestinationSettings& settings,
                                              const Config& config, const Machine& machine);
// Of one kind each, as the list names them.
std::unique_ptr<Destination> make_directory_destination(const DestinationSettings& settings,
                                                        const base::Path& folder,
                                                        std::shared_ptr<FolderLocks> locks);
struct AccessToken {
  std::string text;  // empty: none
  std::string from;  // "the variable GH_TOKEN"
};
std::unique_ptr<Destination> make_github_destination(const DestinationSettings& settings,
                                                     const Network& network, AccessToken token);
std::unique_ptr<Destination> make_gitea_destination(const DestinationSettings& settings,
                                                    const Network& network, AccessToken token);
std::unique_ptr<Destination> make_git_destination(const DestinationSettings& settings,
                                                  const Config& config, const Machine& machine);

}  // namespace releaser
