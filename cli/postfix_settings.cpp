#include "cli/postfix_settings.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::string_view own_file = "/postern.sock";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!(line = base::trim(line)).empty()) {
    const auto end = std::ranges::find_if(line, base::is_space);
    const auto length = static_cast<std::size_t>(end - line.begin());
    words.push_back(line.substr(0, length));
    line.remove_prefix(length);
  }
  return words;
}

// The path of "unix:/path" and "local:/path"; nothing for other sockets.
std::optional<std::string> path_of(std::string_view address) {
  for (const std::string_view kind : {"unix:", "local:"}) {
    if (address.starts_with(kind)) return std::string(address.substr(kind.size()));
  }
  return std::nullopt;
}

// "inet:8893@127.0.0.1" → "inet:127.0.0.1:8893", as Postfix spells it; the same for inet6.
std::string internet_address(std::string_view socket) {
  const std::size_t colon = socket.find(':');
  const std::size_t at = socket.find('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) {
    return std::string(socket);
  }
  std::string host(socket.substr(at + 1));
  if (host.contains(':') && !host.starts_with('[')) host = '[' + host + ']';
  return "inet:" + host + ':' + std::string(socket.substr(colon + 1, at - colon - 1));
}

// The path below the queue directory, without a slash in front.
std::optional<std::string> inside(const std::string& path, std::string_view queue_directory) {
  const std::string folder = std::string(queue_directory) + '/';
  if (!path.starts_with(folder)) return std::nullopt;
  return path.substr(folder.size());
}

std::string main_cf_list(const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) {
    if (!text.empty()) text += ", ";
    text += entry;
  }
  return text;
}

}  // namespace

std::vector<std::string> milter_entries(std::string_view value) {
  std::vector<std::string> entries;
  std::string entry;
  int depth = 0;
  for (const char c : value) {
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (depth <= 0 && (c == ',' || base::is_space(c))) {
      if (!entry.empty()) entries.push_back(std::exchange(entry, {}));
    } else {
      entry += c;
    }
  }
  if (!entry.empty()) entries.push_back(entry);
  return entries;
}

bool names_us(std::string_view entry, std::string_view socket, std::string_view queue_directory) {
  if (entry.starts_with('{')) {
    const std::vector<std::string> parts = milter_entries(entry.substr(1, entry.rfind('}') - 1));
    return !parts.empty() && names_us(parts.front(), socket, queue_directory);
  }
  const std::optional<std::string> path = path_of(entry);
  if (!path) return entry == internet_address(socket);
  if (path->ends_with(own_file) || *path == own_file.substr(1)) return true;
  const std::optional<std::string> own = path_of(socket);
  if (!own) return false;
  const std::optional<std::string> relative = inside(*own, queue_directory);
  return *path == *own || (relative && (*path == *relative || *path == '/' + *relative));
}

std::vector<PostfixSettings::Service> smtpd_services(std::string_view master,
                                                     std::string_view overrides,
                                                     std::string_view socket,
                                                     std::string_view queue_directory) {
  std::vector<PostfixSettings::Service> services;
  for (const std::string_view line : lines_of(master)) {
    // service type private unpriv chroot wakeup maxproc command…
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 8 || words[7] != "smtpd") continue;
    PostfixSettings::Service service;
    service.name = std::string(words[0]) + '/' + std::string(words[1]);
    service.chrooted = words[4] == "y";
    const std::string prefix = service.name + "/smtpd_milters = ";
    const std::string empty = service.name + "/smtpd_milters =";
    for (const std::string_view own : lines_of(overrides)) {
      if (own != empty && !own.starts_with(prefix)) continue;
      service.has_own_milters = true;
      service.asks_us = std::ranges::any_of(
          milter_entries(own.substr(empty.size())),
          [&](const std::string& entry) { return names_us(entry, socket, queue_directory); });
    }
    services.push_back(std::move(service));
  }
  return services;
}

base::Result<std::string> postfix_address(std::string_view socket,
                                          const PostfixSettings& settings) {
  const std::optional<std::string> path = path_of(socket);
  if (!path) return internet_address(socket);
  if (const auto relative = inside(*path, settings.queue_directory)) return "unix:" + *relative;
  for (const PostfixSettings::Service& service : settings.services) {
    if (!service.chrooted || service.has_own_milters) continue;
    return base::fail("the service " + service.name + " of master.cf runs in a chroot, " +
                      settings.queue_directory + ", and cannot reach " + *path +
                      ".\nPut the socket there: in postern.toml, below [milter],\n    socket = "
                      "\"unix:" +
                      settings.queue_directory + "/postern/postern.sock\"");
  }
  return "unix:" + *path;
}

std::vector<PostfixChange> changes_to_enable(const PostfixSettings& settings,
                                             std::string_view socket, const std::string& address) {
  std::vector<PostfixChange> changes;
  std::vector<std::string> entries = milter_entries(settings.milters);
  const auto ours = [&](const std::string& entry) {
    return names_us(entry, socket, settings.queue_directory);
  };
  if (entries.empty() || !ours(entries.front())) {
    // One that stands behind others keeps its own options.
    const auto found = std::ranges::find_if(entries, ours);
    std::string first = address;
    if (found != entries.end()) {
      first = *found;
      entries.erase(found);
    }
    entries.insert(entries.begin(), first);
    changes.push_back({"smtpd_milters", settings.milters, main_cf_list(entries)});
  }
  if (settings.default_action != "tempfail" && settings.default_action != "accept") {
    changes.push_back({"milter_default_action", settings.default_action, "tempfail"});
  }
  return changes;
}

std::vector<PostfixChange> changes_to_disable(const PostfixSettings& settings,
                                              std::string_view socket) {
  std::vector<std::string> entries = milter_entries(settings.milters);
  const auto removed = std::erase_if(entries, [&](const std::string& entry) {
    return names_us(entry, socket, settings.queue_directory);
  });
  if (removed == 0) return {};
  return {{"smtpd_milters", settings.milters, main_cf_list(entries)}};
}

}  // namespace cli
