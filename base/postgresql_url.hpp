#pragma once

#include <string_view>

namespace base {

// What hides the password in a PostgreSQL URL must know of how libpq reads one (PostgreSQL's
// manual, "Connection URIs"): the configuration and the store do so before anybody is shown the
// URL.

// True when two hexadecimal digits stand behind each "%", and none is %00. What libpq cannot decode
// it repeats whole in its messages.
[[nodiscard]] bool has_sound_escapes(std::string_view url);

// Whether a password may stand behind "key=": also behind what only looks like libpq's own keys.
[[nodiscard]] bool is_password_key(std::string_view key);

}  // namespace base
