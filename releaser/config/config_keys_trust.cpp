#include "releaser/config/config_sections.hpp"

namespace releaser {

const SectionKeys<SignSettings>& sign_keys() {
  using S = SignSettings;
  static const SectionKeys<S> section{
      "sign",
      SectionKind::table,
      !kRequired,
      "minisign key of the stable channel; nothing is published without one (`cco-release keys "
      "new`)",
      {{"public_key",
        &S::public_key,
        {.required = true, .pattern = "^RW[A-Za-z0-9+/]{54}$"},
        "second line of the .pub file",
        "public_key = \"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\""},
       {"key",
        &S::key,
        {},
        "key file, mode 600, outside of the repository; absent: its contents are in the variable "
        "CCO_RELEASE_KEY",
        "key = \"~/.config/cco-release/keys/esbuild.key\""},
       {"command",
        &S::command,
        {},
        "in place of `key`: a program that signs (a hardware key, a cloud KMS). It gets the "
        "message on standard input and writes the Ed25519 signature of 64 bytes to standard "
        "output, in base64 on one line; {key} is the public key that is wanted, {key_id} its "
        "number",
        "# command = [\"my-hsm-tool\", \"sign\", \"--slot\", \"{key_id}\"]"},
       {"command_keys",
        &S::command_keys,
        {},
        "public keys that the program of `command` holds, of [trust.keys] too; absent: public_key",
        "# command_keys = [\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"]"},
       {"command_env",
        &S::command_env,
        {},
        "variables that the program gets beside HOME, LANG, LC_ALL, LOGNAME, PATH, TMPDIR, USER "
        "and XDG_RUNTIME_DIR",
        "# command_env = [\"AWS_REGION\", \"AWS_PROFILE\"]"},
       {"old_public_key",
        &S::old_public_key,
        {.pattern = "^RW[A-Za-z0-9+/]{54}$"},
        "while a key is changed: the one before, which signs each new file too, as "
        "<file>.<key id>.minisig, for those who know no other",
        "old_public_key = \"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\""},
       {"old_key",
        &S::old_key,
        {},
        "key file of old_public_key; absent: by --key FILE, or in CCO_RELEASE_KEY",
        "old_key = \"~/.config/cco-release/keys/esbuild-old.key\""},
       {"former_public_keys",
        &S::former_public_keys,
        {},
        "keys that sign nothing any more; what they signed is still believed and can be installed",
        "former_public_keys = [\"RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L\"]"},
       {"stolen_public_keys",
        &S::stolen_public_keys,
        {},
        "keys that are believed no more: of what they signed, `publish` carries on what dist/ "
        "proves",
        "stolen_public_keys = [\"RWQxMjM0NTY3ONmhz7hJu05KLBoBRGFDaIPbOaiL6gH4aZryJf/NGkCr\"]"}},
      optional_member_of(&Config::sign)};
  return section;
}

const SectionKeys<TrustSettings>& trust_keys() {
  using S = TrustSettings;
  static const SectionKeys<S> section{
      "trust",
      SectionKind::table,
      !kRequired,
      "signed metadata (TUF) around the manifests, which [agent] needs; absent: minisign only "
      "(`cco-release trust init`)",
      {{"preset",
        &S::preset,
        {.choices = {"solo", "team", "ci-stable"}},
        "solo: one person, releases are signed outside of CI; team: two of three people sign; "
        "ci-stable: CI signs releases by itself",
        "preset = \"solo\""},
       {"folder",
        &S::folder,
        {},
        "root.json, targets.json and drafts of ceremonies: text files in the repository",
        "folder = \"trust\""},
       {"refresh",
        &S::refresh,
        {.choices = {"daily", "weekly", "none"}},
        "how often CI runs `cco-release trust refresh`; with none, every lifetime is 365 days",
        "refresh = \"weekly\""}},
      optional_member_of(&Config::trust)};
  return section;
}

const SectionKeys<TrustKeySettings>& trust_key_keys() {
  using S = TrustKeySettings;
  static const SectionKeys<S> section{
      "trust.keys",
      SectionKind::table,
      !kRequired,
      "public keys of the roles, second lines of .pub files; one key may serve several channels",
      {{"root",
        &S::root,
        {},
        "offline keys that say which keys count; solo and ci-stable: 1 of 2 signs, team: 2 of 3",
        "root = [\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"]"},
       {"targets",
        &S::targets,
        {},
        "offline keys that say which keys sign a channel; absent: those of root",
        "targets = [\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"]"},
       {"stable",
        &S::stable,
        {},
        "keys of stable releases, the public_key of [sign] among them; absent: that one",
        "stable = [\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"]"},
       {"beta",
        &S::beta,
        {},
        "keys of beta releases; absent: those of stable",
        "beta = [\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"]"},
       {"nightly",
        &S::nightly,
        {},
        "keys of nightly releases, a CI secret; absent: those of online",
        "nightly = [\"RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L\"]"},
       {"online",
        &S::online,
        {},
        "keys of snapshot and timestamp, a CI secret; absent: with ci-stable those of stable",
        "online = [\"RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L\"]"}},
      [](Config& config, const std::string&) -> S& { return config.trust->keys; }};
  return section;
}

}  // namespace releaser
