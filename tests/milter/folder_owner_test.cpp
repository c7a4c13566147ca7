#include "milter/folder_owner.hpp"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/temporary_folder.hpp"

namespace {

uid_t owner_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_uid;
}

}  // namespace

TEST_CASE("what root makes in somebody's folder is his, and nothing else changes", "[milter]") {
  const support::TemporaryFolder folder;
  const std::filesystem::path his = folder / "his";
  std::filesystem::create_directory(his);
  const uid_t somebody = geteuid() == 0 ? 12'345 : geteuid();
  REQUIRE(::chown(his.c_str(), somebody, getegid()) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0711) == 0);
  {
    const milter::AsFolderOwner owner(his);
    std::ofstream(his / "socket") << "x";
    const bool elsewhere = std::ofstream(folder / "mine").is_open();
    CHECK(elsewhere == (geteuid() != 0));  // He could not either.
  }
  CHECK(owner_of(his / "socket") == somebody);
  std::ofstream(folder / "afterwards") << "x";
  CHECK(owner_of(folder / "afterwards") == geteuid());
  { const milter::AsFolderOwner owner(folder / "missing"); }
  { const milter::AsFolderOwner owner(folder.path()); }
  std::ofstream(folder / "again") << "x";
  CHECK(owner_of(folder / "again") == geteuid());
}
