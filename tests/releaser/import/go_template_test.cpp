#include "releaser/import/go_template.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::import::Piece;
using releaser::import::TemplateValues;

TemplateValues values() {
  TemplateValues values;
  values.fields["Os"] = {{Piece{.text = "linux", .os = true}}, false};
  values.fields["Arch"] = {{Piece{.text = "arm", .arch = true}}, false};
  values.fields["Arm"] = {{Piece{.text = "7", .arch = true}}, false};
  values.fields["Amd64"] = {};
  values.fields["ProjectName"] = {{Piece{.text = "tool", .product = true}}, false};
  values.fields["Version"] = {{Piece{.text = "{version}", .placeholder = true}}, false};
  values.fields["IsSnapshot"] = {{Piece{.text = "false"}}, true};
  values.env["KIND"] = "slim";
  return values;
}

// The text, or "!" and the problem.
std::string result_of(std::string_view text) {
  const auto evaluated = releaser::import::evaluate(text, values());
  if (evaluated.problem) return "!" + *evaluated.problem;
  std::string all;
  for (const Piece& piece : evaluated.pieces)
    all += piece.text;
  return all;
}

}  // namespace

TEST_SUITE("releaser/import/go_template") {
  TEST_CASE("templates as they are written") {
    const std::vector<std::pair<std::string_view, std::string_view>> table{
        {"", ""},
        {"plain {text}", "plain {text}"},
        {"{{ .ProjectName }}_{{.Version}}", "tool_{version}"},
        {"a  {{- .Os -}}  b", "alinuxb"},
        {"{{/* no word */}}x", "x"},
        {"{{ title .Os }}", "Linux"},
        {"{{ .Os | title }}", "Linux"},
        {"{{ .Os | replace \"li\" }}", "!the function `replace` is not evaluated"},
        {"{{ replace .Os \"linux\" \"tux\" }}", "tux"},
        {"{{ trimsuffix .Os \"ux\" }}", "lin"},
        {"{{ toupper (trimprefix .Os \"li\") }}", "NUX"},
        {"{{ if eq .Os \"darwin\" }}macOS{{ else if eq .Os \"linux\" }}tux{{ else }}x{{ end }}",
         "tux"},
        {"{{ if and (eq .Os \"linux\") (not (eq .Arch \"amd64\")) }}y{{ end }}", "y"},
        {"{{ if or .Amd64 .IsSnapshot }}y{{ else }}n{{ end }}", "n"},
        {"{{ if ne .Amd64 \"v1\" }}y{{ end }}", "y"},
        {"{{ if eq .Os \"a\" \"linux\" }}y{{ end }}", "y"},
        {"{{ with .Arm }}v{{ . }}{{ end }}", "v7"},
        {"{{ with .Amd64 }}v{{ . }}{{ else }}none{{ end }}", "none"},
        {"{{ $x := .Os }}{{ $x }}-{{ $x }}", "linux-linux"},
        {"{{ if .Version }}y{{ end }}", "y"},
        {"{{ if eq .Os \"darwin\" }}{{ unknown . }}{{ end }}x", "x"},
        {"{{ print .Os \"/\" .Arch }}", "linux/arm"},
        {"{{ .Env.KIND }}", "slim"},
        {"{{ `raw` }}{{ \"a\\\"b\" }}", "rawa\"b"},
        {"{{ if contains .Os \"in\" }}y{{ end }}", "y"},
        {"{{ .Env.TOKEN }}", "!`.Env.TOKEN` comes from the environment"},
        {"{{ .ShortCommit }}", "!`.ShortCommit` has no value here"},
        {"{{ incpatch .Version }}", "!`incpatch` of what is known at the release alone"},
        {"{{ time \"2006\" }}", "!the function `time` is not evaluated"},
        {"{{ range .Os }}x{{ end }}", "!`range` is not evaluated"},
        {"{{ if .Os }}x", "!{{ if }} without {{ end }}"},
        {"x{{ end }}", "!{{ end }} without a beginning"},
        {"{{ .Os", "!an action {{ has no end"},
        {"{{ (.Os }}", "!a parenthesis is not closed"},
        {"{{ .Os ) }}", "!`)` is not understood"},
        {"{{ if }}x{{ end }}", "!{{ if }} without a condition"},
        {"{{ \"a\" \"b\" }}", "!several values stand side by side"},
        {"{{ $y }}", "!`$y` is not understood"}};
    for (const auto& row : table) {
      CAPTURE(row.first);
      CHECK(result_of(row.first) == row.second);
    }
  }

  TEST_CASE("each piece tells what it follows from") {
    const auto evaluated =
        releaser::import::evaluate("a-{{ if eq .Arch \"arm\" }}ARM{{ end }}{{ .Os }}", values());
    REQUIRE(evaluated.pieces.size() == 3);
    CHECK(evaluated.pieces[0] == Piece{.text = "a-"});
    CHECK(evaluated.pieces[1] == Piece{.text = "ARM", .arch = true});
    CHECK(evaluated.pieces[2] == Piece{.text = "linux", .os = true});
  }

  TEST_CASE("no template grows without limit, and none is nested without limit") {
    std::string deep;
    for (int level = 0; level < 100; ++level)
      deep += "{{ if .Os }}";
    CHECK(result_of(deep) == "!is nested too deeply");
    std::string grown = "{{ $x := \"0123456789\" }}";
    for (int level = 0; level < 30; ++level)
      grown += "{{ $x := print $x $x }}";
    CHECK(result_of(grown) == "!makes too long a text");
    CHECK(result_of(std::string(20000, 'x')) == "!is too long a template");
  }

  TEST_CASE("every truncation of a template ends") {
    const std::string text =
        "{{- if and (eq .Os \"linux\") (not .Amd64) }}{{ title .Os | toupper }}{{ else }}x{{ end "
        "-}}";
    for (std::size_t size = 0; size < text.size(); ++size)
      (void)result_of(std::string_view(text).substr(0, size));
    CHECK(result_of(text) == "LINUX");
  }
}
