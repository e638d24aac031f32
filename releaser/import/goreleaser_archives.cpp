#include "base/text.hpp"
#include "releaser/import/goreleaser_parts.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

constexpr std::string_view kDefaultName =
    "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}{{ with .Arm }}v{{ . }}{{ end }}"
    "{{ if and .Amd64 (not (eq .Amd64 \"v1\")) }}{{ .Amd64 }}{{ end }}";

struct Archive {
  Entry* node = nullptr;
  int line = 0;
  std::set<std::string> builds;  // ids; empty: all
  std::string name_template;
  int name_line = 0;
  std::vector<std::string> formats;
  std::map<std::string, std::vector<std::string>> formats_of;  // by goos
  std::map<std::string, std::string> replacements;
  bool has_meta = false;
};

Archive read_archive(GoReleaser& all, Entry& table) {
  Archive archive;
  archive.node = &table;
  archive.line = table.line;
  table.take_text("id");
  for (const std::string_view key : {"ids", "builds"}) {
    for (const Entry* each : table.take_texts(key))
      archive.builds.insert(each->text);
  }
  for (const std::string_view key : {"format", "formats"}) {
    for (const Entry* each : table.take_texts(key))
      archive.formats.push_back(each->text);
  }
  if (archive.formats.empty()) archive.formats.emplace_back("tar.gz");
  for (Entry* const rule : table.take_tables("format_overrides")) {
    auto& formats = archive.formats_of[rule->take_text("goos")];
    for (const std::string_view key : {"format", "formats"}) {
      for (const Entry* each : rule->take_texts(key))
        formats.push_back(each->text);
    }
  }
  archive.name_template = kDefaultName;
  if (const Entry* const name = table.take("name_template")) {
    archive.name_template = name->text;
    archive.name_line = name->line;
  }
  if (Entry* const replacements = table.take("replacements")) {
    for (Member& each : replacements->members) {
      each.value.used = true;
      archive.replacements[each.name] = each.value.text;
    }
  }
  archive.has_meta = table.take_flag("meta");
  table.take_text("allow_different_binary_count");
  table.take_text("rlcp");
  if (const Entry* const wrap = table.take("wrap_in_directory");
      wrap != nullptr && wrap->text != "false") {
    all.note(wrap->line, "archives.wrap_in_directory",
             "binaries lie at the top of an archive here, without a folder around them");
  }
  return archive;
}

// The formats that one system's archives had, against the one that they have here.
void compare_formats(GoReleaser& all, const Archive& archive,
                     const std::set<std::string>& systems) {
  std::map<std::string, std::vector<std::string>> systems_of;  // by what was lost
  for (const std::string& goos : systems) {
    const auto own = archive.formats_of.find(goos);
    const std::vector<std::string>& formats =
        own == archive.formats_of.end() || own->second.empty() ? archive.formats : own->second;
    const std::string ours = goos == "windows" ? "zip" : "tar.gz";
    std::vector<std::string> lost;
    std::copy_if(formats.begin(), formats.end(), std::back_inserter(lost),
                 [&](const std::string& each) { return each != ours; });
    if (!lost.empty()) systems_of[cat(base::join(lost, ", "), "|", ours)].push_back(goos);
  }
  for (const auto& [lost, names] : systems_of) {
    const std::size_t bar = lost.find('|');
    all.note(
        archive.line, "archives.formats",
        cat("on ", base::join(names, ", "), " an archive is .", lost.substr(bar + 1),
            " here, so the assets that ended in ",
            lost.starts_with("binary") ? "nothing (a bare binary)" : cat(".", lost.substr(0, bar)),
            " are no longer made"));
  }
}

std::string replaced(const std::map<std::string, std::string>& replacements,
                     const std::string& word) {
  const auto found = replacements.find(word);
  return found == replacements.end() ? word : found->second;
}

// The pieces of one platform's name, neighbours of one origin joined.
std::vector<Piece> joined(const std::vector<Piece>& pieces) {
  std::vector<Piece> all;
  for (const Piece& piece : pieces) {
    const bool follows = piece.os || piece.arch;
    if (!all.empty() && follows && all.back().os == piece.os && all.back().arch == piece.arch) {
      all.back().text += piece.text;
    } else {
      all.push_back(piece);
    }
  }
  return all;
}

std::string literal_of(const GoReleaser& all, const Piece& piece) {
  if (piece.placeholder) return piece.text;
  if (piece.product && piece.text == all.result.config.product.name) return "{name}";
  return without_placeholders(piece.text);
}

struct Words {
  std::map<std::string, std::string> os, arch;
  bool are_go_arches = true;
};

// Whether all platforms have one template, with words of their own for system and processor.
std::optional<std::string> common_template(const GoReleaser& all,
                                           const std::map<std::string, std::vector<Piece>>& names,
                                           Words& words) {
  std::optional<std::string> shared;
  for (const auto& [name, pieces] : names) {
    const schema::Platform platform = *schema::Platform::find(name);
    const std::size_t dash = name.find('-');
    const std::string os = name.substr(0, dash);
    const std::string rest = name.substr(dash + 1);
    const std::string arch = rest.substr(0, rest.find('-'));
    std::string text;
    for (const Piece& piece : joined(pieces)) {
      if (piece.os && piece.arch && piece.text == platform.row().rust_target) {
        text += "{rust_target}";
        continue;
      }
      // The libc of a platform is no word of its own.
      if ((piece.os && piece.arch) || (piece.arch && rest != arch)) return std::nullopt;
      if (!piece.os && !piece.arch) {
        text += literal_of(all, piece);
        continue;
      }
      text += piece.os ? "{os}" : "{arch}";
      if (piece.arch && piece.text != platform.row().goarch) words.are_go_arches = false;
      auto& table = piece.os ? words.os : words.arch;
      const auto [place, is_new] = table.emplace(piece.os ? os : arch, piece.text);
      if (!is_new && place->second != piece.text) return std::nullopt;
    }
    if (shared && *shared != text) return std::nullopt;
    shared = text;
  }
  return shared;
}

bool can_be_named(const std::map<std::string, std::vector<Piece>>& names) {
  return std::all_of(names.begin(), names.end(), [](const auto& each) {
    return std::all_of(each.second.begin(), each.second.end(), [](const Piece& piece) {
      return piece.placeholder || is_file_name(cat("x", piece.text));
    });
  });
}

void write_names(GoReleaser& all, const std::map<std::string, std::vector<Piece>>& names,
                 int line) {
  if (!can_be_named(names)) {
    all.note(line, "archives.name_template",
             "a name has letters, digits, \".\", \"_\" and \"-\" alone; set `name` of [archive]");
    return;
  }
  ArchiveSettings& archive = all.result.config.archive;
  Words words;
  if (const auto shared = common_template(all, names, words)) {
    archive.name = words.are_go_arches ? base::replace_all(*shared, "{arch}", "{goarch}") : *shared;
    std::erase_if(words.os, [](const auto& each) { return each.first == each.second; });
    std::erase_if(words.arch, [](const auto& each) { return each.first == each.second; });
    archive.os_names = words.os;
    if (!words.are_go_arches) archive.arch_names = words.arch;
    return;
  }
  for (const auto& [name, pieces] : names) {
    std::string text;
    for (const Piece& piece : pieces)
      text += literal_of(all, piece);
    all.result.config.overrides[name].archive = text;
  }
}

void add_file(GoReleaser& all, const std::string& source, const std::string& destination,
              int line) {
  // "{a,b}" of GoReleaser's patterns is two patterns here.
  const std::size_t open = source.find("{{");
  const std::size_t close = open == std::string::npos ? open : source.find("}}", open);
  if (close != std::string::npos && source.find(',', open) < close) {
    const std::string inside = source.substr(open + 2, close - open - 2);
    for (const std::string_view each : base::split(inside, ',')) {
      add_file(all, cat(source.substr(0, open), each, source.substr(close + 2)), destination, line);
    }
    return;
  }
  FilePattern pattern{.source = source, .destination = destination, .line = line};
  while (pattern.source.starts_with("./"))
    pattern.source.erase(0, 2);
  auto& files = all.result.config.archive.files;
  const bool is_there = std::any_of(files.begin(), files.end(), [&](const FilePattern& each) {
    return each.source == pattern.source && each.destination == pattern.destination;
  });
  if (pattern.source.empty() || is_there) return;
  const bool finds = !all.around.expand(pattern.source).empty();
  // The usual word for "no files at all".
  if (!finds && (pattern.source.starts_with("none") || pattern.source.starts_with("non-exist"))) {
    return;
  }
  if (!finds) {
    all.note(line, "archives.files",
             cat("`", base::safe_text(pattern.source, 100),
                 "` finds nothing now; a release stops where it still finds nothing, so let "
                 "[hooks] make it, or take it out of [archive] files"));
  }
  files.push_back(std::move(pattern));
}

void read_files(GoReleaser& all, Entry& table) {
  Entry* const files = table.take("files");
  if (files == nullptr) {
    for (const std::string& name : all.around.facts.archive_files)
      add_file(all, name, "", table.line);
    return;
  }
  for (Entry& file : files->items) {
    file.used = true;
    if (file.kind == Entry::Kind::text) {
      if (const auto text = all.text_of(&file, "archives.files")) {
        add_file(all, *text, "", file.line);
      }
      continue;
    }
    const std::optional<std::string> source = all.text_of(file.take("src"), "archives.files.src");
    std::string destination = all.text_of(file.take("dst"), "archives.files.dst").value_or("");
    const bool strips = file.take_flag("strip_parent");
    if (!destination.empty() && destination != "." && !destination.ends_with('/')) {
      destination += '/';
    }
    if (destination == "." || destination == "./") destination.clear();
    if (strips && destination.empty() && source && source->find('/') != std::string::npos) {
      const std::string last = source->substr(source->rfind('/') + 1);
      if (last.find_first_of("*?[{") == std::string::npos) {
        destination = last;
      } else {
        all.note(file.line, "archives.files.strip_parent",
                 "give the files a `dst`; the top of an archive is for binaries and single files");
      }
    }
    if (source) add_file(all, *source, destination, file.line);
  }
}

// Which archive names a platform: the first that takes one of its builds.
void choose_archives(GoReleaser& all, const std::vector<Archive>& archives) {
  for (std::size_t at = 0; at < archives.size(); ++at) {
    const Archive& archive = archives[at];
    if (archive.has_meta) {
      all.note(archive.line, "archives.meta", "an archive without binaries is not made here");
      archive.node->use_all();
      continue;
    }
    std::map<std::string, PlatformParts> taken;
    for (std::size_t build = 0; build < all.builds.size(); ++build) {
      if (!archive.builds.empty() && archive.builds.count(all.builds[build].id) == 0) continue;
      for (const GoTarget& target : all.builds[build].targets) {
        PlatformParts& parts = taken[target.platform];
        parts.builds.push_back(build);
        parts.archive = at;
        parts.target = target;
      }
    }
    std::vector<std::string> again;
    for (auto& [platform, parts] : taken) {
      if (!all.platforms.emplace(platform, parts).second) again.push_back(platform);
    }
    if (!again.empty()) {
      all.note(archive.line, "archives",
               cat("a platform has one archive here; left out for ", base::join(again, ", "),
                   ": a product of its own has a cco-release.toml of its own"));
    }
  }
}

}  // namespace

void read_archives(GoReleaser& all) {
  std::vector<Entry*> tables = all.root.take_tables("archives");
  for (Entry* const each : all.root.take_tables("archive"))
    tables.push_back(each);
  Entry none;
  none.kind = Entry::Kind::table;
  none.line = 1;
  if (tables.empty()) tables.push_back(&none);
  std::vector<Archive> archives;
  archives.reserve(tables.size());
  for (Entry* const table : tables)
    archives.push_back(read_archive(all, *table));
  choose_archives(all, archives);

  std::map<std::string, std::vector<Piece>> names;
  std::set<std::size_t> unnamed;
  for (std::size_t at = 0; at < archives.size(); ++at) {
    const Archive& archive = archives[at];
    std::set<std::string> systems;
    for (const auto& [platform, parts] : all.platforms) {
      if (parts.archive != at) continue;
      systems.insert(parts.target.goos);
      TemplateValues values = all.values_of(parts.target);
      for (const std::string_view field : {"Os", "Arch", "Arm"}) {
        for (Piece& piece : values.fields[std::string(field)].pieces)
          piece.text = replaced(archive.replacements, piece.text);
      }
      values.fields["Binary"] = {{Piece{.text = all.builds[parts.builds.front()].binary}}, false};
      Evaluated name = evaluate(archive.name_template, values);
      if (name.problem && unnamed.insert(at).second) {
        all.note(archive.name_line, "archives.name_template",
                 cat(*name.problem,
                     "; set `name` of [archive], or `archive` of each "
                     "[build.override.PLATFORM]"));
      }
      if (!name.problem) names[platform] = std::move(name.pieces);
    }
    if (systems.empty()) continue;
    compare_formats(all, archive, systems);
    read_files(all, *archive.node);
  }
  if (names.empty()) return;
  write_names(all, names, archives.front().name_line);
}

}  // namespace releaser::import
