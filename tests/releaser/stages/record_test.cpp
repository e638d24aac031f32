#include "releaser/stages/record.hpp"

#include <doctest/doctest.h>

#include <filesystem>

TEST_SUITE("releaser/stages/record") {
  TEST_CASE("a record reads back as it was written, and cut off anywhere it is none") {
    releaser::ReleaseRecord record;
    record.product = "tool";
    record.version = "1.0.0";
    record.tool_version = "0.1.0";
    record.compressor = "libdeflate 1.14";
    record.published = base::parse_time("2026-11-20T10:00:00Z");
    record.inputs["linux-x86_64/tool"] = trust::sha256_of("tool");
    record.stamped["stamped/a"] = {trust::sha256_of("a"), trust::sha256_of("b")};
    auto& archive = record.archives["tool.tar.gz"];
    archive.settled_by = trust::sha256_of("all");
    archive.packed.size = 10;
    archive.packed.unpacked_size = 20;
    archive.packed.files.push_back({"tool", 20, trust::sha256_of("tool"), true});
    const std::string text = releaser::write_record(record);

    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "record-");
    const base::Path file = folder.path() / "release.json";
    CHECK_FALSE(releaser::read_record(file));
    base::write_file_atomically(file, text);
    const auto read = releaser::read_record(file);
    REQUIRE(read);
    CHECK(releaser::write_record(*read) == text);
    for (std::size_t length = 0; length + 1 < text.size(); ++length) {
      base::AtomicFile cut(file, 0644, base::Durability::none);
      cut.write(text.substr(0, length));
      cut.commit();
      CHECK_FALSE(releaser::read_record(file));
    }
  }
}
