#include "milter/folder_owner.hpp"

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

namespace milter {

// Not seteuid(2): that is the whole process's, and other threads run already.
AsFolderOwner::AsFolderOwner(const std::filesystem::path& folder)
    : user_(geteuid()), group_(getegid()) {
  struct stat status {};
  if (user_ != 0 || ::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return;
  ::setfsgid(status.st_gid);  // First: after the other it is no longer allowed.
  ::setfsuid(status.st_uid);
}

AsFolderOwner::~AsFolderOwner() {
  ::setfsuid(user_);
  ::setfsgid(group_);
}

}  // namespace milter
