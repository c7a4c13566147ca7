#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace event {

// The secret of this site: 64 hexadecimal digits that nobody outside can guess, kept in the file
// "site-key" of `directory`, a spool, and the same after a restart. It is made when there is none;
// of two processes that do so at once both get the same. The file is for its owner alone, and is
// never followed through a link. An error when it cannot be made or read, or is no key.
[[nodiscard]] base::Result<std::string> site_key(const std::filesystem::path& directory);

// The same, but nothing is made: for programs that only look.
[[nodiscard]] base::Result<std::string> read_site_key(const std::filesystem::path& directory);

}  // namespace event
