#include "config/report_kinds.hpp"

#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "config/toml_text.hpp"
#include "report/relay_url.hpp"

namespace config {

namespace {

using report::Mailbox;
using report::Relay;

bool is_relay(std::string_view url) {
  for (const std::string_view scheme : {"smtp://", "smtps://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view host = url.substr(scheme.size());
    return !host.empty() && host.find_first_of("/?#@ ") == std::string_view::npos &&
           base::plain_length(host) == host.size();
  }
  return false;
}

}  // namespace

void OneMailbox::read(Section& section, std::string_view key,
                      std::optional<Mailbox>& mailbox) const {
  const std::optional<FoundText> text = section.find_text(key);
  if (!text || text->text.empty()) return;
  mailbox = Mailbox::parse(text->text);
  if (!mailbox) section.complain(key, "must be an address like \"dmarc-reports@example.org\"");
}

std::string OneMailbox::write(const std::optional<Mailbox>& mailbox) const {
  return toml_string(mailbox ? mailbox->text() : "");
}

void Mailboxes::read(Section& section, std::string_view key,
                     std::vector<Mailbox>& mailboxes) const {
  constexpr std::size_t mailboxes_max = 20;
  const auto texts = section.find_texts(key);
  if (!texts) return;
  mailboxes.clear();
  for (const FoundText& text : *texts) {
    if (auto mailbox = Mailbox::parse(text.text)) {
      mailboxes.push_back(*std::move(mailbox));
    } else {
      section.complain(key, text.line, '"' + base::printable(text.text, 80) + "\" is no address");
    }
  }
  if (texts->size() > mailboxes_max) section.complain(key, "more than 20 addresses");
}

std::string Mailboxes::write(const std::vector<Mailbox>& mailboxes) const {
  return toml_array(mailboxes, &Mailbox::text);
}

void check_line(Section& section, std::string_view key, std::string& line) {
  constexpr std::size_t octets_max = 200;
  if (line.size() > octets_max || base::printable(line, 4 * octets_max) != line) {
    section.complain(key, "must be one line of at most 200 octets, without quotes");
  }
}

void check_organization(Section& section, const Reports& reports) {
  if (reports.from && reports.organization.empty()) {
    section.complain("organization", "must say who reports, as from does");
  }
}

void check_failure_key(Section& section, const Reports& reports) {
  constexpr std::size_t octets_min = 16;
  if (reports.failure && reports.failure_key.size() < octets_min) {
    section.complain("failure_key", "must be a secret of 16 octets or more where failure is true");
  }
}

void warn_of_nobody(Section& section, const Reports& reports) {
  if (reports.failure && reports.failure_domains.empty()) {
    section.warn("failure", "nobody gets failure reports as failure_domains is empty");
  }
}

void check_relay(Section& section, std::string_view key, std::string& url) {
  if (is_relay(url)) return;
  section.complain(key, "must be like \"smtp://127.0.0.1:25\" or \"smtps://mail.example\"");
}

void check_ca_file(Section& section, std::string_view key, std::string& path) {
  if (!path.empty() && !path.starts_with('/')) section.complain(key, "must begin with \"/\"");
}

void check_login(Section& section, const Reports& reports) {
  if (reports.user.empty() != reports.password_file.empty()) {
    section.complain(reports.user.empty() ? "user" : "password_file",
                     "user and password_file go together");
  }
  if (!reports.password_file.empty() && !reports.password_file.is_absolute()) {
    section.complain("password_file", "must begin with \"/\"");
  }
  const Relay& relay = reports.relay;
  if (reports.user.empty() || report::is_loopback(relay.url)) return;
  if (relay.tls == Relay::Tls::may && relay.url.starts_with("smtp://")) {
    section.complain("tls",
                     "a password for another machine needs \"verified\" (ca_file names a private"
                     " authority)");
  } else if (relay.tls != Relay::Tls::verify) {
    section.warn("tls",
                 "the relay's certificate is verified all the same, as a password is sent; write"
                 " \"verified\" (ca_file names a private authority)");
  }
}

}  // namespace config
