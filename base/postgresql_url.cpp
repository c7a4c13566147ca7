#include "base/postgresql_url.hpp"

#include <cstddef>

namespace base {

bool has_sound_escapes(std::string_view url) {
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  for (std::size_t at = url.find('%'); at != std::string_view::npos; at = url.find('%', at + 1)) {
    if (url.size() - at < 3 || !hex.contains(url[at + 1]) || !hex.contains(url[at + 2])) {
      return false;
    }
    if (url.substr(at + 1, 2) == "00") return false;
  }
  return true;
}

bool is_password_key(std::string_view key) { return key.contains("pass") && key != "passfile"; }

}  // namespace base
