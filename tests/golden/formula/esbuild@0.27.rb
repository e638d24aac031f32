class EsbuildAT027 < Formula
  desc "Extremely fast bundler for the web"
  homepage "https://esbuild.github.io"
  version "0.27.9"
  license "MIT"

  keg_only :versioned_formula

  on_macos do
    on_arm do
      url "https://releases.example.com/esbuild/releases/v0.27.9/esbuild-v0.27.9-darwin-arm64.tar.gz"
      sha256 "1a349b12b50ad5b43740e0952adc33c7805ce06f091074be977624d09ed9d432"
    end
    on_intel do
      url "https://releases.example.com/esbuild/releases/v0.27.9/esbuild-v0.27.9-darwin-x86_64.tar.gz"
      sha256 "1813d39e890ffec6aea6c7ff2b428ade22ebdd7159b41a38bd2e9283fe741c8a"
    end
  end

  on_linux do
    on_arm do
      url "https://releases.example.com/esbuild/releases/v0.27.9/esbuild-v0.27.9-linux-aarch64.tar.gz"
      sha256 "3515a2650f41bd9d92452612f93c911e6b6302bc895e6a0acbe23a751898d3ae"
    end
    on_intel do
      url "https://releases.example.com/esbuild/releases/v0.27.9/esbuild-v0.27.9-linux-x86_64.tar.gz"
      sha256 "300d051341afc8275b156035dc0452a085941feaaa476b400a30f3d227f60728"
    end
  end

  def install
    bin.install "esbuild"
    # What the archive has of these:
    Dir["{man/,}*.1"].each { |page| man1.install page }
    Dir["completions/*.bash"].each { |script| bash_completion.install script }
    Dir["completions/_*"].each { |script| zsh_completion.install script }
    Dir["completions/*.fish"].each { |script| fish_completion.install script }
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/esbuild --version")
  end
end
