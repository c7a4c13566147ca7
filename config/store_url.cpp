#include "config/store_url.hpp"

#include <algorithm>
#include <cassert>

#include "base/postgresql_url.hpp"
#include "base/text.hpp"

namespace config {

namespace {

constexpr std::size_t octets_max = 1000;
constexpr std::string_view postgresql = "postgresql://";
constexpr std::string_view hidden = "***";

// "user:password@host:port/database?key=value&key=value"
struct Parts {
  std::string_view user;      // With its password; may be empty.
  std::string_view place;     // Hosts and database.
  std::string_view settings;  // With the "?"; may be empty.
};

Parts parts_of(std::string_view rest) {
  Parts parts;
  const std::size_t question = std::min(rest.find('?'), rest.size());
  parts.settings = rest.substr(question);
  rest = rest.substr(0, question);
  const std::size_t at = rest.rfind('@');
  parts.place = at == std::string_view::npos ? rest : rest.substr(at + 1);
  if (at != std::string_view::npos) parts.user = rest.substr(0, at);
  return parts;
}

// The first "key=value" of `settings` with the "?" or "&" before it; `settings` goes on behind it.
std::string_view take_setting(std::string_view& settings) {
  const std::string_view setting = settings.substr(0, settings.find('&', 1));
  settings.remove_prefix(setting.size());
  return setting;
}

std::string_view key_of(std::string_view setting) {
  return setting.substr(0, setting.find('=')).substr(1);
}

// What stands behind a colon in "host:port,[::1]:port" is a number.
bool has_sound_ports(std::string_view hosts) {
  bool in_brackets = false;
  bool in_port = false;
  for (const char c : hosts) {
    if (in_port && c != ',' && !base::is_digit(c)) return false;
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (c == ':' || c == ',') in_port = c == ':' && !in_brackets;
  }
  return !in_brackets;
}

// So strict that nobody can read one part as another: a password must never be shown as a host.
bool is_sound(const Parts& parts) {
  if (parts.user.find_first_of("@/") != std::string_view::npos) return false;
  if (!has_sound_ports(parts.place.substr(0, parts.place.find('/')))) return false;
  if (parts.settings.contains('@')) return false;
  for (std::string_view rest = parts.settings; !rest.empty();) {
    const std::string_view setting = take_setting(rest);
    const std::string_view key = key_of(setting);
    if (!setting.contains('=') || key.empty() ||
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

base::Result<void> check_store_url(std::string_view url) {
  if (url.size() > octets_max) return base::fail("is longer than 1000 octets");
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~'; })) {
    return base::fail("must be printable ASCII without spaces; write %20 for one");
  }
  if (url.starts_with("sqlite:/") && url.size() > std::string_view("sqlite:/").size()) return {};
  if (!url.starts_with(postgresql)) {
    return base::fail(
        "must be like \"sqlite:/var/lib/postern/postern.db\" or "
        "\"postgresql://user@host/database\"");
  }
  if (!base::has_sound_escapes(url) || !is_sound(parts_of(url.substr(postgresql.size())))) {
    return base::fail(
        "must be like \"postgresql://user:password@host/database?key=value\"; write "
        "%40, %2F, %3F and %25 for \"@\", \"/\", \"?\" and \"%\" in user and password");
  }
  return {};
}

std::string without_passwords(std::string_view url) {
  assert(check_store_url(url));
  if (!url.starts_with(postgresql)) return std::string(url);
  const Parts parts = parts_of(url.substr(postgresql.size()));
  std::string out(postgresql);
  const std::size_t colon = parts.user.find(':');
  out.append(parts.user.substr(0, colon));
  if (colon != std::string_view::npos) out.append(":").append(hidden);
  if (!parts.user.empty()) out += '@';
  out.append(parts.place);
  for (std::string_view rest = parts.settings; !rest.empty();) {
    const std::string_view setting = take_setting(rest);
    if (base::is_password_key(key_of(setting))) {
      out.append(setting.substr(0, setting.find('=') + 1)).append(hidden);
    } else {
      out.append(setting);
    }
  }
  return out;
}

bool hides_password(std::string_view url) {
  return url.starts_with(postgresql) && url.contains(hidden) && without_passwords(url) == url;
}

}  // namespace config
