#pragma once

#include "config/config.hpp"
#include "verify/base/result.hpp"

namespace cli {

// A command that root runs becomes the owner of the spool, or else of the store's file, before it
// opens anything there (verify/base/safe_file.hpp); what only root may read is read before. For good.
[[nodiscard]] base::Result<void> become_owner(const config::Config& config);

}  // namespace cli
