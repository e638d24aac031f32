#!/usr/bin/env ruby
# Loads each golden formula in real Ruby as each machine that Homebrew simulates (TAP).
require "digest"
require "json"
require "open3"
require "tmpdir"

ROOT = ENV.fetch("SOURCE_ROOT")
require File.join(ROOT, "tests/support/formula_stub")

$count = 0
$failed = 0
def check(sentence)
  $count += 1
  problem = begin
    yield ? nil : "is false"
  rescue StandardError, SyntaxError => error
    "#{error.class}: #{error.message}"
  end
  puts "#{problem ? "not ok" : "ok"} #{$count} - #{sentence}#{" # #{problem.lines.first.chomp}" if problem}"
  $failed += 1 if problem
end

MACHINES = [%i[macos arm], %i[macos intel], %i[linux arm], %i[linux intel]].freeze
# What the platform in the archive's name must be for each of them.
PLATFORMS = {
  %i[macos arm] => %w[darwin-arm64 darwin-universal], %i[macos intel] => %w[darwin-x86_64 darwin-universal],
  %i[linux arm] => %w[linux-aarch64 linux-aarch64-musl], %i[linux intel] => %w[linux-x86_64 linux-x86_64-musl]
}.freeze

formulae = Dir[File.join(ROOT, "tests/golden/formula/*.rb")].sort
check("there are formulae to try") { formulae.size >= 3 }
formulae.each do |path|
  name = File.basename(path, ".rb")
  check("#{name}: ruby -c accepts it") do
    _, status = Open3.capture2e("ruby", "-wc", path)
    status.success?
  end
  check("#{name}: no line has blanks at its end, and the last one ends") do
    text = File.read(path, encoding: "UTF-8")
    text.end_with?("end\n") && text !~ /[ \t]$/ && text !~ /\n\n\n/
  end
  MACHINES.each do |os, arch|
    machine = "#{os} on #{arch}"
    formula = nil
    check("#{name}: loads for #{machine}") { formula = FormulaStub.load(path, os: os, arch: arch) }
    next unless formula
    values = formula.values
    check("#{name}: #{machine} gets its own archive") do
      PLATFORMS.fetch([os, arch]).any? { |platform| values[:url].match?(/-#{platform}\.tar\.gz\z/) }
    end
    # The golden releases have the digest of the platform's name.
    check("#{name}: #{machine} gets the digest of that archive") do
      values[:sha256] == Digest::SHA256.hexdigest(values[:url][/-v#{Regexp.escape(values[:version])}-(.*)\.tar\.gz\z/, 1])
    end
    check("#{name}: its version is in the url and has no v") do
      values[:url].include?("/v#{values[:version]}/") && !values[:version].start_with?("v")
    end
    check("#{name}: the description obeys Homebrew for #{machine}") do
      desc = values[:desc]
      desc.length <= 80 && desc !~ /\A(an?|the)\b/i && desc =~ /\A[A-Z]/ && !desc.end_with?(".") &&
        desc !~ /\A#{Regexp.escape(name)}\b/i && desc !~ /command line/i && desc == desc.strip
    end
    Dir.mktmpdir do |folder|
      keg = File.join(folder, "keg")
      Dir.mkdir(keg)
      work = File.join(folder, "work")
      Dir.mkdir(work)
      Dir.chdir(work) do
        programs = File.read(path)[/def install\n(.*?)\n  end/m, 1].scan(/bin\.install "([^"]+)"/).flatten
        programs.each do |program|
          File.write(program, "#!/bin/sh\necho \"#{program} #{values[:version]} $*\"\n", perm: 0o755)
        end
        check("#{name}: install puts #{programs.join(" and ")} into bin") do
          formula.new(keg).install
          Dir.children(File.join(keg, "bin")).sort == programs.sort && Dir.empty?(work)
        end
        pages = {
          "man/tool.1" => "share/man/man1/tool.1", "other.1" => "share/man/man1/other.1",
          "completions/tool.bash" => "etc/bash_completion.d/tool.bash",
          "completions/_tool" => "share/zsh/site-functions/_tool",
          "completions/tool.fish" => "share/fish/vendor_completions.d/tool.fish"
        }
        check("#{name}: install puts manual pages and completions of an archive in place") do
          whole = File.join(folder, "whole")
          %w[man completions].each { |inner| Dir.mkdir(inner) }
          (programs + pages.keys).each { |file| File.write(file, "") }
          formula.new(whole).install
          pages.each_value.all? { |place| File.file?(File.join(whole, place)) } &&
            Dir.glob("**/*", base: whole).count { |file| File.file?(File.join(whole, file)) } == programs.size + pages.size
        end
        check("#{name}: its test passes where the program says the version") { formula.new(keg).run_test || true }
        programs.each { |program| File.write(File.join(keg, "bin", program), "#!/bin/sh\necho 9.9.9\n") }
        asks_more = File.read(path)[/^    system bin/]
        check("#{name}: its test fails where the program ends with 1") do
          programs.each { |program| File.write(File.join(keg, "bin", program), "#!/bin/sh\necho #{values[:version]}\n[ \"$1\" != check ]\n") }
          formula.new(keg).run_test
          !asks_more
        rescue RuntimeError => error
          asks_more && error.message.include?("failed")
        end
        programs.each { |program| File.write(File.join(keg, "bin", program), "#!/bin/sh\necho 9.9.9\n") }
        check("#{name}: its test fails where the program says another version") do
          formula.new(keg).run_test
          false
        rescue RuntimeError => error
          error.message.include?("9.9.9")
        end
      end
    end
  end
  if name.include?("@")
    check("#{name}: is kept beside others, and has nothing to look for") do
      formula = FormulaStub.load(path, os: :linux, arch: :intel)
      formula.keg_only_reason == :versioned_formula && formula.livecheck_values.nil? && formula.conflicts.nil?
    end
    next
  end
  check("#{name}: livecheck finds the newest version in the channel's manifest") do
    check = FormulaStub.load(path, os: :linux, arch: :intel).livecheck_values
    channel = check.url_value[%r{/([a-z]+)\.version-manifest\.json\z}, 1]
    manifest = JSON.parse(JSON.generate("latest" => { channel => "7.8.9" }))
    check.strategy_name == :json && check.pick.call(manifest) == "7.8.9"
  end
end
check("what the configuration adds is there") do
  formula = FormulaStub.load(File.join(ROOT, "tests/golden/formula/my-tool.rb"), os: :linux, arch: :intel)
  formula.dependencies == %w[git openssl@3] && formula.new("/keg").caveats == "Say \"my-tool\" to \#{begin}\nand more" &&
    formula.service_values.command.map(&:to_s) == ["opt/bin/my-tool", "serve", "--all $HOME"] && formula.service_values.alive &&
    formula.service_values.log.to_s == "var/log/my-tool.log"
end
check("a formula of a channel conflicts with the one of the product") do
  FormulaStub.load(File.join(ROOT, "tests/golden/formula/esbuild-beta.rb"), os: :linux, arch: :arm)
             .conflicts.keys == ["esbuild"]
end
puts "1..#{$count}"
exit($failed.zero? ? 0 : 1)
