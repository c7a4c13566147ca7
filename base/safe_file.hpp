#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/types.h>
#include <unistd.h>

#include "base/result.hpp"

// Files where somebody else may have put a trap: a command that root runs works in directories of
// the service, whose owner may have planted links there. The one door to such files. Errors begin
// with the path, made printable.
namespace base {

// Owns an open file descriptor and closes it with the object. Moved from, it owns nothing.
class Descriptor {
 public:
  // Takes over `number`; a negative one, as open(2) returns on failure, is no descriptor.
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // The number, which stays this object's to close; negative when it owns nothing.
  [[nodiscard]] int get() const noexcept { return number_; }
  // Gives the descriptor away: it is the caller's to close from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Who owns a file, by number as stat(2) tells; the default is root.
struct Owner {
  uid_t user = 0;
  gid_t group = 0;

  friend bool operator==(const Owner&, const Owner&) = default;
};

// Who, besides root, decides what `path` leads to: the owner of the first directory or link on the
// way, or of the file itself, that is not root's. Up to 40 links are followed. Nothing when all
// that exists of the path belongs to root.
[[nodiscard]] std::optional<Owner> owner_of(const std::filesystem::path& path);

// Where this process runs as root and owner_of(path) is somebody: becomes that user, with the
// groups and the HOME of that account, for good and in all threads. Otherwise does nothing and
// succeeds. An error when it does not succeed; the caller must end then, as it may have got half
// way.
[[nodiscard]] Result<void> become_owner_of(const std::filesystem::path& path);

// Opens a regular file with `flags` of open(2), plus O_CLOEXEC; O_TRUNC is ignored. Refuses a link
// at the end of the path, a file with a second name (hard link), and one that belongs to nobody of
// us, root and the owner of its directory. With O_CREAT a missing file is made, with exactly `mode`
// whatever the umask is. Never waits for the other end of a FIFO.
[[nodiscard]] Result<Descriptor> open_file(const std::filesystem::path& path, int flags,
                                           mode_t mode = 0640);

// Fails when `path` exists and open_file() would refuse it, and succeeds when it does not exist.
// For files that a library opens itself; somebody fast can still exchange the file in between.
[[nodiscard]] Result<void> check_file(const std::filesystem::path& path);

// Makes the directory and those above it that are missing, each with mode 0750 whatever the umask
// is. As root they are made as owner_of() the path, so that they belong to that user. Succeeds when
// all are there.
[[nodiscard]] Result<void> make_directories(const std::filesystem::path& directory);

// Opens a file for writing, made with mode 0640 when it is missing, by the rules of open_file();
// its content is kept. As root it is opened with the rights of owner_of() its path, so that nobody
// makes root write where he may not. Not for several threads at once when root calls.
[[nodiscard]] Result<Descriptor> open_output(const std::filesystem::path& path);

// Replaces the content of the file by `text`. The descriptor is expected at the beginning of the
// file. Not atomic: after an error the file may hold a part.
[[nodiscard]] Result<void> write_all(const Descriptor& file, std::string_view text);

// open_output() and write_all() in one.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace base
