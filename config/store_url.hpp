#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace config {

// Whether this can be the URL of a store: "sqlite:/PATH", or "postgresql://" as libpq reads it.
// The error does not repeat the URL, which may hold a password.
[[nodiscard]] base::Result<void> check_store_url(std::string_view url);

// The URL with "***" for each password in it. REQUIRES: check_store_url() has nothing against it.
[[nodiscard]] std::string without_passwords(std::string_view url);

// True when such a "***" is all there is for a password. REQUIRES: as above.
[[nodiscard]] bool hides_password(std::string_view url);

}  // namespace config
