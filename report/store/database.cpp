#include "report/store/database.hpp"

#include "verify/base/text.hpp"

namespace report {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

// "postgresql://postern:secret@db/x?password=secret": libpq takes a password in both places.
void hide(std::string& text, std::size_t from, std::size_t to) {
  text.replace(from, to - from, "***");
}

}  // namespace

bool is_postgresql(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

std::string without_password(std::string_view url) {
  std::string text(url);
  constexpr std::string_view key = "password=";
  if (const std::size_t at = text.find(key); at != std::string::npos) {
    hide(text, at + key.size(), std::min(text.find('&', at), text.size()));
  }
  const std::size_t authority = text.find("://");
  if (authority != std::string::npos) {
    const std::size_t begin = authority + 3;
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::size_t at = text.rfind('@', end);
    const std::size_t colon = text.find(':', begin);
    if (at != std::string::npos && at > begin && colon < at) hide(text, colon + 1, at);
  }
  return base::printable(text);
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
