#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/section.hpp"
#include "report/destination.hpp"

// Kinds and checks of [report]: see config/kinds.hpp.
namespace config {

// from = "reports@example.org"
// An address, or "" for nothing: that is shown, too, as its absence means that nothing is reported.
struct OneMailbox {
  void read(Section& section, std::string_view key, std::optional<report::Mailbox>& mailbox) const;
  [[nodiscard]] std::string write(const std::optional<report::Mailbox>& mailbox) const;
};

// copy_to = ["centre@cert.example"]
// An array of addresses, 20 at most, without those that are wrong.
struct Mailboxes {
  void read(Section& section, std::string_view key, std::vector<report::Mailbox>& mailboxes) const;
  [[nodiscard]] std::string write(const std::vector<report::Mailbox>& mailboxes) const;
};

// What stands in every report; RFC 9990 §3.1.1 asks for a name and for a way to reach us.
void check_line(Section& section, std::string_view key, std::string& line);
// Who reports has a name.
void check_organization(Section& section, const Reports& reports);

// Failure reports need a secret, and somebody who gets them.
void check_failure_key(Section& section, const Reports& reports);
void warn_of_nobody(Section& section, const Reports& reports);

// What libcurl takes for the address of an SMTP server; it says more when it is used.
void check_relay(Section& section, std::string_view key, std::string& url);
// The path of a file, or empty.
void check_ca_file(Section& section, std::string_view key, std::string& path);
// A user has a password, which goes to another machine only behind a certificate for its name.
void check_login(Section& section, const Reports& reports);

}  // namespace config
