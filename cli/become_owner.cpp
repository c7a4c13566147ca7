#include "cli/become_owner.hpp"

#include <filesystem>

#include "base/safe_file.hpp"

namespace cli {

base::Result<void> become_owner_of_store(std::string_view url) {
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme)) return {};
  return base::become_owner_of(std::filesystem::path(url.substr(scheme.size())));
}

}  // namespace cli
