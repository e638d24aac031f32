#include "releaser/import/advice.hpp"

namespace releaser::import {
namespace {

// Of the table that has cargo-dist's own keys.
constexpr Advice kCargoDistAdvice[] = {
    {"allow-dirty", ""},
    {"bin-aliases", "an archive has binaries under one name each"},
    {"build-local-artifacts", ""},
    {"build-setup",
     "the build is a job of your own: `cco-release init --ci github` leaves a place"},
    {"cache-builds", ""},
    {"cargo-auditable", "put `auditable` into [build] command"},
    {"cargo-dist-version", ""},
    {"cargo-cyclonedx",
     "no SBOM is made; let [hooks] before make one, and name it in [archive] files"},
    {"checksum", "the file of checksums is called checksums.sha256, and it is signed"},
    {"ci", ""},
    {"create-release",
     "a release is made; `draft` of the destination leaves its publication to you"},
    {"dependencies", "packages of the build machine are installed by its workflow"},
    {"dispatch-releases", "a tag starts the workflow: `cco-release init --ci github`"},
    {"display", ""},
    {"display-name", ""},
    {"dist", ""},
    {"extra-artifacts", "let [hooks] before make them, and name them in [archive] files"},
    {"fail-fast", ""},
    {"force-latest", "the highest stable version is the latest, unless it is a backport"},
    {"formula", "the formula is called as the product"},
    {"github-action-commits", "the workflow's actions are pinned: `cco-release init --ci github`"},
    {"github-attestations", "every file is signed with minisign: `cco-release keys new`, [sign]"},
    {"github-build-setup",
     "the build is a job of your own: `cco-release init --ci github` leaves a place"},
    {"github-custom-job-permissions", "jobs of your own stand in a workflow of your own"},
    {"github-custom-runners", "name the runners in the matrix of `cco-release init --ci github`"},
    {"github-release", "archives are public and verified before anything names them"},
    {"global-artifacts-jobs", "jobs of your own stand in a workflow of your own"},
    {"host-jobs", "jobs of your own stand in a workflow of your own"},
    {"install-libraries", "name libraries in [archive] files"},
    {"install-path", "install.sh and install.ps1 choose the folder; `--help` of them tells which"},
    {"install-success-msg", "the installers have words of their own"},
    {"install-updater",
     "[agent] of docs/configuration.md is the updater: what it needs stands there"},
    {"local-artifacts-jobs", "jobs of your own stand in a workflow of your own"},
    {"merge-tasks", ""},
    {"min-glibc-version",
     "what a binary needs is read from it; build on the oldest system to serve"},
    {"msvc-crt-static", "set RUSTFLAGS in `env` of [build.override.windows-x86_64]"},
    {"npm-package", "no npm package is made"},
    {"npm-scope", "no npm package is made"},
    {"plan-jobs", "jobs of your own stand in a workflow of your own"},
    {"post-announce-jobs", "jobs of your own stand in a workflow of your own"},
    {"pr-run-mode", ""},
    {"rust-toolchain-version", "rust-toolchain.toml says it to every build"},
    {"simple-hosting", "a destination of type \"directory\" is a folder that any server shows"},
    {"source-tarball", "no archive of the sources is made; hosts offer one"},
    {"ssldotcom-windows-sign", "[hooks] after_stamp names a program that signs each binary"},
    {"macos-sign", "[hooks] after_stamp names a program that signs each binary"},
    {"tag-namespace", "tags are \"v\" and the version"},
    {"unix-archive", "an archive is .tar.gz on every system but Windows"},
    {"windows-archive", "an archive is .zip on Windows"},
};

}  // namespace

std::span<const Advice> cargo_dist_advice() { return kCargoDistAdvice; }

}  // namespace releaser::import
