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
// the service, whose owner may have planted links there. The one door to such files.
namespace base {

// An open descriptor, closed with its object.
class Descriptor {
 public:
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

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct Owner {
  uid_t user = 0;
  gid_t group = 0;

  friend bool operator==(const Owner&, const Owner&) = default;
};

// Who, root aside, says what `path` names: the owner of the first directory or link on the way that
// is not root's. Nothing when all that exists of it is root's.
[[nodiscard]] std::optional<Owner> owner_of(const std::filesystem::path& path);

// When this process is root's, and owner_of(path) is somebody: becomes that user, with his groups
// and his HOME, for good and in all threads. Otherwise nothing happens.
[[nodiscard]] Result<void> become_owner_of(const std::filesystem::path& path);

// A regular file for `flags` of open(2); neither a link at the end of the path nor one with a
// second name (hard link), nor a file of anybody but us, root or the owner of its directory. Made,
// with O_CREAT, with this very mode whatever the umask is. Never waits for a FIFO.
[[nodiscard]] Result<Descriptor> open_file(const std::filesystem::path& path, int flags,
                                           mode_t mode = 0640);

// An error when `path` is there and open_file() would not open it; for files that a library opens.
[[nodiscard]] Result<void> check_file(const std::filesystem::path& path);

// Makes what is missing of the directory; what is new has mode 0750 whatever the umask is. As root,
// it is made as owner_of() it.
[[nodiscard]] Result<void> make_directories(const std::filesystem::path& directory);

// For writing, made with mode 0640 when it is not there. As root, it is opened as owner_of() its
// path, who could not be made to write where he may not.
[[nodiscard]] Result<Descriptor> open_output(const std::filesystem::path& path);

// The file has `text` in place of all it had.
[[nodiscard]] Result<void> write_all(const Descriptor& file, std::string_view text);

// Both.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace base
