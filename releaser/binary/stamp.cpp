#include "releaser/binary/stamp.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/elf.hpp"
#include "releaser/binary/readers.hpp"

#include <algorithm>
#include <vector>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::uint32_t kProgramBytes = 1;  // SHT_PROGBITS
constexpr std::size_t kMaxSectionName = 256;

bool has_name(const ByteSource& agent, const ElfSection& names, const ElfSection& section) {
  if (section.name >= names.size) return false;
  const auto limit = std::min<std::uint64_t>(kMaxSectionName, names.size - section.name);
  const auto text = agent.read_up_to(names.offset + section.name, static_cast<std::size_t>(limit));
  return std::string_view(text).substr(0, text.find('\0')) == schema::kIdentitySection;
}

// The sections of that name in the file's table.
std::vector<ElfSection> identity_sections(const ByteSource& agent) {
  const auto file = read_elf_tables(agent);
  std::vector<ElfSection> found;
  // The list leaves out the empty first section.
  if (file.names_section == 0 || file.names_section > file.sections.size()) return found;
  const auto& names = file.sections[file.names_section - 1];
  agent.require(names.offset, names.size, "the names of the sections");
  for (const auto& section : file.sections) {
    if (has_name(agent, names, section)) found.push_back(section);
  }
  return found;
}

// The bytes of the section, whose record is whole or not yet written.
struct FoundIdentity {
  std::uint64_t offset = 0;
  std::optional<schema::Identity> identity;
};

FoundIdentity find_identity(const base::Path& agent, const ByteSource& source) {
  return base::with_context(agent.string(), [&] {
    FoundIdentity found{.offset = find_identity_section(source), .identity = {}};
    found.identity = schema::decode_identity(
        source.read(found.offset, schema::kIdentityBytes, "the identity section"));
    return found;
  });
}

}  // namespace

std::uint64_t find_identity_section(const ByteSource& agent) {
  const auto beginning = agent.read_up_to(0, 8);
  if (!looks_like_elf(beginning)) {
    const auto facts = read_binary(agent);  // says what a file is that is no binary at all
    throw Error(Errc::config, cat("is for ", facts.front().system,
                                  "; only ELF files (Linux, FreeBSD) can be stamped so far"));
  }
  const auto sections = identity_sections(agent);
  if (sections.empty()) {
    throw Error(Errc::config, cat("has no section ", schema::kIdentitySection,
                                  "; give a cco that was built by this project and not stripped of "
                                  "its section headers"));
  }
  if (sections.size() > 1) {
    throw Error(Errc::config, cat("has ", sections.size(), " sections ", schema::kIdentitySection,
                                  ", and only one may be; build the agent again"));
  }
  const auto& section = sections.front();
  if (section.type != kProgramBytes || section.size != schema::kIdentityBytes) {
    throw Error(Errc::config,
                cat("has a section ", schema::kIdentitySection, " of ", section.size,
                    " bytes instead of ", schema::kIdentityBytes, "; build the agent again"));
  }
  const auto magic =
      agent.read(section.offset, schema::kIdentityMagic.size(), "the identity section");
  if (magic != schema::kIdentityMagic) {
    throw Error(Errc::config, cat("has other bytes than an identity in section ",
                                  schema::kIdentitySection, "; build the agent again"));
  }
  agent.require(section.offset, section.size, "the identity section");
  return section.offset;
}

std::optional<schema::Identity> read_identity(const base::Path& agent) {
  const auto file = base::open_regular_file(agent);
  return find_identity(agent, ByteSource(file)).identity;
}

void stamp_agent(const base::Path& agent, const base::Path& out, const schema::Identity& identity) {
  const auto file = base::open_regular_file(agent);
  const ByteSource source(file);
  const auto section = find_identity(agent, source).offset;
  const auto record = schema::encode_identity(identity);

  base::AtomicFile stamped(out, 0755);
  const auto copy = [&](std::uint64_t from, std::uint64_t to) {
    while (from < to) {
      const auto length = std::min<std::uint64_t>(ByteSource::kMaxRead, to - from);
      stamped.write(source.read(from, length, "the agent"));
      from += length;
    }
  };
  copy(0, section);
  stamped.write(record);
  copy(section + record.size(), source.size());
  stamped.commit();
}

}  // namespace releaser
