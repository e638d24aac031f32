# Just enough of Homebrew's formula language to load one formula as a simulated machine would, to
# run its `install` over an unpacked archive and its test block. Unknown words of the language are
# errors, as they are in Homebrew.
require "fileutils"
require "pathname"

class FormulaStub
  # Source: Homebrew, Library/Homebrew/formulary.rb, Formulary.class_s.
  def self.class_s(name)
    class_name = name.capitalize
    class_name.gsub!(/[-_.\s]([a-zA-Z0-9])/) { Regexp.last_match(1).upcase }
    class_name.tr!("+", "x")
    class_name.sub!(/(.)@(\d)/, "\\1AT\\2")
    class_name
  end

  # Source: Homebrew, Library/Homebrew/service.rb.
  Service = Struct.new(:command, :alive, :log, :error_log) do
    def run(value) = self.command = value
    def keep_alive(value) = self.alive = value
    def log_path(value) = self.log = value
    def error_log_path(value) = self.error_log = value
    def opt_bin = Pathname.new("opt/bin")
    def var = Pathname.new("var")
  end

  Livecheck = Struct.new(:url_value, :strategy_name, :pick) do
    def url(value) = self.url_value = value
    def strategy(name, &block) = (self.strategy_name, self.pick = name, block)
  end

  # A directory that knows Homebrew's `install`.
  class Keg < Pathname
    def install(*names)
      raise "there is nothing to install into #{self}" if names.flatten.empty?
      mkpath
      names.flatten.each { |name| FileUtils.mv(name, to_s) }
    end
  end

  # Source: Homebrew, Library/Homebrew/formula.rb.
  FOLDERS = {
    bin: "bin", man1: "share/man/man1", bash_completion: "etc/bash_completion.d",
    zsh_completion: "share/zsh/site-functions", fish_completion: "share/fish/vendor_completions.d"
  }.freeze

  module Language
    attr_reader :values, :livecheck_values, :conflicts, :test_block, :dependencies, :keg_only_reason, :service_values

    %i[desc homepage version license].each do |word|
      define_method(word) do |value = nil|
        @values ||= {}
        return @values[word] if value.nil?
        raise "#{word} twice" if @values.key?(word)
        @values[word] = value
      end
    end

    %i[url sha256].each do |word|
      define_method(word) do |value|
        @values ||= {}
        # Source: RuboCop FormulaAudit/OnSystemConditionals and ComponentsOrder of Homebrew.
        raise "#{word} stands outside of on_arm and on_intel" unless @arch
        raise "#{word} twice" if @values.key?(word)
        @values[word] = value
      end
    end

    def on_macos(&block) = simulated[:os] == :macos && instance_eval(&block)
    def on_linux(&block) = simulated[:os] == :linux && instance_eval(&block)
    def on_arm(&block) = inside(:arm, &block)
    def on_intel(&block) = inside(:intel, &block)

    def inside(arch, &block)
      return unless simulated[:arch] == arch
      @arch = arch
      instance_eval(&block)
    ensure
      @arch = nil
    end

    def livecheck(&block)
      @livecheck_values = Livecheck.new
      @livecheck_values.instance_eval(&block)
    end

    def conflicts_with(name, because:) = (@conflicts ||= {})[name] = because
    def depends_on(name) = (@dependencies ||= []) << name
    def keg_only(reason) = @keg_only_reason = reason

    def service(&block)
      @service_values = Service.new
      @service_values.instance_eval(&block)
    end

    def test(&block) = @test_block = block
    def simulated = FormulaStub.simulated
  end

  class << self
    attr_accessor :simulated

    # The class in this file, loaded as a machine with this system and processor.
    def load(path, os:, arch:)
      self.simulated = { os: os, arch: arch }
      room = Module.new
      room.const_set(:Formula, formula_class)
      room.module_eval(File.read(path, encoding: "UTF-8"), path.to_s)
      name = class_s(File.basename(path, ".rb"))
      raise "#{path} does not define #{name}" unless room.const_defined?(name, false)
      room.const_get(name, false)
    end

    private

    def formula_class
      Class.new do
        extend Language

        FOLDERS.each { |name, folder| define_method(name) { Keg.new(File.join(@prefix, folder)) } }

        def initialize(prefix) = @prefix = prefix
        def version = self.class.version
        def shell_output(command)
          output = `#{command}`
          raise "#{command} ended with #{$?.exitstatus}" unless $?.success?
          output
        end

        def system(*words)
          raise "#{words.first} failed" unless Kernel.system(*words.map(&:to_s), out: File::NULL)
        end

        def assert_match(part, text)
          raise "#{part.inspect} is not in #{text.inspect}" unless text.include?(part)
        end

        def run_test = instance_eval(&self.class.test_block)
      end
    end
  end
end
