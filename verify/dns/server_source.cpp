#include "verify/dns/server_source.hpp"

#include <algorithm>
#include <utility>

namespace dns {

namespace {

constexpr std::chrono::seconds between_looks{1};

}  // namespace

ServerSource::ServerSource(std::vector<std::string> configured, std::filesystem::path resolv_conf)
    : configured_(std::move(configured)), path_(std::move(resolv_conf)), file_(path_) {}

base::Result<ServerList> ServerSource::read() {
  ServerList list;
  for (const std::string& text : configured_) {
    auto server = parse_server_address(text);
    if (!server) return std::unexpected(server.error());
    list.servers.push_back(*std::move(server));
  }
  if (!list.servers.empty()) return list;
  ResolvConf conf = file_.read();
  list.servers = std::move(conf.servers);
  if (!conf.unreadable.empty()) {
    list.trouble = path_.string() + ": no address that can be used: " + conf.unreadable.front();
  }
  if (list.servers.empty()) {
    if (list.trouble.empty()) list.trouble = path_.string() + " names no server";
    list.servers.push_back({.address = *base::IpAddress::parse("127.0.0.1")});
    list.is_guess = true;
  }
  return list;
}

bool ServerSource::changed(TimePoint now) {
  if (!configured_.empty() || now < next_look_) return false;
  next_look_ = now + between_looks;
  return file_.changed();
}

std::vector<std::string> advice(const ServerList& list) {
  std::vector<std::string> lines;
  if (!list.trouble.empty()) {
    lines.push_back(list.trouble + (list.is_guess ? "; 127.0.0.1 is asked" : ""));
  }
  for (const ServerAddress& server : list.servers) {
    if (server.is_near()) continue;
    lines.push_back("server " + server.text() +
                    " is not on this machine: whoever can send packets with its address may forge "
                    "answers; a validating resolver on this machine serves best");
  }
  return lines;
}

}  // namespace dns
