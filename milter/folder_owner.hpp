#pragma once

#include <filesystem>

#include <sys/types.h>

namespace milter {

// While it lives, files that this thread makes belong to the owner of `folder`, and the thread has
// no more rights on files than he has: a daemon that somebody started as root, to try something,
// leaves no socket behind that its own user cannot replace. Nothing changes for any other user, nor
// where root owns the folder, nor where there is none.
class AsFolderOwner {
 public:
  // Takes on the owner's rights on files (setfsuid(2)), where this thread is root's.
  explicit AsFolderOwner(const std::filesystem::path& folder);
  ~AsFolderOwner();  // Takes them back, on the same thread.
  AsFolderOwner(const AsFolderOwner&) = delete;
  AsFolderOwner& operator=(const AsFolderOwner&) = delete;

 private:
  uid_t user_;  // Whose rights to return to.
  gid_t group_;
};

}  // namespace milter
