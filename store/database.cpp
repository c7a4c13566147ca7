#include "store/database.hpp"

#include <algorithm>
#include <system_error>

#include "base/postgresql_url.hpp"
#include "base/text.hpp"

namespace store {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

constexpr std::string_view hidden = "***";

// "[::1]:5432,host": every bracket closed, and a number behind each colon.
bool has_sound_hosts(std::string_view hosts) {
  bool in_brackets = false;
  bool in_port = false;
  for (const char c : hosts) {
    if (in_brackets && c != ']' && !base::is_digit(c) && !base::is_alpha(c) && c != ':' &&
        c != '.' && c != '%') {
      return false;
    }
    if (in_port && c != ',' && !base::is_digit(c)) return false;
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (!in_brackets && (c == ':' || c == ',')) in_port = c == ':';
  }
  return !in_brackets;
}

bool has_sound_keys(std::string_view settings) {
  while (!settings.empty()) {
    const std::string_view setting = settings.substr(0, settings.find('&'));
    settings.remove_prefix(std::min(setting.size() + 1, settings.size()));
    const std::string_view key = setting.substr(0, setting.find('='));
    if (key.size() == setting.size() ||
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// The word before the "=" at `at`.
std::string_view key_before(std::string_view text, std::size_t at) {
  const std::size_t other = text.substr(0, at).find_last_not_of("abcdefghijklmnopqrstuvwxyz_");
  const std::size_t first = other == std::string_view::npos ? 0 : other + 1;
  return text.substr(first, at - first);
}

// Whether libpq can read the URL, and reads it as we do. What it cannot read it repeats in its
// messages, with whatever is in it.
bool is_readable(std::string_view url) {
  std::string_view rest = url.substr(url.find("://") + 3);
  const std::size_t question = std::min(rest.find('?'), rest.size());
  const std::string_view settings = rest.substr(std::min(question + 1, rest.size()));
  rest = rest.substr(0, question);
  const std::size_t at = rest.rfind('@');
  const std::string_view place = at == std::string_view::npos ? rest : rest.substr(at + 1);
  return base::has_sound_escapes(url) && has_sound_hosts(place.substr(0, place.find('/'))) &&
         has_sound_keys(settings) && !settings.contains('@');
}

}  // namespace

bool is_postgresql(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

// "postgresql://postern:secret@db/x?password=secret": libpq takes a password in both places.
std::string without_password(std::string_view url) {
  if (is_postgresql(url) && !is_readable(url)) return "postgresql://" + std::string(hidden);
  std::string text(url);
  for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    if (!base::is_password_key(key_before(text, at))) continue;
    text.replace(at + 1, std::min(text.find('&', at), text.size()) - (at + 1), hidden);
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
  if (is_postgresql(url)) {
    if (is_readable(url)) return open_postgresql(url);
    return base::fail(
        "store: the URL cannot be read (and is not shown, as a password may be in it); it must be"
        " like \"postgresql://user:password@host/database?key=value\", with %40, %2F, %3F and %25"
        " for \"@\", \"/\", \"?\" and \"%\" in user and password");
  }
  if (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size()) {
    return open_sqlite(url.substr(sqlite_scheme.size()));
  }
  return base::fail("store: \"" + without_password(url) +
                    "\" is neither \"sqlite:/path/to/file\" nor \"postgresql://host/database\"");
}

}  // namespace store
