#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "base/domain.hpp"
#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "config/policy_schema.hpp"
#include "config/policy_tables.hpp"
#include "config/report_schema.hpp"
#include "config/socket.hpp"
#include "config/store_url.hpp"

namespace config {

namespace {

constexpr std::array<std::string_view, 12> section_names = {"milter", "log",   "dns",    "spf",
                                                            "dkim",   "dmarc", "trust",  "policy",
                                                            "spool",  "store", "report", "metrics"};
constexpr std::array<std::string_view, 4> table_names = {"protected", "tenant", "override",
                                                         "stage"};
constexpr std::array<std::string_view, 1> later_names = {"dashboard"};
constexpr std::size_t warnings_max = 100;  // A log is no place for 100,000 of them.

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
  config.gateway = section.text("gateway", config.gateway);
  if (config.gateway.size() > 253 || base::plain_length(config.gateway) < config.gateway.size()) {
    section.complain("gateway", "must be at most 253 octets of printable ASCII without quotes");
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

constexpr std::size_t breaker_zones_max = 20;  // Each is asked every two seconds when DNS fails.

void read_dns(Section& section, Config& config) {
  config.dns.servers = section.texts("servers", config.dns.servers);
  for (const std::string& server : config.dns.servers) {
    if (is_server(server)) continue;
    section.complain("servers", "\"" + base::printable(server) +
                                    "\" is no address; write \"127.0.0.1\" or \"[::1]:53\"");
  }
  config.dns.resolv_conf = section.text("resolv_conf", config.dns.resolv_conf.string());
  if (!config.dns.resolv_conf.is_absolute()) {
    section.complain("resolv_conf", "must begin with \"/\"");
  }
  config.dns.timeout = std::chrono::milliseconds(
      section.integer("timeout_ms", config.dns.timeout.count(), {1, 60'000}));
  config.dns.attempts = static_cast<int>(section.integer("attempts", config.dns.attempts, {1, 10}));
  config.breaker = section.boolean("breaker", config.breaker);
  config.breaker_zones = section.texts("breaker_zones", config.breaker_zones);
  if (config.breaker_zones.size() > breaker_zones_max) {
    section.complain("breaker_zones", "at most " + std::to_string(breaker_zones_max));
  }
  for (const std::string& zone : config.breaker_zones) {
    if (base::Domain::parse(zone)) continue;
    section.complain("breaker_zones", "\"" + base::printable(zone) + "\" is no domain");
  }
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

void read_dmarc(Section& section, Config& config) {
  config.verify.pct_zero_is_testing =
      section.boolean("pct_zero_is_testing", config.verify.pct_zero_is_testing);
}

void read_store(Section& section, Config& config) {
  constexpr std::int64_t size_mib_max = std::int64_t{1} << 30;  // A PiB.
  Store& store = config.store;
  store.url = section.text("url", store.url);
  if (const auto sound = check_store_url(store.url); !sound) {
    section.complain("url", sound.error().what);
  } else if (hides_password(store.url)) {
    config.warnings.emplace_back(
        "store.url: the password is ***, which postern config show writes in place of a real one");
  }
  store.retention_days =
      static_cast<unsigned>(section.integer("retention_days", store.retention_days, {1, 3650}));
  store.size_mib_max = static_cast<std::uint64_t>(section.integer(
      "size_mib_max", static_cast<std::int64_t>(store.size_mib_max), {0, size_mib_max}));
  store.keep_segments = section.boolean("keep_segments", store.keep_segments);
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
  std::vector<std::string> known(section_names.begin(), section_names.end());
  known.insert(known.end(), table_names.begin(), table_names.end());
  for (const auto& [name, value] : file) {
    if (std::ranges::find(known, name) != known.end()) continue;
    if (std::ranges::find(later_names, name) != later_names.end()) {
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

Reading read_sections(const Table& file, Complaints& complaints) {
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
  read_dmarc(sections[5], config);
  read_trust(sections[6], config);
  read_policy(sections[7], config);
  read_store(sections[9], config);
  read_report(sections[10], config);
  read_places(sections[8], sections[11], config);
  for (Section& section : sections) {
    section.finish();
    std::ranges::move(section.keys(), std::back_inserter(reading.keys));
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

Config read(const Table& file, Complaints& complaints) {
  read_top_level(file, complaints);
  Config config = read_sections(file, complaints).config;
  read_policy_tables(file, config, complaints);
  if (config.warnings.size() > warnings_max) {
    const std::size_t more = config.warnings.size() - warnings_max;
    config.warnings.resize(warnings_max);
    config.warnings.push_back("and " + std::to_string(more) + " more warnings");
  }
  return config;
}

std::vector<std::string> known_keys() {
  Complaints none("");
  std::vector<std::string> keys = read_sections({}, none).keys;
  std::ranges::move(policy_table_keys(), std::back_inserter(keys));
  return keys;
}

}  // namespace config
