#include "event/site_key.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

namespace event {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_octets = 32;
constexpr std::size_t digits_max = 2 * key_octets;

base::Error key_error(std::string_view what, const fs::path& file, int error) {
  return {std::string(what) + " " + file.string() + ": " + std::generic_category().message(error)};
}

fs::path file_in(const fs::path& directory) { return directory / "site-key"; }

std::string random_key() {
  std::array<unsigned char, key_octets> octets{};
  for (std::size_t have = 0; have < octets.size();) {
    const ssize_t got = ::getrandom(&octets[have], octets.size() - have, 0);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  constexpr char digits[] = "0123456789abcdef";
  std::string key;
  for (const unsigned char octet : octets) {
    key += digits[octet >> 4];
    key += digits[octet & 15];
  }
  return key;
}

bool write_all(int descriptor, std::string_view text) {
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written && ::fsync(descriptor) == 0;
}

// The file appears under its name with all of its content: link(2) takes only a name that is free.
base::Result<void> make(const fs::path& file) {
  std::string draft = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);  // Mode 0600, and nobody else's.
  if (descriptor < 0) return std::unexpected(key_error("cannot create", draft, errno));
  const bool written = write_all(descriptor, random_key());
  const int write_error = errno;
  ::close(descriptor);
  const bool named = written && (::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int error = written ? errno : write_error;
  ::unlink(draft.c_str());
  if (!named) return std::unexpected(key_error("cannot write", file, error));
  return {};
}

}  // namespace

base::Result<std::string> read_site_key(const fs::path& directory) {
  const fs::path file = file_in(directory);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(key_error("cannot read", file, errno));
  std::string key(digits_max, '\0');
  const ssize_t got = ::read(descriptor, key.data(), key.size());
  const int error = errno;
  ::close(descriptor);
  if (got < 0) return std::unexpected(key_error("cannot read", file, error));
  if (static_cast<std::size_t>(got) != digits_max) return base::fail(file.string() + ": is no key");
  return key;
}

base::Result<std::string> site_key(const fs::path& directory) {
  if (::access(file_in(directory).c_str(), F_OK) != 0) {
    if (const auto made = make(file_in(directory)); !made) return std::unexpected(made.error());
  }
  return read_site_key(directory);
}

}  // namespace event
