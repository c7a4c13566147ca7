#include "cli/become_owner.hpp"

#include <filesystem>
#include <string_view>

#include "verify/base/safe_file.hpp"

namespace cli {

base::Result<void> become_owner(const config::Config& config) {
  constexpr std::string_view scheme = "sqlite:";
  if (const auto done = base::become_owner_of(config.spool.directory); !done) return done;
  const std::string_view url = config.store.url;
  if (!url.starts_with(scheme)) return {};
  return base::become_owner_of(std::filesystem::path(url.substr(scheme.size())));
}

}  // namespace cli
