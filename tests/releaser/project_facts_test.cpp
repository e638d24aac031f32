#include "releaser/init/project_facts.hpp"

#include <doctest/doctest.h>

#include <string>

using releaser::BuildTool;
using releaser::ProjectFacts;

TEST_SUITE("releaser/init/project_facts") {
  TEST_CASE("names become product names") {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"esbuild", "esbuild"},
        {"@scope/My_Tool", "my-tool"},
        {"--x--", "x"},
        {"a..b", "a-b"},
        {"github.com/acme/rocket", "rocket"},
        {"Ünicode", "nicode"},
        {"", ""},
        {"///", ""},
    };
    for (const auto& [text, name] : rows) {
      CHECK(releaser::product_name(text) == name);
    }
  }

  TEST_CASE("a remote becomes a web address without user name, token or .git") {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"git@github.com:owner/tool.git", "https://github.com/owner/tool"},
        {"https://github.com/owner/tool.git", "https://github.com/owner/tool"},
        {"https://user:ghp_secret@github.com/owner/tool", "https://github.com/owner/tool"},
        {"https://oauth2:tok@en@gitlab.example/owner/tool", "https://gitlab.example/owner/tool"},
        {"ssh://git@git.example:2222/owner/tool.git", "https://git.example/owner/tool"},
        {"http://git.example:3000/owner/tool/", "https://git.example/owner/tool"},
        {"git://git.example/tool", "https://git.example/tool"},
        {"/srv/git/tool.git", ""},
        {"../tool", ""},
        {"C:\\work\\tool", ""},
        {"https://git.example", ""},
        {"https://git.example/a b\"", ""},
        {"", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.first);
      CHECK(releaser::homepage_of_remote(row.first) == row.second);
    }
  }

  TEST_CASE("a repository of github.com has pages") {
    struct Row {
      std::string_view homepage, repository, pages;
    };
    const Row rows[] = {
        {"https://github.com/Owner/Tool", "Owner/Tool", "https://owner.github.io/Tool"},
        {"https://github.com/owner/Owner.github.io", "owner/Owner.github.io",
         "https://owner.github.io"},
        {"https://github.com/owner", "", ""},
        {"https://github.com/owner/tool/tree", "", ""},
        {"https://github.com/owner/to\"ol", "", ""},
        {"https://github.com.evil.example/owner/tool", "", ""},
        {"https://gitlab.com/owner/tool", "", ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.homepage);
      const std::string repository = releaser::github_repository(row.homepage);
      CHECK(repository == row.repository);
      if (!repository.empty()) CHECK(releaser::github_pages_url(repository) == row.pages);
    }
  }

  TEST_CASE("Cargo.toml, package.json, go.mod and meson.build say what they know") {
    ProjectFacts cargo;
    releaser::add_cargo_toml(
        cargo,
        "[package]\nname = \"Fast_Tool\"\ndescription = \"does\\nthings\"\n"
        "license = \"MIT OR Apache-2.0\"\nrepository = \"https://a.example/b\"\n"
        "authors = [\"A <a@example.com>\", \"B\"]\n");
    CHECK(cargo.name == "fast-tool");
    CHECK(cargo.description == "does things");
    CHECK(cargo.license == "MIT OR Apache-2.0");
    CHECK(cargo.homepage == "https://a.example/b");
    CHECK(cargo.maintainer == "A <a@example.com>");
    CHECK(cargo.build_tool == BuildTool::cargo);

    ProjectFacts package;
    releaser::add_package_json(package,
                               R"({"name":"@s/tool","version":"1.0.0","license":"ISC","x":1.5,)"
                               R"("author":{"name":"A","email":"a@example.com"},"homepage":null})");
    CHECK(package.name == "tool");
    CHECK(package.license == "ISC");
    CHECK(package.maintainer == "A <a@example.com>");
    CHECK(package.homepage.empty());
    CHECK(package.build_tool == BuildTool::none);

    ProjectFacts go;
    releaser::add_go_mod(go, "// c\nmodule \"github.com/acme/rocket/v2\" // c\ngo 1.21\n");
    CHECK(go.name == "rocket");
    CHECK(go.homepage == "https://github.com/acme/rocket");
    CHECK(go.build_tool == BuildTool::go);
    ProjectFacts local;
    releaser::add_go_mod(local, "module example\n");
    CHECK(local.name == "example");
    CHECK(local.homepage.empty());

    ProjectFacts meson;
    releaser::add_meson_build(meson, "project(\n  'tool', 'cpp',\n  license: ['MIT'],\n)\n");
    CHECK(meson.name == "tool");
    CHECK(meson.license == "MIT");
  }

  TEST_CASE("what is known already stays, and a damaged file adds nothing") {
    ProjectFacts facts{.name = "first", .license = "MIT"};
    releaser::add_package_json(facts, R"({"name":"second","license":"ISC","description":"d"})");
    CHECK(facts.name == "first");
    CHECK(facts.license == "MIT");
    CHECK(facts.description == "d");
    for (const std::string_view text :
         {"", "{", "[", "name = ", "module", "project(", "\xff\xfe"}) {
      ProjectFacts nothing;
      releaser::add_cargo_toml(nothing, text);
      releaser::add_package_json(nothing, text);
      releaser::add_go_mod(nothing, text);
      releaser::add_meson_build(nothing, text);
      CHECK(nothing.name.empty());
    }
  }

  TEST_CASE("the first sentence of a README is the description") {
    struct Row {
      std::string_view text, expected;
    };
    for (const Row& row : {
             Row{"# tool\n\nCounts lines. Fast.\n", "Counts lines"},
             Row{"tool\n====\n\nCounts\nlines\n\nMore\n", "Counts lines"},
             Row{"[![a](b)](c)\n<p>\n\n> quoted\n\nReads v1.2 files, e.g. logs.",
                 "Reads v1.2 files, e.g. logs"},
             Row{"# t\n\n**Tool** is a [bundler](https://x.example) for `code`.",
                 "Tool is a bundler for code"},
             Row{"# t\n\n```\n$ tool\n```\n\n    code\n\nText\n", "Text"},
             Row{"# only a heading\n", ""},
             Row{"", ""},
         }) {
      CAPTURE(row.text);
      ProjectFacts facts;
      releaser::add_readme(facts, row.text);
      CHECK(facts.description == row.expected);
    }
  }

  TEST_CASE("the program of a Go module is found with the variable of its version") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "go-");
    const auto write = [&](const std::string& name, std::string_view text) {
      base::make_directories((folder.path() / name).parent_path());
      base::write_file_atomically(folder.path() / name, text);
    };
    write("go.mod", "module git.example/acme/tool\n");
    CHECK(releaser::read_project(folder.path()).go_version_variable.empty());
    write("lib.go", "package tool\n\nvar version = \"no program\"\n");
    write("cmd/tool/main.go", "package main\n\nvar (\n\tVersion string = \"dev\"\n)\n");
    ProjectFacts facts = releaser::read_project(folder.path());
    CHECK(facts.go_package == "./cmd/tool");
    CHECK(facts.go_version_variable == "Version");
    write("main.go", "package main\n\nvar version = \"dev\"\n");
    write("main_test.go", "package main\n\nvar Version = \"test\"\n");
    facts = releaser::read_project(folder.path());
    CHECK(facts.go_package == ".");
    CHECK(facts.go_version_variable == "version");
  }

  TEST_CASE("a folder named by a dot has a name") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "dot-");
    CHECK(releaser::read_project(folder.path() / ".").name.starts_with("dot-"));
  }

  TEST_CASE("escape sequences of a foreign file do not reach ours") {
    ProjectFacts facts;
    releaser::add_package_json(facts, R"({"name":"x","description":"a\u001b[31mb\u202ec"})");
    CHECK(facts.description == "a[31mbc");
  }

  TEST_CASE("a folder is read with its license text and its files") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "init-test.");
    base::write_new_file(folder.path() / "LICENSE-MIT",
                         "Permission is hereby granted, free of charge, to any person");
    base::write_new_file(folder.path() / "LICENSE-APACHE", "Apache License\nVersion 2.0, January");
    base::write_new_file(folder.path() / "README.md", "# x");
    base::write_new_file(folder.path() / "package.json", std::string((1 << 20) + 1, ' '));
    base::make_directories(folder.path() / "Cargo.toml");
    const ProjectFacts facts = releaser::read_project(folder.path());
    CHECK(facts.license == "Apache-2.0 OR MIT");
    CHECK(facts.archive_files == std::vector<std::string>{"README*", "LICENSE*"});
    CHECK(facts.name.starts_with("init-test-"));
    CHECK(facts.sources.empty());
  }
}
