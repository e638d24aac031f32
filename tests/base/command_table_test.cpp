#include "base/command_table.hpp"

#include "tests/support/expect_error.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using base::Arguments;
using base::Errc;

namespace {

// A small program with every kind of thing that a table can hold.
struct Sample {
  std::string ran;
  Arguments given;
  base::Program program;

  Sample() {
    const auto command = [this](const std::string& name) {
      base::Command made;
      made.name = name;
      made.summary = "does " + name;
      made.examples = {{"tool " + name, "does it"}};
      made.run = [this, name](const Arguments& arguments) {
        ran = name;
        given = arguments;
        return 7;
      };
      return made;
    };
    program.name = "sample-tool";
    program.version = "1.2.3";
    program.summary = "shows what a table can do";
    program.common_options = {{"--config", "-f", "FILE", "configuration", {}},
                              {"--jobs", "-p", "N", "how many at once", {}},
                              {"--json", "", "", "print JSON", {}},
                              {"--quiet", "-q", "", "say nothing", {}},
                              {"--verbose", "-v", "", "say more", {}}};
    base::Command publish = command("publish");
    publish.aliases = {"release"};
    publish.description =
        "A paragraph that is long enough to be broken into more than one line of eighty columns, "
        "as help texts are.\n\nAnother one:\n\n    kept as it is\n";
    publish.options = {
        {"--version", "", "VERSION", "which version", {}},
        {"--channel", "-c", "CHANNEL", "where to", {"stable", "beta", "nightly"}},
        {"--skip", "", "LIST", "stages and destinations to leave out", {}},
        {"--out", "", "DIR", "where the files go; its name is `odd` and isn't [plain]: ~^\\", {}},
        {"--a-rather-long-name-of-an-option",
         "",
         "WITH-A-VALUE",
         "what stands on its own line",
         {}},
        {"--dry-run", "", "", "change nothing", {}}};
    base::Command keys_new = command("keys new");
    keys_new.options = {{"--out", "", "FILE", "name of the key", {}}};
    base::Command config_set = command("config set");
    config_set.positionals = {{"KEY", "which", true, {"channel", "pin"}},
                              {"VALUE", "what", true, {}}};
    base::Command config_get = command("config get");
    config_get.positionals = {{"KEY", "which", false, {}}};
    base::Command completion = command("completion");
    completion.positionals = {{"SHELL", "which shell", true, {"bash", "zsh", "fish"}}};
    base::Command serve = command("serve");
    serve.positionals = {{"DIR", "what", true, {}}, {"FILE", "more", false, {}}};
    base::Command probe = command("__probe");
    probe.hidden = true;
    program.commands = {publish, keys_new, config_set, config_get, completion, serve, probe};
  }

  int run(const std::vector<std::string>& words) {
    std::ostringstream out;
    const int status = base::run_program(program, words, out);
    shown = out.str();
    return status;
  }
  std::string shown;
};

}  // namespace

TEST_SUITE("base/command_line") {
  TEST_CASE("a command gets its options and positionals, and its status comes back") {
    Sample sample;
    CHECK(sample.run({"publish", "--version", "1.0", "--channel=beta", "--dry-run"}) == 7);
    CHECK(sample.ran == "publish");
    CHECK(sample.given.value("--version") == "1.0");
    CHECK(sample.given.value("--channel") == "beta");
    CHECK(sample.given.has("--dry-run"));
    CHECK_FALSE(sample.given.has("--json"));
    CHECK_FALSE(sample.given.value("--out"));
    CHECK(sample.run({"release"}) == 7);
    CHECK(sample.ran == "publish");
    CHECK(sample.run({"__probe"}) == 7);
    CHECK(sample.ran == "__probe");
  }

  TEST_CASE("common options stand before, between and after the words of a command") {
    const std::vector<std::vector<std::string>> rows = {
        {"-f", "x", "--json", "config", "set", "pin", "1"},
        {"--config=x", "config", "set", "--json", "pin", "1"},
        {"config", "set", "pin", "1", "--json", "-fx"},
        {"-fx", "config", "set", "pin", "--json", "1"},
        {"--json", "config", "set", "--config", "x", "--", "pin", "1"},
    };
    for (const auto& row : rows) {
      Sample sample;
      CHECK(sample.run(row) == 7);
      CHECK(sample.ran == "config set");
      CHECK(sample.given.value("--config") == "x");
      CHECK(sample.given.has("--json"));
      CHECK(sample.given.positionals() == std::vector<std::string>{"pin", "1"});
    }
  }

  TEST_CASE("switches of one letter can be joined") {
    Sample sample;
    sample.run({"-qv", "-p4", "publish", "-cbeta"});
    CHECK(sample.given.has("--quiet"));
    CHECK(sample.given.has("--verbose"));
    CHECK(sample.given.value("--jobs") == "4");
    CHECK(sample.given.value("--channel") == "beta");
  }

  TEST_CASE("a value is taken as it is") {
    for (const std::string value :
         {"[a,b]", "{}", "-1", "--json", "", " x ", "a=b", "%s", "\"q\""}) {
      CAPTURE(value);
      Sample sample;
      sample.run({"publish", "--out", value});
      CHECK(sample.given.value("--out") == value);
      sample.run({"publish", "--out=" + value});
      CHECK(sample.given.value("--out") == value);
      sample.run({"config", "set", "pin", "--", value});
      CHECK(sample.given.positional(1) == value);
    }
    Sample sample;
    sample.run({"config", "set", "pin", "[a,b]"});
    CHECK(sample.given.positional(1) == "[a,b]");
    CHECK_FALSE(sample.given.positional(2));
  }

  TEST_CASE("a list grows by commas and by repetition; of one value the last counts") {
    Sample sample;
    sample.run({"publish", "--skip", "a, b", "--skip=c,,", "--version", "1", "--version", "2"});
    CHECK(sample.given.list("--skip") == std::vector<std::string>{"a", "b", "c"});
    CHECK(sample.given.list("--out").empty());
    CHECK(sample.given.value("--version") == "2");
  }

  TEST_CASE("what is wrong gets words and the nearest right name") {
    struct Row {
      std::vector<std::string> words;
      std::string message;
    };
    const Row rows[] = {
        {{"publsh"}, "unknown command `publsh`; did you mean `publish`?"},
        {{"relase"}, "unknown command `relase`; did you mean `release`?"},
        {{"xyzzyx"}, "unknown command `xyzzyx`; see `sample-tool --help`"},
        {{"keys"}, "`keys` needs a second word: `sample-tool keys new`"},
        {{"config"},
         "`config` needs a second word: `sample-tool config set` or `sample-tool config get`"},
        {{"--versoin"}, "unknown option `--versoin`; did you mean `--version`?"},
        {{"config", "st"}, "unknown command `config st`; did you mean `set`?"},
        {{"config", "explode"},
         "unknown command `config explode`; `config` is followed by set or get"},
        {{"publish", "--chanel", "x"}, "unknown option `--chanel`; did you mean `--channel`?"},
        {{"publish", "--quite"}, "unknown option `--quite`; did you mean `--quiet`?"},
        {{"publish", "--hlp"}, "unknown option `--hlp`; did you mean `--help`?"},
        {{"publish", "--xyzzyx=1"}, "unknown option `--xyzzyx`; see `sample-tool publish --help`"},
        {{"--jsn", "publish"}, "unknown option `--jsn`; did you mean `--json`?"},
        {{"--dry-run", "publish"}, "unknown option `--dry-run`; see `sample-tool --help`"},
        {{"publish", "--channel", "bta"},
         "option `--channel`: `bta` is not one of stable, beta, nightly; did you mean `beta`?"},
        {{"publish", "--version"}, "option `--version` needs a value: --version VERSION"},
        {{"publish", "-c"}, "option `-c` needs a value: -c CHANNEL"},
        {{"publish", "--dry-run=yes"}, "option `--dry-run` takes no value"},
        {{"publish", "now"}, "unexpected argument `now`; usage: sample-tool publish [OPTIONS]"},
        {{"publish", "1.4.0"}, "unexpected argument `1.4.0`; did you mean `--version 1.4.0`?"},
        {{"publish", "v1.4.0"}, "unexpected argument `v1.4.0`; did you mean `--version v1.4.0`?"},
        {{"publish", "1"}, "unexpected argument `1`; usage: sample-tool publish [OPTIONS]"},
        {{"serve"}, "missing DIR; usage: sample-tool serve [OPTIONS] DIR [FILE]"},
        {{"config", "set", "pin"},
         "missing VALUE; usage: sample-tool config set [OPTIONS] KEY VALUE"},
        {{"completion", "zhs"}, "SHELL: `zhs` is not one of bash, zsh, fish; did you mean `zsh`?"},
        {{"pub\x1b[31m"}, "unknown command `pub[31m`; see `sample-tool --help`"},
    };
    for (const Row& row : rows) {
      Sample sample;
      CHECK(test::message_of(Errc::usage, [&] { sample.run(row.words); }) == row.message);
      CHECK(sample.ran.empty());
    }
  }

  TEST_CASE("--help of a first word lists what may follow it") {
    Sample sample;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"config", "--help"}, {"--help", "config"}, {"help", "config"}, {"config", "-h"}}) {
      CHECK(sample.run(words) == 0);
      CHECK(sample.shown == base::help_of(sample.program, "config"));
    }
    CHECK(sample.shown.find("config set") != std::string::npos);
    CHECK(sample.shown.find("config get") != std::string::npos);
    CHECK(sample.shown.find("publish") == std::string::npos);
  }

  TEST_CASE("--help wins over what is missing, --version stands before a command") {
    Sample sample;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"serve", "--help"}, {"--help", "serve"}, {"help", "serve"}, {"serve", "-h", "-q"}}) {
      CHECK(sample.run(words) == 0);
      CHECK(sample.shown == base::help_of(sample.program, sample.program.commands[5]));
    }
    CHECK(sample.run({"help", "keys", "new"}) == 0);
    CHECK(sample.shown == base::help_of(sample.program, sample.program.commands[1]));
    for (const std::string word : {"--help", "-h", "help"}) {
      CHECK(sample.run({word}) == 0);
      CHECK(sample.shown == base::help_of(sample.program));
    }
    CHECK(sample.run({}) == base::exit_status(Errc::usage));
    CHECK(sample.shown == base::help_of(sample.program));
    CHECK(sample.run({"--version"}) == 0);
    CHECK(sample.shown == "sample-tool 1.2.3\n");
    CHECK(sample.run({"-q", "-V"}) == 0);
    CHECK(sample.shown == "sample-tool 1.2.3\n");
    CHECK(sample.ran.empty());
  }
}

TEST_SUITE("base/help") {
  TEST_CASE("the help of a program and of a command") {
    const Sample sample;
    test::check_golden("base/help.txt", base::help_of(sample.program));
    test::check_golden("base/help_publish.txt",
                       base::help_of(sample.program, sample.program.commands[0]));
    test::check_golden("base/help_config_set.txt",
                       base::help_of(sample.program, sample.program.commands[2]));
  }

  TEST_CASE("a hidden command is nowhere to be seen") {
    const Sample sample;
    CHECK(base::help_of(sample.program).find("__probe") == std::string::npos);
    CHECK(base::man_page(sample.program).find("__probe") == std::string::npos);
    for (const std::string_view shell : {"bash", "zsh", "fish"}) {
      CHECK(base::completion_script(sample.program, shell).find("__probe") == std::string::npos);
    }
  }
}

TEST_SUITE("base/completion") {
  // Real shells read these files in tests/cli/completion.sh.
  TEST_CASE("one script a shell") {
    const Sample sample;
    for (const std::string shell : {"bash", "zsh", "fish"}) {
      test::check_golden("base/completion." + shell,
                         base::completion_script(sample.program, shell));
    }
    test::check_error(Errc::usage, "there is bash, zsh and fish",
                      [&] { (void)base::completion_script(sample.program, "tcsh"); });
  }
}

TEST_SUITE("base/man_page") {
  TEST_CASE("the page is roff") {
    const Sample sample;
    test::check_golden("base/sample-tool.1", base::man_page(sample.program));
  }
}
