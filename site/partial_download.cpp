#include "site/partial_download.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "site/part_file.hpp"

#include <chrono>
#include <utility>

namespace site {
namespace {

using base::Errc;
using base::Error;
namespace json = base::json;

constexpr std::uint64_t kPartSchema = 1;
constexpr std::size_t kMaxDescriptionBytes = std::size_t{16} * 1024;
constexpr std::size_t kMaxEntityTagBytes = 256;
constexpr std::chrono::hours kKeptFor{7 * 24};

base::Path part_in(const base::Path& folder) { return folder / "download.part"; }
base::Path description_in(const base::Path& folder) { return folder / "download.json"; }

// RFC 9110, 8.8.3: "W/" marks a weak one, which must not be used for a range. It becomes a header
// again, so nothing else than printable ASCII comes through.
bool is_strong_entity_tag(std::string_view tag) {
  if (tag.size() < 2 || tag.size() > kMaxEntityTagBytes) return false;
  if (!tag.starts_with('"') || !tag.ends_with('"')) return false;
  for (const char c : tag) {
    if (c < '!' || c > '~') return false;
  }
  return true;
}

}  // namespace

PartialDownload::PartialDownload(std::optional<base::Path> kept_in, base::Path staging,
                                 const WantedBytes& wanted)
    : m_kept_in(std::move(kept_in)),
      m_name_for_errors(m_kept_in ? part() : std::move(staging)),
      m_wanted(wanted) {
  if (m_kept_in) {
    read_description(wanted);
    m_file = open_kept_file(part());
    m_size = base::file_size(m_file);
    if (m_url.empty() || m_size > wanted.size) m_size = 0;
    keep_first_bytes(m_file, m_size, m_name_for_errors);
    base::stream_file(m_file, [&](std::string_view bytes) { m_hasher.update(bytes); });
  } else {
    m_file = make_unnamed_file(m_name_for_errors);
  }
  try {
    reserve_room(m_file, wanted.size, m_name_for_errors);
  } catch (const Error&) {
    discard();
    throw;
  }
}

base::Path PartialDownload::part() const { return part_in(*m_kept_in); }
base::Path PartialDownload::description() const { return description_in(*m_kept_in); }

void PartialDownload::read_description(const WantedBytes& wanted) {
  const auto text = base::read_file_if_exists(description(), kMaxDescriptionBytes);
  if (!text) return;
  try {
    const json::Value value = json::parse(*text, {.max_bytes = kMaxDescriptionBytes}, Errc::config);
    const json::ObjectReader reader(value, "", Errc::config);
    if (reader.number("schema") != kPartSchema || reader.number("size") != wanted.size ||
        reader.text("sha256") != wanted.sha256.hex()) {
      return;
    }
    m_url = reader.text("url");
    m_entity_tag = reader.optional_text("etag");
    if (m_entity_tag && !is_strong_entity_tag(*m_entity_tag)) m_entity_tag.reset();
  } catch (const Error&) {
    m_url.clear();  // damaged, as a power cut leaves it: then nobody knows whose bytes these are
  }
}

std::optional<std::string> PartialDownload::entity_tag_of(const base::Url& url) const {
  return url.text() == m_url ? m_entity_tag : std::nullopt;
}

void PartialDownload::append(std::string_view bytes) {
  base::write_all(m_file, bytes, m_name_for_errors);
  m_hasher.update(bytes);
  m_size += bytes.size();
}

void PartialDownload::start_over(const base::Url& url,
                                 const std::optional<std::string>& entity_tag) {
  keep_first_bytes(m_file, 0, m_name_for_errors);
  reserve_room(m_file, m_wanted.size, m_name_for_errors);
  m_size = 0;
  m_hasher = trust::Sha256Hasher();
  m_url = url.text();
  m_entity_tag = entity_tag && is_strong_entity_tag(*entity_tag) ? entity_tag : std::nullopt;
  if (!m_kept_in) return;
  // Not flushed: bytes that a power cut spoiled cost one download more, and no error.
  json::Object object{{"schema", kPartSchema},
                      {"url", m_url},
                      {"etag", nullptr},
                      {"size", m_wanted.size},
                      {"sha256", m_wanted.sha256.hex()}};
  if (m_entity_tag) object[2].second = *m_entity_tag;
  base::write_file_atomically(description(), json::write(object, json::Style::pretty), 0600,
                              base::Durability::none);
}

base::FileDescriptor PartialDownload::release() {
  discard();
  return std::move(m_file);
}

void PartialDownload::discard() {
  if (m_kept_in) remove_kept_download(*m_kept_in);
}

std::uint64_t kept_download_bytes(const base::Path& kept_in) {
  return bytes_on_disk(part_in(kept_in));
}

void remove_kept_download(const base::Path& kept_in) {
  base::remove_tree(part_in(kept_in));
  base::remove_tree(description_in(kept_in));
}

void remove_old_kept_download(const base::Path& kept_in, base::Time now) {
  std::error_code error;
  const auto written = std::filesystem::last_write_time(part_in(kept_in), error);
  if (error) return;
  const auto age = now - std::chrono::file_clock::to_sys(written);
  if (age > kKeptFor || age < -kKeptFor) remove_kept_download(kept_in);
}

}  // namespace site
