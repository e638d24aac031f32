#include "releaser/render/escape.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using base::Errc;

namespace {

// Whatever breaks out of quotes somewhere.
const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts{
      "",
      "plain",
      "it's",
      "'",
      "''",
      "'; touch /tmp/owned; '",
      "\"",
      "\\",
      "\\'",
      "\\\"",
      "$(id) `id` ${HOME} $HOME $0",
      "#{`id`} #$0 #@x # #{",
      "a\nb\r\nc\td",
      "\x01\x1b[31m\x7f",
      "%s %n %%",
      "!history ~ * ? [a] {b,c}",
      "-n",
      "<![CDATA[ ]]> &amp; </tag> <!-- -->",
      "\xc3\xa9 \xe2\x80\x98typographic\xe2\x80\x99 \xe2\x80\x9a\xf0\x9f\x9a\x80",
      "\xe2\x80\xa8line separator\xe2\x80\xae right to left",
      "\\u0041 \\x41 \\101 \\n",
      "@NAME@",
      "trailing newline\n",
      "trailing backslash\\",
  };
  return texts;
}

std::string output_of(const std::vector<std::string>& argv, const std::string& input) {
  base::ProcessOptions options;
  options.input = input;
  options.timeout = std::chrono::seconds(60);
  options.environment = {{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}};
  const auto result = base::run_process(argv, options);
  CHECK_MESSAGE(result.exit_status == 0, result.errors);
  return result.output;
}

// All texts, each ended by a NUL: what a program prints that writes each literal so.
std::string all_texts() {
  std::string out;
  for (const auto& text : hostile_texts())
    out += text + '\0';
  return out;
}

}  // namespace

TEST_SUITE("releaser/render/escape") {
  TEST_CASE("a literal for sh is the text, in dash and in bash") {
    std::string script;
    for (const auto& text : hostile_texts()) {
      script += base::cat("printf '%s\\000' ", releaser::sh_literal(text), "\n");
    }
    CHECK(output_of({"dash"}, script) == all_texts());
    CHECK(output_of({"bash", "--posix"}, script) == all_texts());
    CHECK(output_of({"bash"}, script) == all_texts());
  }

  TEST_CASE("a literal for Ruby is the text") {
    std::string script = "# encoding: utf-8\n$stdout.binmode\n";
    for (const auto& text : hostile_texts()) {
      script += base::cat("print(", releaser::ruby_literal(text), ", \"\\0\")\n");
    }
    CHECK(output_of({"ruby", "-W0", "-"}, script) == all_texts());
  }

  TEST_CASE("a literal for JSON is the text") {
    std::string document = "[\n";
    for (const auto& text : hostile_texts())
      document += releaser::json_literal(text) + ",\n";
    document += "\"\"]";
    CHECK(output_of({"python3", "-c",
                     "import json,sys\n"
                     "for t in json.loads(sys.stdin.buffer.read())[:-1]:\n"
                     "  sys.stdout.buffer.write(t.encode()+b'\\0')"},
                    document) == all_texts());
  }

  TEST_CASE("a text for XML is the text, in elements and in attributes") {
    std::string document = "<r>", expected;
    for (const auto& text : hostile_texts()) {
      if (text.find('\x01') != std::string::npos) continue;  // no XML can hold it
      const auto escaped = releaser::xml_text(text);
      document += base::cat("<a b=\"", escaped, "\">", escaped, "</a>");
      document += base::cat("<a b='", escaped, "'/>");
      expected += base::cat(text, '\0', text, '\0', text, '\0', '\0');
    }
    CHECK(output_of({"python3", "-c",
                     "import sys,xml.etree.ElementTree as E\n"
                     "for a in E.fromstring(sys.stdin.buffer.read()):\n"
                     "  for t in (a.get('b'), a.text or ''):\n"
                     "    sys.stdout.buffer.write(t.encode()+b'\\0')"},
                    document + "</r>") == expected);
  }

  TEST_CASE("a literal for PowerShell doubles every quote that PowerShell knows") {
    for (const auto& [text, literal] :
         {std::pair{"", "''"},
          {"it's", "'it''s'"},
          {"$(id) `n \"", "'$(id) `n \"'"},
          {"\xe2\x80\x98x\xe2\x80\x99", "'\xe2\x80\x98\xe2\x80\x98x\xe2\x80\x99\xe2\x80\x99'"},
          {"\xe2\x80\x9a\xe2\x80\x9b", "'\xe2\x80\x9a\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9b'"},
          {"a\nb", "'a\nb'"}}) {
      CHECK(releaser::powershell_literal(text) == literal);
    }
  }

  TEST_CASE("NUL and what is not UTF-8 are refused in each language") {
    for (const auto escape : {releaser::sh_literal, releaser::powershell_literal,
                              releaser::ruby_literal, releaser::json_literal, releaser::xml_text}) {
      test::check_error(Errc::config, "NUL", [&] { (void)escape(std::string_view("a\0b", 3)); });
      test::check_error(Errc::config, "is not UTF-8", [&] { (void)escape("a\xff"); });
    }
  }

  TEST_CASE("XML refuses what it cannot hold") {
    test::check_error(Errc::config, "0x1b", [] { (void)releaser::xml_text("\x1b[0m"); });
    test::check_error(Errc::config, "U+FFFE", [] { (void)releaser::xml_text("\xef\xbf\xbe"); });
  }
}
