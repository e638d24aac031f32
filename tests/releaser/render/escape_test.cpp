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

  TEST_CASE("a text for a page is the text, in elements and in attributes") {
    std::string document;
    std::string expected;
    for (const auto& text : hostile_texts()) {
      const auto escaped = releaser::html_text(text);
      document += base::cat("<a b=\"", escaped, "\">", escaped, "</a><a b='", escaped, "'></a>\n");
      const std::string shown = base::safe_text(text);
      expected += base::cat(shown, '\0', shown, '\0', shown, '\0', '\0');
    }
    CHECK(output_of({"python3", "-c",
                     "import sys,html.parser as H\n"
                     "class P(H.HTMLParser):\n"
                     "  def handle_starttag(self, tag, attributes):\n"
                     "    self.text=''\n"
                     "    self.out((attributes[0][1] or ''))\n"
                     "  def handle_data(self, data): self.text=getattr(self,'text','')+data\n"
                     "  def handle_endtag(self, tag): self.out(self.text); self.text=''\n"
                     "  def out(self, t): sys.stdout.buffer.write(t.encode()+b'\\0')\n"
                     "p=P()\np.feed(sys.stdin.buffer.read().decode())\np.close()"},
                    document) == expected);
  }

  TEST_CASE("a page shows also what no file should be called") {
    for (const auto& [text, shown] : {std::pair<std::string, std::string>{"a\xff<b", "a&lt;b"},
                                      {"\x1b[0m", "[0m"},
                                      {std::string("a\0b", 3), "ab"},
                                      {"\xef\xbf\xbe", "\xef\xbf\xbe"},
                                      {"", ""}}) {
      CHECK(releaser::html_text(text) == shown);
    }
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
                              releaser::ruby_literal, releaser::json_literal}) {
      test::check_error(Errc::config, "NUL", [&] { (void)escape(std::string_view("a\0b", 3)); });
      test::check_error(Errc::config, "is not UTF-8", [&] { (void)escape("a\xff"); });
    }
  }
}
