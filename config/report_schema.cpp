#include "config/report_schema.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/names.hpp"
#include "report/relay_url.hpp"

namespace config {

namespace {

using report::Mailbox;
using report::Relay;

// What stands in every report; RFC 9990 §3.1.1 asks for a name and for a way to reach us.
std::string read_line(Section& section, std::string_view key, std::string fallback) {
  constexpr std::size_t octets_max = 200;
  std::string text = section.text(key, std::move(fallback));
  if (text.size() > octets_max || base::printable(text, 4 * octets_max) != text) {
    section.complain(key, "must be one line of at most 200 octets, without quotes");
  }
  return text;
}

void read_from(Section& section, Reports& reports) {
  const std::optional<Text> text = section.find_text("from");
  if (!text || text->text.empty()) return;
  reports.from = Mailbox::parse(text->text);
  if (!reports.from) {
    section.complain("from", "must be an address like \"dmarc-reports@example.org\"");
  }
}

void read_copies(Section& section, Reports& reports) {
  constexpr std::size_t copies_max = 20;
  const auto texts = section.find_texts("copy_to").value_or(std::vector<Text>());
  for (const Text& text : texts) {
    if (auto mailbox = Mailbox::parse(text.text)) {
      reports.copy_to.push_back(*std::move(mailbox));
    } else {
      section.complain("copy_to", text.line,
                       '"' + base::printable(text.text, 80) + "\" is no address");
    }
  }
  if (texts.size() > copies_max) section.complain("copy_to", "more than 20 addresses");
}

// What libcurl takes for the address of an SMTP server; it says more when it is used.
bool is_relay(std::string_view url) {
  for (const std::string_view scheme : {"smtp://", "smtps://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view host = url.substr(scheme.size());
    return !host.empty() && host.find_first_of("/?#@ ") == std::string_view::npos &&
           base::plain_length(host) == host.size();
  }
  return false;
}

void read_relay(Section& section, Reports& reports) {
  constexpr Choice<Relay::Tls> levels[] = {{"opportunistic", Relay::Tls::may},
                                           {"required", Relay::Tls::encrypt},
                                           {"verified", Relay::Tls::verify}};
  Relay& relay = reports.relay;
  relay.url = section.text("submit", relay.url);
  if (!is_relay(relay.url)) {
    section.complain("submit", "must be like \"smtp://127.0.0.1:25\" or \"smtps://mail.example\"");
  }
  relay.tls = section.choice("tls", relay.tls, levels);
  relay.authorities = section.text("ca_file", relay.authorities);
  if (!relay.authorities.empty() && !relay.authorities.starts_with('/')) {
    section.complain("ca_file", "must begin with \"/\"");
  }
  reports.user = section.text("user", reports.user);
  reports.password_file = section.text("password_file", reports.password_file.string());
  if (reports.user.empty() != reports.password_file.empty()) {
    section.complain(reports.user.empty() ? "user" : "password_file",
                     "user and password_file go together");
  }
  if (!reports.password_file.empty() && !reports.password_file.is_absolute()) {
    section.complain("password_file", "must begin with \"/\"");
  }
}

// A password goes to another machine only behind a certificate for its name.
void read_login(Section& section, Config& config) {
  const Relay& relay = config.reports.relay;
  if (config.reports.user.empty() || report::is_loopback(relay.url)) return;
  if (relay.tls == Relay::Tls::may && relay.url.starts_with("smtp://")) {
    section.complain("tls",
                     "a password for another machine needs \"verified\" (ca_file names a private"
                     " authority)");
  } else if (relay.tls != Relay::Tls::verify) {
    config.warnings.emplace_back(
        "report.tls: the relay's certificate is verified all the same, as a password is sent;"
        " write \"verified\" (ca_file names a private authority)");
  }
}

void read_limits(Section& section, Reports& reports) {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  report::DeliveryLimits& limits = reports.limits;
  reports.grace = minutes(section.integer("grace_minutes", reports.grace.count(), {0, 1440}));
  reports.records_max = static_cast<std::size_t>(section.integer(
      "records_max", static_cast<std::int64_t>(reports.records_max), {1, 1'000'000}));
  limits.daily_max = static_cast<std::uint64_t>(section.integer(
      "daily_max", static_cast<std::int64_t>(limits.daily_max), {0, 1'000'000'000}));
  reports.pace = milliseconds(section.integer("pace_ms", reports.pace.count(), {0, 60'000}));
  limits.expiry = hours(section.integer("expiry_hours", limits.expiry.count(), {1, 240}));
  constexpr std::int64_t reply_min = 10;
  constexpr std::int64_t reply_max = 3600;
  reports.relay.timeout = std::chrono::seconds(section.integer(
      "reply_seconds", std::chrono::floor<std::chrono::seconds>(reports.relay.timeout).count(),
      {reply_min, reply_max}));
  limits.suppression =
      std::chrono::days(section.integer("suppression_days", limits.suppression.count(), {0, 365}));
}

void read_failure(Section& section, Config& config) {
  constexpr std::size_t failure_key_octets_min = 16;
  Reports& reports = config.reports;
  reports.failure = section.boolean("failure", reports.failure);
  reports.failure_domains = read_domains(section, "failure_domains");
  reports.failure_key = section.text("failure_key", reports.failure_key);
  if (reports.failure && reports.failure_key.size() < failure_key_octets_min) {
    section.complain("failure_key", "must be a secret of 16 octets or more where failure is true");
  }
  if (reports.failure_key == hidden_key) {
    config.warnings.emplace_back(
        "report.failure_key: this is what postern config show writes in place of a real one, and no"
        " secret");
  }
  reports.failure_per_minute = static_cast<std::uint64_t>(section.integer(
      "failure_per_minute", static_cast<std::int64_t>(reports.failure_per_minute), {1, 10'000}));
  if (reports.failure && reports.failure_domains.empty()) {
    config.warnings.emplace_back(
        "report.failure: nobody gets failure reports as failure_domains is empty");
  }
}

}  // namespace

void read_report(Section& section, Config& config) {
  Reports& reports = config.reports;
  reports.organization = read_line(section, "organization", reports.organization);
  read_from(section, reports);
  reports.contact = read_line(section, "contact", reports.contact);
  reports.aggregate = section.boolean("aggregate", reports.aggregate);
  read_failure(section, config);
  read_copies(section, reports);
  read_relay(section, reports);
  read_login(section, config);
  read_limits(section, reports);
  if (reports.from && reports.organization.empty()) {
    section.complain("organization", "must say who reports, as from does");
  }
}

}  // namespace config
