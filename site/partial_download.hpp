#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/url.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace site {

// What a partial download is a part of. The digest decides in the end; until then the bytes are
// anybody's.
struct WantedBytes {
  std::uint64_t size = 0;
  trust::Sha256 sha256;
};

// The bytes of one download on their way to the disk. In a folder that outlives the run they are
// `download.part`, with `download.json` that says what they are a part of: the next run goes on
// where this one was killed. Without such a folder the file has no name.
class PartialDownload {
 public:
  // Goes on with what `kept_in` has if it is a part of `wanted`; else begins with nothing.
  //   staging  where the file is made if there is no `kept_in`
  // Reads all kept bytes. Throws Errc::cannot_write, also where there is no room for the rest.
  PartialDownload(std::optional<base::Path> kept_in, base::Path staging, const WantedBytes& wanted);

  [[nodiscard]] std::uint64_t size() const { return m_size; }
  // The strong entity tag with which `url` showed the bytes that are kept.
  [[nodiscard]] std::optional<std::string> entity_tag_of(const base::Url& url) const;

  // `bytes` is the next of it; the caller has seen that it is not more than is wanted.
  void append(std::string_view bytes);
  // Back to nothing; what comes now is of `url`.
  void start_over(const base::Url& url, const std::optional<std::string>& entity_tag);

  // Of what is there. Then only start_over() or release() follow.
  trust::Sha256 finish() { return m_hasher.finish(); }
  // The file; nothing leads to it any more.
  base::FileDescriptor release();
  // Leaves nothing behind.
  void discard();

 private:
  [[nodiscard]] base::Path part() const;
  [[nodiscard]] base::Path description() const;
  void read_description(const WantedBytes& wanted);

  std::optional<base::Path> m_kept_in;
  base::Path m_name_for_errors;
  WantedBytes m_wanted;
  base::FileDescriptor m_file;
  trust::Sha256Hasher m_hasher;
  std::uint64_t m_size = 0;
  std::string m_url;
  std::optional<std::string> m_entity_tag;
};

// Bytes that a kept download takes of the disk.
std::uint64_t kept_download_bytes(const base::Path& kept_in);
// Removes what is kept there.
void remove_kept_download(const base::Path& kept_in);
// The same where nothing was added for seven days, or the clock says that it is of the future.
void remove_old_kept_download(const base::Path& kept_in, base::Time now);

}  // namespace site
