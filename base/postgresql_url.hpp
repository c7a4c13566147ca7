#pragma once

#include <string_view>

// Two rules of how libpq reads a PostgreSQL URL (PostgreSQL's manual, "Connection URIs"), for code
// that hides the password before anybody is shown the URL: config/store_url.hpp and the store.
// Pure.
namespace base {

// What hides the password in a PostgreSQL URL must know of how libpq reads one (PostgreSQL's
// manual, "Connection URIs"): the configuration and the store do so before anybody is shown the
// URL.

// True when two hexadecimal digits follow each "%" and none of these escapes is %00. A URL for
// which this is false must never reach libpq: what it cannot decode it repeats whole in its
// messages, with the password.
[[nodiscard]] bool has_sound_escapes(std::string_view url);

// True when what stands behind "key=" may be a password: for every key with "pass" in it other than
// "passfile". Rather too many than too few, as a key with a typing error still has a password.
[[nodiscard]] bool is_password_key(std::string_view key);

}  // namespace base
