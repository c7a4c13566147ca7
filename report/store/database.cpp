#include "report/store/database.hpp"

#include <algorithm>
#include <system_error>

#include "verify/base/text.hpp"

namespace report {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

constexpr std::string_view hidden = "***";

}  // namespace

bool is_postgresql(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

// "postgresql://postern:secret@db/x?password=secret": libpq takes a password in both places.
std::string without_password(std::string_view url) {
  std::string text(url);
  constexpr std::string_view key = "password=";
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
    at += key.size();
    text.replace(at, std::min(text.find('&', at), text.size()) - at, hidden);
  }
  const std::size_t authority = text.find("://");
  if (authority != std::string::npos) {
    const std::size_t colon = text.find(':', authority + 3);
    // The last one: a password may hold "@" and "/" that should have been written %40 and %2F.
    const std::size_t at = text.rfind('@', text.find('?'));
    if (colon < at && at != std::string::npos) text.replace(colon + 1, at - colon - 1, hidden);
  }
  return base::printable(text);
}

bool database_exists(std::string_view url) {
  if (!url.starts_with(sqlite_scheme)) return true;
  std::error_code ignored;
  return std::filesystem::exists(url.substr(sqlite_scheme.size()), ignored);
}

base::Result<std::unique_ptr<Database>> open_database(const std::string& url) {
  if (is_postgresql(url)) return open_postgresql(url);
  if (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size()) {
    return open_sqlite(url.substr(sqlite_scheme.size()));
  }
  return base::fail("store: \"" + without_password(url) +
                    "\" is neither \"sqlite:/path/to/file\" nor \"postgresql://host/database\"");
}

}  // namespace report
