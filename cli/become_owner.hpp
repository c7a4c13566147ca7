#pragma once

#include <string_view>

#include "base/result.hpp"

namespace cli {

// A command that root runs becomes the owner of the spool or of the store's file before it opens
// anything there (base/safe_file.hpp), for good; what only root may read is read before. This
// is for a store; nothing happens for one that is no file.
[[nodiscard]] base::Result<void> become_owner_of_store(std::string_view url);

}  // namespace cli
