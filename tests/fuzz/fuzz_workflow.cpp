#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/signing.hpp"
#include "tests/trust/vectors.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

// A repository whose files the input edits, walked by a client that has seen an earlier state of
// it: with signatures checked as always, when only what was signed may pass; and by a check that
// says yes to all, when everything behind the signatures is in the fuzzer's reach.

namespace {

namespace tuf = trust::tuf;
using base::Errc;

constexpr std::string_view kPath = "file";
enum Place : std::size_t { root, timestamp, snapshot, targets, channel, target, count };
using Files = std::array<std::string, Place::count>;

struct Repository {
  std::string trusted_root, kept_timestamp, kept_snapshot;
  Files files;
};

test::KeyPair fixed_key() {
  std::string line(vectors::kSecretLine);
  return std::make_shared<const trust::SecretKey>(
      trust::SecretKey::parse(trust::SecretBytes::take(line), nullptr));
}

// The same bytes in every run: all roles have one key.
Repository make_repository() {
  test::MetadataRepository made;
  const test::KeyPair key = fixed_key();
  made.delegate("targets", "channel", {std::string(kPath)}, true);
  for (const std::string_view role : {"root", "timestamp", "snapshot", "targets", "channel"})
    made.set_keys(role, {key});
  made.add_target("channel", kPath, "old");
  made.gives_hashes = false;
  made.publish();
  made.root.expires += std::chrono::hours(1);
  made.publish();
  Repository repository{
      made.file_of("root"), made.file_of("timestamp"), made.file_of("snapshot"), {}};
  made.root.expires += std::chrono::hours(1);
  made.add_target("channel", kPath, "new");
  made.publish();
  repository.files = {made.file_of("root"),    made.file_of("timestamp"), made.file_of("snapshot"),
                      made.file_of("targets"), made.file_of("channel"),   "new"};
  return repository;
}

const Repository& repository() {
  static const Repository made = make_repository();
  return made;
}

// Takes numbers and pieces from the input; zeros at its end.
class Input {
 public:
  explicit Input(std::string_view bytes) : m_bytes(bytes) {}
  [[nodiscard]] bool is_empty() const { return m_bytes.empty(); }
  std::size_t number(int size) {
    std::size_t value = 0;
    for (; size > 0; --size) {
      value = value << 8U;
      if (m_bytes.empty()) continue;
      value |= static_cast<unsigned char>(m_bytes.front());
      m_bytes.remove_prefix(1);
    }
    return value;
  }
  std::string_view piece(std::size_t size) {
    const std::string_view piece = m_bytes.substr(0, size);
    m_bytes.remove_prefix(piece.size());
    return piece;
  }

 private:
  std::string_view m_bytes;
};

void edit(Files& files, Input& input) {
  const std::size_t kind = input.number(1) % 5;
  std::string& file = files[input.number(1) % files.size()];
  const std::size_t at = std::min(input.number(2), file.size());
  if (kind == 0) {  // other bytes in the place of some
    const std::string_view piece = input.piece(input.number(1));
    file.replace(at, piece.size(), piece);
  } else if (kind == 1) {
    file.erase(at, input.number(1));
  } else if (kind == 2) {
    file.insert(at, input.piece(input.number(1)));
  } else if (kind == 3) {
    std::swap(file, files[at % files.size()]);
  } else {  // another version
    constexpr std::string_view kVersion = "\"version\":";
    const std::size_t found = file.find(kVersion, at);
    if (found == std::string::npos) return;
    const std::size_t begin = found + kVersion.size();
    const std::size_t end = file.find_first_not_of("0123456789", begin);
    file.replace(begin, end == std::string::npos ? end : end - begin,
                 base::cat(input.number(static_cast<int>(1 + at % 8))));
  }
}

bool says_yes(const tuf::Key& /*key*/, std::string_view /*message*/,
              std::string_view /*signature*/) {
  return true;
}

template <class Step>
bool passes(Step&& step) {
  bool passed = false;
  fuzz::accept_or_refuse({Errc::untrusted, Errc::expired}, [&] {
    step();
    passed = true;
  });
  return passed;
}

// Gives what was proven of the target, or nothing.
std::string walk(const Files& files, tuf::SignatureCheck check) {
  static const base::Time now = test::now();
  tuf::TrustedMetadata trusted(repository().trusted_root, now, check);
  const std::uint64_t first = trusted.root().version;
  passes([&] { trusted.update_root(files[Place::root]); });
  fuzz::require(trusted.root().version == first || trusted.root().version == first + 1);
  if (!passes([&] { trusted.finish_root_update(); })) return {};
  if (check != says_yes) {
    fuzz::require(trusted.remember_timestamp(repository().kept_timestamp));
    fuzz::require(trusted.remember_snapshot(repository().kept_snapshot));
  } else {  // a root with a threshold that no keys can meet is one, too
    trusted.remember_timestamp(repository().kept_timestamp);
    trusted.remember_snapshot(repository().kept_snapshot);
  }
  if (!passes([&] { trusted.update_timestamp(files[Place::timestamp]); })) return {};
  fuzz::require(trusted.timestamp()->expires > now);
  if (!passes([&] { trusted.update_snapshot(files[Place::snapshot]); })) return {};
  fuzz::require(trusted.snapshot()->version == trusted.timestamp()->snapshot.version);
  fuzz::require(trusted.snapshot()->expires > now);
  if (!passes([&] { trusted.update_targets(files[Place::targets]); })) return {};
  const tuf::Targets& top = *trusted.targets();
  fuzz::require(top.version == trusted.meta_of("targets").version && top.expires > now);
  for (const tuf::Delegation& delegation : top.delegations)
    static_cast<void>(delegation.covers(kPath));
  const tuf::Targets* role = nullptr;
  if (top.find_delegation("channel") == nullptr) return {};
  if (!passes([&] { role = &trusted.update_delegated(files[Place::channel], top, "channel"); })) {
    return {};
  }
  fuzz::require(role->version == trusted.meta_of("channel").version && role->expires > now);
  if (!role->files.contains(kPath)) return {};
  std::string proven;
  passes([&] { proven = trusted.prove_target(*role, kPath, files[Place::target]).bytes(); });
  return proven;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input input(fuzz::text_of(bytes, size));
  Files files = repository().files;
  for (int edits = 0; edits < 64 && !input.is_empty(); ++edits)
    edit(files, input);
  // Nothing but what was signed, and not what was signed before: never "old".
  const std::string proven = walk(files, tuf::checks_ed25519);
  fuzz::require(proven.empty() || proven == "new");
  walk(files, says_yes);
  return 0;
}
