#include "base/file.hpp"

#include "base/error.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

class TempDir {
 public:
  TempDir() : m_directory(std::filesystem::temp_directory_path(), "base-test-") {}
  [[nodiscard]] base::Path operator/(const char* name) const { return m_directory.path() / name; }
  [[nodiscard]] const base::Path& path() const { return m_directory.path(); }

 private:
  base::TemporaryDirectory m_directory;
};

void put(const base::Path& path, const std::string& bytes) { std::ofstream(path) << bytes; }

unsigned mode_of(const base::Path& path) {
  struct stat status {};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

// Runs `work` in a process of its own; gives its exit status.
template <class Work>
int in_child(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(work());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_SUITE("base/file") {
  TEST_CASE("only a regular file is opened for reading, and nothing blocks") {
    const TempDir directory;
    put(directory / "file", "text");
    REQUIRE(symlink("file", (directory / "link").c_str()) == 0);
    REQUIRE(symlink("nothing", (directory / "dangling").c_str()) == 0);
    REQUIRE(symlink("loop", (directory / "loop").c_str()) == 0);
    REQUIRE(mkfifo((directory / "fifo").c_str(), 0600) == 0);
    CHECK(base::file_size(base::open_regular_file(directory / "file")) == 4);
    CHECK(base::read_file(directory / "link", 100) == "text");

    struct Row {
      base::Path path;
      base::Errc code;
      std::string what;
    };
    const Row rows[] = {
        {directory / "fifo", base::Errc::config, "a named pipe, not a regular file"},
        {directory.path(), base::Errc::config, "a directory, not a regular file"},
        {"/dev/null", base::Errc::config, "a device, not a regular file"},
        {directory / "none", base::Errc::not_found, "no such file"},
        {directory / "file/below", base::Errc::not_found, "no such file"},
        {directory / "dangling", base::Errc::not_found, "a link to a file that does not exist"},
        {directory / "loop", base::Errc::config,
         "Too many levels of symbolic links; remove the link that is in the way"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.path.native());
      try {
        base::open_regular_file(row.path);
        FAIL("opened");
      } catch (const base::Error& error) {
        CHECK(error.code() == row.code);
        CHECK(std::string(error.what()) == row.path.native() + ": " + row.what);
      }
    }
  }

  TEST_CASE("what stands under a name is told, through links and of links") {
    using Type = std::filesystem::file_type;
    const TempDir directory;
    put(directory / "file", "text");
    REQUIRE(symlink("file", (directory / "link").c_str()) == 0);
    REQUIRE(symlink("nothing", (directory / "dangling").c_str()) == 0);
    REQUIRE(symlink("loop", (directory / "loop").c_str()) == 0);
    CHECK(base::type_of(directory / "file") == Type::regular);
    CHECK(base::type_of(directory.path()) == Type::directory);
    CHECK(base::type_of(directory / "link") == Type::regular);
    CHECK(base::type_of(directory / "link", base::Links::not_followed) == Type::symlink);
    CHECK(base::type_of(directory / "dangling") == Type::not_found);
    CHECK(base::type_of(directory / "dangling", base::Links::not_followed) == Type::symlink);
    CHECK(base::type_of(directory / "none") == Type::not_found);
    CHECK(base::type_of(directory / "file/below") == Type::not_found);
    CHECK(test::code_of([&] { base::type_of(directory / "loop"); }) == base::Errc::config);
    // Behind a folder that may not be entered there is no saying; root may enter every one.
    REQUIRE(chmod(directory.path().c_str(), 0700) == 0);
    const int status = in_child([&] {
      if (geteuid() != 0) {
        chmod(directory.path().c_str(), 0);
      } else if (setuid(65534) != 0) {
        return 100;
      }
      return base::exit_status(test::code_of([&] { base::type_of(directory / "file"); }));
    });
    REQUIRE(chmod(directory.path().c_str(), 0700) == 0);
    CHECK(status == base::exit_status(base::Errc::config));
  }

  TEST_CASE("reads have a limit, met exactly") {
    const TempDir directory;
    put(directory / "file", "12345");
    CHECK(base::read_file(directory / "file", 5) == "12345");
    CHECK(test::code_of([&] { base::read_file(directory / "file", 4); }) == base::Errc::config);
    CHECK_FALSE(base::read_file_if_exists(directory / "none", 4));
    CHECK(test::code_of([&] { base::read_file_if_exists(directory / "file", 4); }) ==
          base::Errc::config);
    put(directory / "empty", "");
    CHECK(base::read_file(directory / "empty", 0).empty());
  }

  TEST_CASE("a file whose size the kernel does not tell is read whole, and limited") {
    const std::string status = base::read_file("/proc/self/status", 1U << 20U);
    CHECK(status.starts_with("Name:"));
    CHECK(status.size() > 200);
    CHECK(test::code_of([] { base::read_file("/proc/self/status", 100); }) == base::Errc::config);
  }

  TEST_CASE("a file is streamed from its first byte, whatever the descriptor's offset") {
    const TempDir directory;
    const std::string bytes = std::string(700'000, 'a') + "end";
    put(directory / "file", bytes);
    const base::FileDescriptor file = base::open_regular_file(directory / "file");
    REQUIRE(lseek(file.number(), 5, SEEK_SET) == 5);
    std::string streamed;
    base::stream_file(file, [&](std::string_view piece) { streamed += piece; });
    CHECK(streamed == bytes);
    CHECK(lseek(file.number(), 0, SEEK_CUR) == 5);
  }

  TEST_CASE("descriptors do not pass to other programs") {
    const TempDir directory;
    put(directory / "file", "");
    const base::FileDescriptor read = base::open_regular_file(directory / "file");
    base::AtomicFile write(directory / "new");
    CHECK((fcntl(read.number(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((fcntl(write.descriptor().number(), F_GETFD) & FD_CLOEXEC) != 0);
  }

  TEST_CASE("a descriptor that is moved over another closes it") {
    base::FileDescriptor first(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int number = first.number();
    first = base::FileDescriptor();
    CHECK(fcntl(number, F_GETFD) == -1);
    CHECK_FALSE(first.is_open());
  }

  TEST_CASE("an AtomicFile that is not committed leaves nothing and changes nothing") {
    const TempDir directory;
    put(directory / "file", "old");
    {
      base::AtomicFile file(directory / "file");
      file.write("new");
      CHECK(base::list_directory(directory.path()).size() == 2);
    }
    CHECK(base::list_directory(directory.path()) == std::vector<std::string>{"file"});
    CHECK(base::read_file(directory / "file", 10) == "old");
  }

  TEST_CASE("an AtomicFile has its mode whatever the umask, and replaces the name itself") {
    const TempDir directory;
    put(directory / "other", "other");
    REQUIRE(symlink("other", (directory / "file").c_str()) == 0);
    const mode_t before = umask(077);
    base::write_file_atomically(directory / "file", "new", 0755);
    umask(0);
    base::write_file_atomically(directory / "secret", "key", 0600);
    umask(before);
    CHECK(mode_of(directory / "file") == 0755);
    CHECK(mode_of(directory / "secret") == 0600);
    CHECK(base::read_file(directory / "file", 10) == "new");
    CHECK(base::read_file(directory / "other", 10) == "other");
    CHECK(base::list_directory(directory.path()) ==
          std::vector<std::string>{"file", "other", "secret"});
  }

  TEST_CASE("a name of the greatest length can be written") {
    const TempDir directory;
    const std::string name(255, 'n');
    base::write_file_atomically(directory.path() / name, "x");
    CHECK(base::list_directory(directory.path()) == std::vector<std::string>{name});
  }

  TEST_CASE("a full disk is cannot_write") {
    const base::FileDescriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
    REQUIRE(full.is_open());
    CHECK(test::code_of([&] { base::write_all(full, "x", "file"); }) == base::Errc::cannot_write);
  }

  TEST_CASE("a folder that may not be written is cannot_write") {
    const TempDir directory;
    REQUIRE(chmod(directory.path().c_str(), 0755) == 0);
    // As an unprivileged user: root may write everywhere.
    const int status = in_child([&] {
      if (geteuid() == 0 && setuid(65534) != 0) {
        return 100;
      }
      if (access(directory.path().c_str(), W_OK) == 0) {
        chmod(directory.path().c_str(), 0555);
      }
      return base::exit_status(
          test::code_of([&] { base::write_file_atomically(directory / "file", "x"); }));
    });
    CHECK(status == base::exit_status(base::Errc::cannot_write));
    REQUIRE(chmod(directory.path().c_str(), 0755) == 0);
    CHECK(base::list_directory(directory.path()).empty());
  }

  TEST_CASE("what a kill left is known by its name and removed, and nothing else") {
    const TempDir directory;
    {
      base::AtomicFile file(directory / "file");
      CHECK(base::is_temporary_name(base::list_directory(directory.path()).at(0)));
    }
    put(directory / ".file.0123456789abcdef.tmp", "");
    REQUIRE(symlink("x", (directory / ".l.0123456789abcdef.tmp").c_str()) == 0);
    const std::vector<std::string> others{".0123456789abcdef.tmp", ".file.0123456789ABCDEF.tmp",
                                          ".file.tmp", "file.0123456789abcdef.tmp"};
    for (const std::string& name : others) {
      CHECK_FALSE(base::is_temporary_name(name));
      put(directory.path() / name, "");
    }
    base::remove_stale_temporaries(directory.path());
    CHECK(base::list_directory(directory.path()) == others);
  }

  TEST_CASE("a rename moves, and says what it cannot") {
    const TempDir directory;
    put(directory / "a", "1");
    base::make_directories(directory / "d");
    base::rename_durably(directory / "a", directory / "d/b");
    CHECK(base::read_file(directory / "d/b", 10) == "1");
    CHECK(test::code_of([&] { base::rename_durably(directory / "a", directory / "c"); }) ==
          base::Errc::not_found);
  }

  TEST_CASE("a link is replaced by one step and read back") {
    const TempDir directory;
    CHECK_FALSE(base::read_symlink_if_exists(directory / "current"));
    base::replace_symlink(directory / "current", "versions/1");
    base::replace_symlink(directory / "current", "versions/2");
    CHECK(base::read_symlink_if_exists(directory / "current") == base::Path("versions/2"));
    CHECK(base::list_directory(directory.path()) == std::vector<std::string>{"current"});
    put(directory / "file", "");
    CHECK_FALSE(base::read_symlink_if_exists(directory / "file"));
    const std::string long_target(1000, 't');
    base::replace_symlink(directory / "long", long_target);
    CHECK(base::read_symlink_if_exists(directory / "long") == base::Path(long_target));
  }
}

TEST_SUITE("base/directory") {
  TEST_CASE("directories are made with their parents, their mode whatever the umask") {
    const TempDir directory;
    const mode_t before = umask(077);
    base::make_directories(directory / "a/b/c");
    umask(before);
    CHECK(mode_of(directory / "a") == 0755);
    CHECK(mode_of(directory / "a/b/c") == 0755);
    base::make_directories(directory / "a/b/c/", 0700);
    CHECK(mode_of(directory / "a/b/c") == 0755);
    put(directory / "file", "");
    CHECK(test::code_of([&] { base::make_directories(directory / "file"); }) ==
          base::Errc::cannot_write);
    CHECK(test::code_of([&] { base::make_directories(directory / "file/x"); }) ==
          base::Errc::cannot_write);
    REQUIRE(symlink("a", (directory / "link").c_str()) == 0);
    base::make_directories(directory / "link/new");
    CHECK(mode_of(directory / "a/new") == 0755);
  }

  TEST_CASE("removing a tree does not go through links") {
    const TempDir directory;
    base::make_directories(directory / "keep");
    put(directory / "keep/file", "");
    base::make_directories(directory / "tree/deep");
    REQUIRE(symlink("../keep", (directory / "tree/link").c_str()) == 0);
    base::remove_tree(directory / "tree");
    base::remove_tree(directory / "tree");
    CHECK(base::list_directory(directory.path()) == std::vector<std::string>{"keep"});
    CHECK(base::list_directory(directory / "keep") == std::vector<std::string>{"file"});
    base::remove_if_exists(directory / "keep/file");
    base::remove_if_exists(directory / "keep/file");
    CHECK(base::list_directory(directory / "keep").empty());
  }

  TEST_CASE("a listing is sorted by bytes; no directory is an empty one") {
    const TempDir directory;
    for (const char* const name : {"b", "A", "a", ".hidden", "\xC3\xA4"}) {
      put(directory / name, "");
    }
    CHECK(base::list_directory(directory.path()) ==
          std::vector<std::string>{".hidden", "A", "a", "b", "\xC3\xA4"});
    CHECK(base::list_directory(directory / "none").empty());
    CHECK(test::code_of([&] { base::list_directory(directory / "a"); }) != base::Errc::done);
  }

  TEST_CASE("a temporary directory is private and goes with its contents unless released") {
    const TempDir directory;
    {
      const base::TemporaryDirectory temporary(directory.path(), "stage-");
      CHECK(mode_of(temporary.path()) == 0700);
      CHECK(temporary.path().filename().native().starts_with("stage-"));
      put(temporary.path() / "file", "");
    }
    CHECK(base::list_directory(directory.path()).empty());
    {
      base::TemporaryDirectory temporary(directory.path(), "kept-");
      temporary.release();
    }
    CHECK(base::list_directory(directory.path()).size() == 1);
  }

  TEST_CASE("a lock holds against another process, and goes with its owner") {
    const TempDir directory;
    const auto other_gets_it = [&](bool of_directory) {
      return in_child([&] {
        const auto lock = of_directory ? base::FileLock::try_acquire_directory(directory.path())
                                       : base::FileLock::try_acquire(directory / "lock");
        return lock ? 1 : 0;
      });
    };
    for (const bool of_directory : {false, true}) {
      CAPTURE(of_directory);
      CHECK(other_gets_it(of_directory) == 1);
      {
        const auto lock = of_directory ? base::FileLock::try_acquire_directory(directory.path())
                                       : base::FileLock::try_acquire(directory / "lock");
        REQUIRE(lock);
        CHECK(other_gets_it(of_directory) == 0);
        // Not even by the same process, through another descriptor.
        const auto second = of_directory ? base::FileLock::try_acquire_directory(directory.path())
                                         : base::FileLock::try_acquire(directory / "lock");
        CHECK_FALSE(second.has_value());
      }
      CHECK(other_gets_it(of_directory) == 1);
    }
    CHECK(base::list_directory(directory.path()) == std::vector<std::string>{"lock"});
  }
}
