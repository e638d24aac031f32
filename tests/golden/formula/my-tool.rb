class MyTool < Formula
  desc "Prints \"\#{`id`}\" and \#$0\\ on the command-line"
  homepage "https://example.com/\"\#{exit}"
  version "1.2.3"
  license all_of: [{ any_of: [{ "Apache-2.0" => { with: "LLVM-exception" } }, "MIT"] }, "ISC"]

  livecheck do
    url "https://releases.example.com/esbuild/stable.version-manifest.json"
    strategy :json do |json|
      json["latest"]["stable"]
    end
  end

  depends_on "git"
  depends_on "openssl@3"

  on_macos do
    on_arm do
      url "https://releases.example.com/esbuild/releases/v1.2.3/esbuild-v1.2.3-darwin-universal.tar.gz"
      sha256 "e73a3a48d689448896562a4116601f5d51c3723aa5827d1428a14896443ebdee"
    end
    on_intel do
      url "https://releases.example.com/esbuild/releases/v1.2.3/esbuild-v1.2.3-darwin-universal.tar.gz"
      sha256 "e73a3a48d689448896562a4116601f5d51c3723aa5827d1428a14896443ebdee"
    end
  end

  on_linux do
    on_arm do
      url "https://releases.example.com/esbuild/releases/v1.2.3/esbuild-v1.2.3-linux-aarch64.tar.gz"
      sha256 "3515a2650f41bd9d92452612f93c911e6b6302bc895e6a0acbe23a751898d3ae"
    end
    on_intel do
      url "https://releases.example.com/esbuild/releases/v1.2.3/esbuild-v1.2.3-linux-x86_64-musl.tar.gz"
      sha256 "fb6242019d0903d14d1bfec0203d171afebb6f25804516c5d8f6e62731738e9c"
    end
  end

  def install
    bin.install "esbuild"
    bin.install "my-tool"
    # What the archive has of these:
    Dir["{man/,}*.1"].each { |page| man1.install page }
    Dir["completions/*.bash"].each { |script| bash_completion.install script }
    Dir["completions/_*"].each { |script| zsh_completion.install script }
    Dir["completions/*.fish"].each { |script| fish_completion.install script }
  end

  def caveats
    "Say \"my-tool\" to \#{begin}\nand more"
  end

  service do
    run [opt_bin/"my-tool", "serve", "--all $HOME"]
    keep_alive true
    log_path var/"log/my-tool.log"
    error_log_path var/"log/my-tool.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/my-tool version 'it'\\''s $(id) \#{bin}'")
    system bin/"my-tool", "check"
  end
end
