#include "manifest-schema/identity.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "manifest-schema/names.hpp"
#include "trust/digest.hpp"

#include <algorithm>
#include <utility>

namespace schema {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kHeaderBytes = 16 + 4 + 4;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMaxJsonBytes = kIdentityBytes - kHeaderBytes - kDigestBytes;
constexpr std::size_t kMaxBaseUrls = 16;
constexpr std::size_t kMaxKeysOfOneChannel = 16;

[[noreturn]] void fail(std::string_view problem) {
  throw Error(Errc::untrusted, cat(problem, "; install the program again"));
}

// What is wrong with a value of the record is damage of the record, whatever its own parser says.
template <class Parse>
auto parse_member(const std::string& place, Parse&& parse) {
  try {
    return parse();
  } catch (const Error& error) {
    fail(cat(place, ": ", error.what()));
  }
}

void append_u32(std::string& out, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>((number >> shift) & 0xFFU);
  }
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = (number << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

std::string sha256_bytes(std::string_view bytes) {
  const trust::Sha256 digest = trust::sha256_of(bytes);
  return {digest.bytes().begin(), digest.bytes().end()};
}

std::string write_json(const Identity& identity) {
  json::Array base_urls;
  for (const base::Url& url : identity.base_urls)
    base_urls.emplace_back(url.text());
  json::Object public_keys;
  for (const auto& [channel, keys] : identity.public_keys) {
    json::Array lines;
    for (const trust::PublicKey& key : keys)
      lines.emplace_back(key.line());
    public_keys.emplace_back(channel_name(channel), std::move(lines));
  }
  json::Object members;
  members.emplace_back("product", identity.product);
  members.emplace_back("agent", identity.agent);
  members.emplace_back("version", identity.version.text());
  members.emplace_back("commit",
                       identity.commit ? json::Value(*identity.commit) : json::Value(nullptr));
  members.emplace_back("date", base::format_time(identity.date));
  members.emplace_back("base_urls", std::move(base_urls));
  members.emplace_back("public_keys", std::move(public_keys));
  members.emplace_back("default_channel", channel_name(identity.default_channel));
  members.emplace_back("root", json::Object{{"version", identity.root.version},
                                            {"sha256", identity.root.sha256.hex()}});
  return json::write(members, json::Style::compact);
}

std::vector<trust::PublicKey> read_keys(const json::ObjectReader& reader, std::string_view name) {
  std::vector<trust::PublicKey> keys;
  for (const std::string& line : reader.texts(name)) {
    const trust::PublicKey key =
        parse_member(reader.place_of(name), [&] { return trust::PublicKey::parse(line); });
    for (const trust::PublicKey& other : keys) {
      if (other.id() == key.id()) reader.fail(name, "two keys have one id");
    }
    keys.push_back(key);
  }
  if (keys.empty() || keys.size() > kMaxKeysOfOneChannel) {
    reader.fail(name, cat("must have 1 to ", kMaxKeysOfOneChannel, " keys"));
  }
  return keys;
}

std::string read_name(const json::ObjectReader& reader, std::string_view name) {
  std::string text = reader.text(name);
  if (!is_product_name(text)) reader.fail(name, "must be a name of a-z, 0-9 and \"-\"");
  return text;
}

RootPin read_root(const json::ObjectReader& identity) {
  const auto reader = identity.optional_object("root");
  if (!reader) {
    throw Error(Errc::config,
                "this build was stamped without a root of trust metadata, and without one no site "
                "is believed; `cco-release stamp --root FILE` gives it one");
  }
  const auto sha256 = trust::Sha256::from_hex(reader->text("sha256"));
  if (!sha256) reader->fail("sha256", "must be 64 hexadecimal digits");
  RootPin pin{reader->number("version"), *sha256};
  if (pin.version == 0) reader->fail("version", "must be at least 1");
  return pin;
}

Identity read_json(std::string_view text) {
  const json::Value value = json::parse(text, {.max_bytes = kMaxJsonBytes}, Errc::untrusted);
  const json::ObjectReader reader(value, "", Errc::untrusted);
  const auto version = Version::try_parse(reader.text("version"));
  if (!version) reader.fail("version", "is not a version");
  const auto date = base::parse_time(reader.text("date"));
  if (!date) reader.fail("date", "must be a time such as 2026-11-20T10:00:00Z");
  const auto default_channel = parse_channel(reader.text("default_channel"));
  if (!default_channel) reader.fail("default_channel", "must be stable, beta or nightly");

  std::vector<base::Url> base_urls;
  for (const std::string& url : reader.texts("base_urls")) {
    base_urls.push_back(
        parse_member(reader.place_of("base_urls"), [&] { return base::Url::parse(url); }));
  }
  if (base_urls.empty() || base_urls.size() > kMaxBaseUrls) {
    reader.fail("base_urls", cat("must have 1 to ", kMaxBaseUrls, " URLs"));
  }

  std::map<Channel, std::vector<trust::PublicKey>> public_keys;
  const json::ObjectReader keys = reader.object("public_keys");
  for (const auto& [name, lines] : keys.members()) {
    const auto channel = parse_channel(name);
    if (!channel) reader.fail("public_keys", "names something else than stable, beta, nightly");
    public_keys.emplace(*channel, read_keys(keys, name));
  }
  if (!public_keys.contains(*default_channel)) {
    reader.fail("public_keys", "has no key of the default channel");
  }

  return Identity{.product = read_name(reader, "product"),
                  .agent = read_name(reader, "agent"),
                  .version = *version,
                  .commit = reader.optional_text("commit"),
                  .date = *date,
                  .base_urls = std::move(base_urls),
                  .public_keys = std::move(public_keys),
                  .default_channel = *default_channel,
                  .root = read_root(reader)};
}

std::optional<Identity> decode(std::string_view section) {
  if (section.size() != kIdentityBytes) {
    fail(cat("it has ", section.size(), " bytes and not ", kIdentityBytes));
  }
  if (!section.starts_with(kIdentityMagic)) fail("it does not begin as one");
  if (all_zero(section.substr(kIdentityMagic.size()))) return std::nullopt;

  const std::string_view before_digest = section.substr(0, kIdentityBytes - kDigestBytes);
  if (section.substr(before_digest.size()) != sha256_bytes(before_digest)) {
    fail("its checksum is wrong");
  }
  const std::uint32_t format = read_u32(section.substr(kIdentityMagic.size(), 4));
  if (format != kFormat) fail(cat("its format is ", format, " and not ", kFormat));
  const std::uint32_t length = read_u32(section.substr(kIdentityMagic.size() + 4, 4));
  if (length > kMaxJsonBytes) fail("its length is too large");
  if (!all_zero(before_digest.substr(kHeaderBytes + length))) fail("its padding is not zero");
  return read_json(section.substr(kHeaderBytes, length));
}

}  // namespace

std::string encode_identity(const Identity& identity) {
  const std::string text = write_json(identity);
  if (text.size() > kMaxJsonBytes) {
    throw Error(Errc::config, cat("the identity record takes ", text.size(), " bytes, and only ",
                                  kMaxJsonBytes, " fit; name fewer URLs or keys"));
  }
  std::string record(kIdentityMagic);
  append_u32(record, kFormat);
  append_u32(record, static_cast<std::uint32_t>(text.size()));
  record += text;
  record.resize(kIdentityBytes - kDigestBytes, '\0');
  record += sha256_bytes(record);
  // What the agent would refuse is never stamped.
  try {
    decode_identity(record);
  } catch (const Error& error) {
    throw Error(Errc::config, cat("this identity cannot be stamped: ", error.what()));
  }
  return record;
}

std::optional<Identity> decode_identity(std::string_view section) {
  try {
    return decode(section);
  } catch (const Error& error) {
    if (error.code() == Errc::config) throw;  // whole, and of no use
    throw Error(error.code(), cat("damaged identity record: ", error.what()));
  }
}

}  // namespace schema
