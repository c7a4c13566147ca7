#include "base/safe_file.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using base::open_file;

constexpr uid_t nobody = 65'534;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::lstat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

// What another process, which may become somebody else, says of `work`.
bool in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) std::_Exit(work() ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

// The umask, until the end of the test.
struct Umask {
  explicit Umask(mode_t mask) : before(::umask(mask)) {}
  ~Umask() { ::umask(before); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;
  mode_t before;
};

}  // namespace

TEST_CASE("only a regular file with one name is opened", "[base]") {
  const support::TemporaryFolder folder;
  put(folder / "file", "x");
  fs::create_symlink(folder / "file", folder / "link");
  fs::create_symlink(folder / "none", folder / "dangling");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  fs::create_directory(folder / "directory");
  CHECK(open_file(folder / "file", O_RDONLY));
  CHECK(base::check_file(folder / "file"));
  CHECK(base::check_file(folder / "none"));
  CHECK_FALSE(open_file(folder / "none", O_RDONLY));
  for (const char* name : {"link", "dangling", "fifo", "directory"}) {
    INFO(name);
    CHECK_FALSE(open_file(folder / name, O_RDONLY));
    CHECK_FALSE(open_file(folder / name, O_WRONLY | O_CREAT));
    CHECK_FALSE(base::write_file(folder / name, "x"));
    CHECK_FALSE(base::check_file(folder / name));
  }
  CHECK_FALSE(fs::exists(folder / "none"));
  fs::create_hard_link(folder / "file", folder / "second");
  CHECK_FALSE(open_file(folder / "file", O_RDONLY));
  CHECK_FALSE(base::check_file(folder / "second"));
}

TEST_CASE("what is made has its mode whatever the umask is", "[base]") {
  const support::TemporaryFolder folder;
  for (const mode_t mask : {0000, 0022, 0077, 0777}) {
    const Umask umask(mask);
    const fs::path directory = folder / std::to_string(mask);
    REQUIRE(base::make_directories(directory / "a" / "b"));
    REQUIRE(base::make_directories(directory / "a" / "b"));
    REQUIRE(base::write_file(directory / "a" / "b" / "file", "long text"));
    REQUIRE(base::write_file(directory / "a" / "b" / "file", "text"));
    CHECK(contents(directory / "a" / "b" / "file") == "text");
    CHECK(mode_of(directory / "a" / "b" / "file") == 0640);
    CHECK(mode_of(directory / "a" / "b") == 0750);
    CHECK(mode_of(directory / "a") == 0750);
  }
}

TEST_CASE("the first owner on the way but root is who says what a path names", "[base]") {
  if (::geteuid() != 0) return;
  const support::TemporaryFolder folder;
  REQUIRE(base::make_directories(folder / "theirs/below"));
  CHECK_FALSE(base::owner_of(folder / "theirs/below"));
  CHECK_FALSE(base::owner_of(folder / "none/below"));
  REQUIRE(::lchown((folder / "theirs").c_str(), nobody, nobody) == 0);
  const base::Owner expected{nobody, nobody};
  CHECK(base::owner_of(folder / "theirs") == expected);
  CHECK(base::owner_of(folder / "theirs/below") == expected);
  CHECK(base::owner_of(folder / "theirs/none/below") == expected);
  fs::create_symlink(folder / "theirs/below", folder / "link");  // Root's link into theirs.
  CHECK(base::owner_of(folder / "link") == expected);
  CHECK(base::owner_of(folder / "link/below") == expected);
  fs::create_symlink("/etc", folder / "their-link");
  REQUIRE(::lchown((folder / "their-link").c_str(), nobody, nobody) == 0);
  CHECK(base::owner_of(folder / "their-link/passwd") == expected);
  fs::create_symlink("loop", folder / "loop");
  CHECK_FALSE(base::owner_of(folder / "loop"));
}

TEST_CASE("root becomes the owner of a directory for good", "[base]") {
  if (::geteuid() != 0) return;
  const support::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_exec);
  put(folder / "secret", "x");
  REQUIRE(::chmod((folder / "secret").c_str(), 0600) == 0);
  fs::create_directory(folder / "theirs");
  REQUIRE(::lchown((folder / "theirs").c_str(), nobody, nobody) == 0);
  CHECK(in_child([&] {
    return base::become_owner_of(folder.path()) && ::geteuid() == 0 &&
           base::become_owner_of(folder / "theirs/none") && ::getuid() == nobody &&
           ::geteuid() == nobody && ::getegid() == nobody && ::setuid(0) != 0 &&
           !open_file(folder / "secret", O_RDONLY) &&
           open_file(folder / "theirs/made", O_RDWR | O_CREAT);
  }));
  CHECK(base::owner_of(folder / "theirs/made") == base::Owner{nobody, nobody});
}

TEST_CASE("root writes into another's directory as that one", "[base]") {
  if (::geteuid() != 0) return;
  const support::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_exec);
  fs::create_directory(folder / "roots");
  fs::permissions(folder / "roots", fs::perms::owner_all | fs::perms::others_exec);
  put(folder / "roots/file", "root's");
  fs::create_directory(folder / "theirs");
  fs::create_symlink(folder / "roots", folder / "theirs/way");
  fs::create_symlink(folder / "roots/file", folder / "theirs/link");
  REQUIRE(::lchown((folder / "theirs").c_str(), nobody, nobody) == 0);
  for (const char* name : {"theirs/link", "theirs/way/file", "theirs/way/new"}) {
    INFO(name);
    CHECK_FALSE(base::write_file(folder / name, "theirs"));
  }
  CHECK(contents(folder / "roots/file") == "root's");
  REQUIRE(base::write_file(folder / "theirs/new", "x"));
  CHECK(base::owner_of(folder / "theirs/new") == base::Owner{nobody, nobody});
  CHECK(::geteuid() == 0);
  REQUIRE(base::write_file(folder / "roots/new", "x"));
}
