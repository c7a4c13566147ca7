#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace cli {

// What a Postfix is configured to do, as far as a milter is concerned. Texts are as postconf(1)
// prints them.
struct PostfixSettings {
  std::string queue_directory;
  std::string milters;         // smtpd_milters.
  std::string default_action;  // milter_default_action; empty when main.cf does not say.
  // Services of master.cf that run smtpd.
  struct Service {
    std::string name;  // "smtp/inet"
    bool chrooted = false;
    bool has_own_milters = false;  // -o smtpd_milters=… there: what main.cf says does not count.
    bool asks_us = false;          // And we are among these.
  };
  std::vector<Service> services;
};

// One parameter of main.cf, before and after; `before` is empty when it was not set.
struct PostfixChange {
  std::string parameter;
  std::string before;
  std::string after;
};

// Everything below is pure.

// Entries of smtpd_milters; "{ unix:/x, default_action=accept }" is one.
[[nodiscard]] std::vector<std::string> milter_entries(std::string_view value);

// The services with smtpd in the output of `postconf -M`; `overrides` is that of `postconf -P`.
[[nodiscard]] std::vector<PostfixSettings::Service> smtpd_services(std::string_view master,
                                                                   std::string_view overrides,
                                                                   std::string_view socket,
                                                                   std::string_view queue_directory);

// How Postfix names `socket`, which is in libmilter's spelling ("unix:/path", "inet:8893@host").
// Inside the queue directory it is relative to it: right with a chroot and without one. An error
// when a chrooted smtpd could not reach it.
[[nodiscard]] base::Result<std::string> postfix_address(std::string_view socket,
                                                        const PostfixSettings& settings);

// True when an entry of smtpd_milters means `socket`, or another socket called postern.sock.
[[nodiscard]] bool names_us(std::string_view entry, std::string_view socket,
                            std::string_view queue_directory);

// What main.cf has to say so that mail passes through `socket`; empty when it does already. We are
// the first milter: what we remove must not be seen by others. A milter_default_action that loses
// no mail, tempfail or accept, stays; Postfix 3.11 shuts down connections when it is not set.
[[nodiscard]] std::vector<PostfixChange> changes_to_enable(const PostfixSettings& settings,
                                                           std::string_view socket,
                                                           const std::string& address);

[[nodiscard]] std::vector<PostfixChange> changes_to_disable(const PostfixSettings& settings,
                                                            std::string_view socket);

}  // namespace cli
