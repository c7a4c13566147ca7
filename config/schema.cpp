#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "config/socket.hpp"
#include "verify/base/domain.hpp"
#include "verify/base/ip_address.hpp"
#include "verify/base/text.hpp"

namespace config {

namespace {

constexpr std::array<std::string_view, 9> section_names = {
    "milter", "log", "dns", "spf", "dkim", "trust", "policy", "spool", "metrics"};
constexpr std::array<std::string_view, 6> later_names = {"protected", "tenant", "override",
                                                         "store",     "report", "dashboard"};

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void read_milter(Section& section, Config& config) {
  const std::string socket = section.text("socket", config.socket);
  if (auto normal = milter_socket(socket)) {
    config.socket = std::move(*normal);
    if (reaches_beyond_host(config.socket)) {
      config.warnings.push_back("milter.socket: " + config.socket +
                                " can be reached by other machines, and asks for no password");
    }
  } else {
    section.complain("socket", normal.error().what);
  }
  config.authserv_id = section.text("authserv_id", config.authserv_id);
  // RFC 8601 §2.5: usually a domain name; anything else would need quoting in the header.
  if (!config.authserv_id.empty() && !base::Domain::parse(config.authserv_id)) {
    section.complain("authserv_id", "must look like a domain name");
  }
  // Postfix waits 300 s for the end of a message (milter_content_timeout): 250 s leave it time.
  config.verify.deadline = std::chrono::milliseconds(
      section.integer("deadline_ms", config.verify.deadline.count(), {1, 250'000}));
}

void read_log(Section& section, Config& config) {
  using base::log::Format;
  using base::log::Level;
  using base::log::Sink;
  constexpr Choice<Sink> sinks[] = {{"stderr", Sink::stderr_stream}, {"syslog", Sink::syslog}};
  constexpr Choice<Format> formats[] = {{"text", Format::text}, {"json", Format::json}};
  constexpr Choice<Level> levels[] = {{"debug", Level::debug},
                                      {"info", Level::info},
                                      {"warning", Level::warning},
                                      {"error", Level::error}};
  config.log.sink = section.choice("sink", config.log.sink, sinks);
  config.log.format = section.choice("format", config.log.format, formats);
  config.log.level = section.choice("level", config.log.level, levels);
  config.line.local_parts = section.boolean("local_parts", config.line.local_parts);
}

// "127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:53"
bool is_server(std::string_view text) {
  if (base::IpAddress::parse(text)) return true;
  const base::Result<std::string> listen = listen_address(text);
  if (!listen)
    return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
           base::IpAddress::parse(text.substr(1, text.size() - 2)).has_value();
  std::string_view host = text.substr(0, text.rfind(':'));
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  return base::IpAddress::parse(host).has_value();
}

void read_dns(Section& section, Config& config) {
  config.dns.servers = section.texts("servers", config.dns.servers);
  for (const std::string& server : config.dns.servers) {
    if (is_server(server)) continue;
    section.complain("servers", "\"" + base::printable(server) +
                                    "\" is no address; write \"127.0.0.1\" or \"[::1]:53\"");
  }
  config.dns.timeout = std::chrono::milliseconds(
      section.integer("timeout_ms", config.dns.timeout.count(), {1, 60'000}));
  config.dns.attempts = static_cast<int>(section.integer("attempts", config.dns.attempts, {1, 10}));
  config.dns.trust_authentic = section.boolean("trust_authentic", config.dns.trust_authentic);
  config.dns.compact_denial = section.boolean("compact_denial", config.dns.compact_denial);
  config.cache.entries_max = static_cast<std::size_t>(section.integer(
      "cache_entries", static_cast<std::int64_t>(config.cache.entries_max), {1, 100'000'000}));
}

void read_checks(Section& spf_section, Section& dkim_section, Config& config) {
  constexpr Choice<spf::Engine> engines[] = {{"libspf2", spf::Engine::libspf2},
                                             {"native", spf::Engine::native}};
  config.verify.spf.engine = spf_section.choice("engine", config.verify.spf.engine, engines);
  config.spf_threads = static_cast<std::size_t>(
      spf_section.integer("threads", static_cast<std::int64_t>(config.spf_threads), {1, 1024}));
  dkim::Options& options = config.verify.dkim;
  // RFC 8301 §3.2: verifiers must not accept less than 1024 bits.
  options.rsa_bits_min =
      static_cast<int>(dkim_section.integer("rsa_bits_min", options.rsa_bits_min, {1024, 4096}));
  options.signatures_max = static_cast<std::size_t>(dkim_section.integer(
      "signatures_max", static_cast<std::int64_t>(options.signatures_max), {1, 10}));
  options.partial_body_allowed =
      dkim_section.boolean("partial_body_allowed", options.partial_body_allowed);
  options.clock_skew = base::Seconds(
      dkim_section.integer("clock_skew_seconds", options.clock_skew.count(), {0, 86'400}));
}

void read_trust(Section& section, Config& config) {
  std::vector<std::string> texts;
  texts.reserve(config.policy.trust.networks.size());
  for (const base::Network& network : config.policy.trust.networks)
    texts.push_back(network.text());
  texts = section.texts("networks", std::move(texts));
  config.policy.trust.networks.clear();
  for (const std::string& text : texts) {
    const std::optional<base::Network> network = base::Network::parse(text);
    if (!network) {
      section.complain("networks", "\"" + base::printable(text) +
                                       "\" is no network; write \"192.0.2.0/24\" or \"::1\"");
    } else if (network->prefix_bits == 0) {
      section.complain("networks",
                       "\"" + text + "\" is everybody: no message would ever be verified");
    } else {
      config.policy.trust.networks.push_back(*network);
    }
  }
  config.policy.trust.authenticated =
      section.boolean("authenticated", config.policy.trust.authenticated);
  section.unavailable("relays");
  section.unavailable("arc_sealers");
}

bool is_placeholder(std::string_view name) {
  return name == "from_domain" || name == "event_id" || name == "reason";
}

// "5.7.26 Text" -> code and text. The text goes into one SMTP line (RFC 5321 §4.5.3.1.5: 512
// octets with everything), after its placeholders have grown.
void read_reply(Section& section, Config& config) {
  constexpr std::size_t octets_max = 200;
  policy::Stance& site = config.policy.site;
  const std::string whole = section.text("reply_text", site.reject_code + " " + site.reply_text);
  const std::size_t space = whole.find(' ');
  const std::string_view code = std::string_view(whole).substr(0, space);
  const bool has_code = !code.empty() && base::is_digit(code.front()) &&
                        code.find_first_not_of("0123456789.") == std::string_view::npos;
  if (has_code && space != std::string::npos) {
    // RFC 3463 §2: class "." subject "." detail; class 5 goes with a 550.
    const std::size_t dot = code.rfind('.');
    const bool sound = code.starts_with("5.") && dot > 2 && dot + 1 < code.size() &&
                       std::ranges::count(code, '.') == 2 && code.size() <= 9;
    if (!sound) section.complain("reply_text", "the code must be like \"5.7.1\", for a rejection");
    site.reject_code = code;
    site.reply_text = whole.substr(space + 1);
  } else {
    site.reply_text = whole;
  }
  const std::string& text = site.reply_text;
  if (base::trim(text).empty()) section.complain("reply_text", "must not be empty");
  if (!is_printable_ascii(text)) section.complain("reply_text", "must be printable ASCII");
  if (text.size() > octets_max) section.complain("reply_text", "is longer than 200 octets");
  if (!text.contains("DMARC")) {
    config.warnings.push_back(
        "policy.reply_text: does not say DMARC, which is added (RFC 9989 §7.2)");
  }
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
    const std::size_t close = std::min(text.find('}', open), text.size());
    const std::string name = text.substr(open + 1, close - open - 1);
    if (close == text.size() || !is_placeholder(name)) {
      section.complain("reply_text", "unknown placeholder {" + base::printable(name, 40) +
                                         "}; there are {from_domain}, {event_id} and {reason}");
    }
    open = close;
  }
}

// RFC 5322 §2.2: a field name is printable ASCII without colon; the value stays on one line. Fields
// that others give a meaning to are not ours to add.
void read_quarantine_header(Section& section, policy::Rules& rules) {
  rules.quarantine_header = section.text("quarantine_header", rules.quarantine_header);
  const std::string& field = rules.quarantine_header;
  const std::size_t colon = field.find(':');
  const std::string_view name = std::string_view(field).substr(0, std::min(colon, field.size()));
  const bool sound_name = !name.empty() && name.size() <= 60 &&
                          std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F'; });
  const bool has_value =
      colon != std::string::npos && !base::trim(std::string_view(field).substr(colon + 1)).empty();
  if (!sound_name || !has_value || !is_printable_ascii(field) || field.size() > 200) {
    section.complain("quarantine_header", "must be like \"X-Postern-Quarantine: yes\"");
    return;
  }
  for (const char* taken : {"From", "Sender", "To", "Cc", "Subject", "Date", "Message-ID",
                            "Received", "Authentication-Results", "DKIM-Signature"}) {
    if (base::equal_ignoring_case(name, taken)) {
      section.complain("quarantine_header",
                       "\"" + std::string(name) + "\" means something else; use a name of its own");
    }
  }
}

void read_policy(Section& section, Config& config) {
  using policy::Action;
  using policy::Preset;
  using policy::Quarantine;
  constexpr Choice<Preset> presets[] = {
      {"monitor", Preset::monitor}, {"rfc9989", Preset::rfc9989}, {"strict", Preset::strict}};
  constexpr Choice<Quarantine> quarantines[] = {{"header", Quarantine::header},
                                                {"hold", Quarantine::hold}};
  constexpr Choice<Action> temporary[] = {{"accept", Action::tag}, {"defer", Action::defer}};
  constexpr Choice<Action> faults[] = {{"reject", Action::reject},
                                       {"quarantine", Action::quarantine},
                                       {"tag", Action::tag},
                                       {"accept", Action::accept}};
  constexpr Choice<Action> spf_fails[] = {
      {"accept", Action::accept}, {"quarantine", Action::quarantine}, {"reject", Action::reject}};
  policy::Rules& rules = config.policy;
  policy::Stance& site = rules.site;
  site.preset = section.choice("preset", site.preset, presets);
  rules.quarantine = section.choice("quarantine", rules.quarantine, quarantines);
  read_quarantine_header(section, rules);
  read_reply(section, config);
  site.on_temporary_error = section.choice("temporary_error", site.on_temporary_error, temporary);
  site.on_from_fault = section.choice("from_fault", site.on_from_fault, faults);
  site.on_spf_fail = section.choice("spf_fail", site.on_spf_fail, spf_fails);
  section.unavailable("mixed");
}

void read_places(Section& spool, Section& metrics, Config& config) {
  config.spool.directory = spool.text("directory", config.spool.directory.string());
  if (!config.spool.directory.is_absolute()) {
    spool.complain("directory", "must begin with \"/\"");
  }
  config.metrics_listen = metrics.text("listen", config.metrics_listen);
  if (config.metrics_listen.empty()) return;
  const base::Result<std::string> listen = listen_address(config.metrics_listen);
  if (!listen) metrics.complain("listen", listen.error().what);
}

void read_top_level(const Table& file, Complaints& complaints) {
  const std::vector<std::string> known(section_names.begin(), section_names.end());
  for (const auto& [name, value] : file) {
    if (std::ranges::find(known, name) != known.end()) continue;
    if (std::ranges::find(later_names, name) != later_names.end()) {
      const auto* list = std::get_if<List>(&value.content);
      if (list != nullptr && list->empty()) continue;
      complaints.add(value.line, "[" + name + "]: is not available in this version");
      continue;
    }
    std::string what = "unknown section or key \"" + base::printable(name, 80) + "\"";
    if (const auto near = nearest(name, known)) what += "; did you mean [" + *near + "]?";
    complaints.add(value.line, std::move(what));
  }
}

struct Reading {
  Config config;
  std::vector<std::string> keys;
};

Reading read_all(const Table& file, Complaints& complaints) {
  read_top_level(file, complaints);
  std::vector<Section> sections;
  sections.reserve(section_names.size());
  for (const std::string_view name : section_names)
    sections.emplace_back(file, name, complaints);
  Reading reading;
  Config& config = reading.config;
  read_milter(sections[0], config);
  read_log(sections[1], config);
  read_dns(sections[2], config);
  read_checks(sections[3], sections[4], config);
  read_trust(sections[5], config);
  read_policy(sections[6], config);
  read_places(sections[7], sections[8], config);
  for (Section& section : sections) {
    section.finish();
    for (const std::string& key : section.known()) {
      reading.keys.push_back(std::string(section.name()) + "." + key);
    }
  }
  return reading;
}

}  // namespace

Config::Config() {
  constexpr std::array<std::uint8_t, 4> loopback_v4 = {127, 0, 0, 0};
  constexpr std::array<std::uint8_t, 16> loopback_v6 = {0, 0, 0, 0, 0, 0, 0, 0,
                                                        0, 0, 0, 0, 0, 0, 0, 1};
  policy.trust.networks = {{base::IpAddress::from_octets(loopback_v4), 8},
                           {base::IpAddress::from_octets(loopback_v6), 128}};
}

Config read(const Table& file, Complaints& complaints) { return read_all(file, complaints).config; }

std::vector<std::string> known_keys() {
  Complaints none("");
  return read_all({}, none).keys;
}

}  // namespace config
