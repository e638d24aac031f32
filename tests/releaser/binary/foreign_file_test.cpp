#include "releaser/binary/binary.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using releaser::ByteSource;

TEST_SUITE("releaser/binary/foreign_file") {
  TEST_CASE("what is no binary is called by its name") {
    struct Row {
      std::string bytes;
      std::string name;
    };
    for (const Row& row : {
             Row{"", "empty (0 bytes)"},
             Row{"<!DOCTYPE html>\n<html><title>404</title>", "an HTML page"},
             Row{"\n  <HTML lang=en>", "an HTML page"},
             Row{"\xef\xbb\xbf<!-- x --><html>", "an HTML page"},
             Row{"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>", "an XML document"},
             Row{"{\"message\": \"Not Found\"}", "a JSON text"},
             Row{"#!/bin/sh\nexec tool\n", "a shell script (#!/bin/sh)"},
             Row{"#!/usr/bin/env bash", "a shell script (#!/usr/bin/env bash)"},
             Row{"#!/usr/bin/env node\n", "a script (#!/usr/bin/env node)"},
             Row{"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
                 "a Git LFS pointer (run `git lfs pull` to get the file)"},
             Row{"/annex/objects/SHA256E-s1--00",
                 "a git-annex pointer (run `git annex get` to get "
                 "the file)"},
             Row{"\x1f\x8b\x08", "a gzip archive"},
             Row{"PK\x03\x04", "a zip archive"},
             Row{"\xfd"
                 "7zXZ",
                 "an xz archive"},
             Row{"\x28\xb5\x2f\xfd", "a zstd archive"},
             Row{"!<arch>\ndebian-binary", "a Debian package"},
             Row{"!<arch>\nfoo.o/", "a static library"},
             Row{std::string("\0asm\1\0\0\0", 8), "a WebAssembly module"},
             Row{std::string("\xca\xfe\xba\xbe\0\0\0\x34", 8), "a Java class file"},
             Row{std::string(257, 'x') + "ustar" + std::string(300, '\0'), "a tar archive"},
             Row{std::string(5000, '\0'), "filled with zeros"},
             Row{"Not Found", "a text file (\"Not Found\")"},
             Row{"\n\n  package main\n", "a text file (\"package main\")"},
             Row{" \n\t", "a text file of blanks"},
             Row{"\x01\x02\x03\x04", "no executable of any known format"},
             Row{std::string(4095, 'a') + "\xc3\xa9" + std::string(10, 'b'),
                 "a text file (\"" + std::string(60, 'a') + "\")"},
         }) {
      CAPTURE(row.bytes.substr(0, 40));
      CHECK(releaser::describe_foreign_file(ByteSource(row.bytes)) == row.name);
      test::check_error(base::Errc::config, row.name,
                        [&] { (void)releaser::read_binary(ByteSource(row.bytes)); });
    }
  }
}
