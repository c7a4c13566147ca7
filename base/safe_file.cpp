#include "base/safe_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include "base/text.hpp"

namespace base {

namespace {

namespace fs = std::filesystem;

constexpr int links_max = 40;  // As the kernel follows in one path.
constexpr mode_t directory_mode = 0750;

std::unexpected<Error> failed(const fs::path& path, std::string_view what) {
  return fail(printable(path.string()) + ": " + std::string(what));
}
std::unexpected<Error> failed(const fs::path& path, int error) {
  return failed(path, std::generic_category().message(error));
}

std::optional<Owner> first_owner(const fs::path& path, int links_left) {
  std::error_code error;
  fs::path seen;
  for (const fs::path& part : fs::absolute(path, error)) {
    if (part == ".." && !seen.empty()) {  // Where it leads depends on the links before it.
      seen = fs::canonical(seen, error).parent_path();
      continue;
    }
    seen /= part;
    struct stat status {};
    if (::lstat(seen.c_str(), &status) != 0) return std::nullopt;  // The rest is not there.
    if (status.st_uid != 0) return Owner{status.st_uid, status.st_gid};
    if (!S_ISLNK(status.st_mode)) continue;
    const fs::path target = fs::read_symlink(seen, error);
    if (error || links_left == 0) return std::nullopt;
    seen = seen.parent_path() / target;
    if (const auto owner = first_owner(seen, links_left - 1)) return owner;
  }
  return std::nullopt;
}

// A file that is what it seems to be.
Result<void> check(const fs::path& path, const struct stat& file) {
  if (S_ISLNK(file.st_mode)) return failed(path, "is a link, and is not followed");
  if (!S_ISREG(file.st_mode)) return failed(path, "is no regular file");
  if (file.st_nlink > 1) return failed(path, "has a second name (hard link), and is not used");
  if (file.st_uid == 0 || file.st_uid == ::geteuid()) return {};
  struct stat directory {};
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (::stat(parent.c_str(), &directory) == 0 && directory.st_uid == file.st_uid) return {};
  return failed(path, "belongs to somebody else (user " + std::to_string(file.st_uid) + ")");
}

// Makes us `owner` as far as files are concerned, until the end of the object.
class As {
 public:
  explicit As(const Owner& owner) {
    groups_.resize(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    const int count = ::getgroups(static_cast<int>(groups_.size()), groups_.data());
    groups_.resize(static_cast<std::size_t>(std::max(count, 0)));
    done_ = ::setgroups(1, &owner.group) == 0 && ::setegid(owner.group) == 0 &&
            ::seteuid(owner.user) == 0;
  }
  ~As() {
    // Cannot fail: root is still the real user.
    if (::seteuid(0) != 0 || ::setegid(::getgid()) != 0 ||
        ::setgroups(groups_.size(), groups_.data()) != 0) {
      std::abort();
    }
  }
  As(const As&) = delete;
  As& operator=(const As&) = delete;

  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  std::vector<gid_t> groups_;
  bool done_ = false;
};

// Runs `work` as who could be behind `path`, where that is somebody else than root.
template <class Work>
auto as_owner_of(const fs::path& path, Work work) -> decltype(work()) {
  const std::optional<Owner> owner = ::geteuid() == 0 ? first_owner(path, links_max) : std::nullopt;
  if (!owner) return work();
  const As as(*owner);
  if (!as.done()) return failed(path, "its owner cannot be made to write it");
  return work();
}

Result<void> make_all(const fs::path& directory) {
  fs::path made;
  for (const fs::path& part : directory) {
    made /= part;
    if (made.empty() || ::mkdir(made.c_str(), directory_mode) != 0) {
      const int error = errno;
      std::error_code ignored;
      if (made.empty() || error == EEXIST || fs::is_directory(made, ignored)) continue;
      return failed(made, error);
    }
    if (::chmod(made.c_str(), directory_mode) != 0) return failed(made, errno);
  }
  return {};
}

}  // namespace

std::optional<Owner> owner_of(const fs::path& path) { return first_owner(path, links_max); }

Result<void> become_owner_of(const fs::path& path) {
  if (::geteuid() != 0) return {};
  const std::optional<Owner> owner = owner_of(path);
  if (!owner) return {};
  const passwd* const user = ::getpwuid(owner->user);
  const std::string home = user != nullptr ? user->pw_dir : "/";
  const bool grouped = user != nullptr ? ::initgroups(user->pw_name, owner->group) == 0
                                       : ::setgroups(1, &owner->group) == 0;
  if (!grouped || ::setresgid(owner->group, owner->group, owner->group) != 0 ||
      ::setresuid(owner->user, owner->user, owner->user) != 0) {
    return failed(path, "cannot become its owner: " + std::generic_category().message(errno));
  }
  ::setenv("HOME", home.c_str(), 1);  // Where libraries look for passwords.
  return {};
}

Result<Descriptor> open_file(const fs::path& path, int flags, mode_t mode) {
  const int safe = (flags & ~(O_CREAT | O_TRUNC)) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  if ((flags & O_CREAT) != 0) {
    Descriptor made(::open(path.c_str(), safe | O_CREAT | O_EXCL, mode));
    if (made.get() >= 0) {
      if (::fchmod(made.get(), mode) != 0) return failed(path, errno);
      return made;
    }
    if (errno != EEXIST || (flags & O_EXCL) != 0) return failed(path, errno);
  }
  Descriptor file(::open(path.c_str(), safe));
  if (file.get() < 0 && errno == ELOOP) return failed(path, "is a link, and is not followed");
  if (file.get() < 0) return failed(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed(path, errno);
  if (const auto sound = check(path, status); !sound) return std::unexpected(sound.error());
  return file;
}

Result<void> check_file(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return failed(path, errno);
  }
  return check(path, status);
}

Result<void> make_directories(const fs::path& directory) {
  return as_owner_of(directory, [&] { return make_all(directory); });
}

Result<Descriptor> open_output(const fs::path& path) {
  return as_owner_of(path, [&] { return open_file(path, O_WRONLY | O_CREAT); });
}

Result<void> write_all(const Descriptor& file, std::string_view text) {
  if (::ftruncate(file.get(), 0) != 0) return fail(std::generic_category().message(errno));
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(std::generic_category().message(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> write_file(const fs::path& path, std::string_view text) {
  const auto file = open_output(path);
  if (!file) return std::unexpected(file.error());
  const auto written = write_all(*file, text);
  return written ? written : failed(path, written.error().what);
}

}  // namespace base
