#include "cli/record.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <map>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/toml_text.hpp"
#include "event/results_field.hpp"

namespace cli {

namespace {

// What a scenario does not read as something else: printable ASCII but "\" and "{"; in a word also
// no space, in a quoted value no quote.
std::string escaped(std::string_view text, std::string_view also = {}) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain = octet >= 0x20 && octet < 0x7F && c != '\\' && c != '{' && !also.contains(c);
    if (plain) {
      out += c;
    } else {
      out += {'\\', 'x', hex[octet >> 4], hex[octet & 15]};
    }
  }
  return out;
}

// The line at the front of `text`, without its line end; `text` goes on behind it.
std::string_view take_message_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view word(dns::Outcome outcome) {
  switch (outcome) {
    case dns::Outcome::no_data:
      return "nodata";
    case dns::Outcome::no_name:
      return "nxdomain";
    case dns::Outcome::failure:
      return "servfail";
    case dns::Outcome::found:
    case dns::Outcome::timeout:
    case dns::Outcome::not_asked:  // Never among a message's look-ups.
      break;
  }
  return "timeout";
}

std::string value_of(const dns::Record& record, dns::Type type) {
  const std::string text = dns::text(record);
  if (type == dns::Type::txt) return '"' + escaped(text, "\"") + '"';
  // The null MX (RFC 7505) has the root as its host.
  return escaped(text) + (text.ends_with(' ') ? "." : "");
}

std::string dns_lines(const std::vector<dns::Lookup>& lookups) {
  std::string out;
  for (const auto& [question, answer] : lookups) {
    const std::string begin =
        "dns     " + escaped(question.name, " ") + ' ' + std::string(dns::name(question.type)) +
        '/' + std::to_string(answer.ttl.count()) + (answer.authentic ? "/authentic " : " ");
    if (answer.outcome != dns::Outcome::found) {
      out.append(begin).append(word(answer.outcome)).append("\n");
      continue;
    }
    for (const dns::Record& record : answer.records)
      out.append(begin).append(value_of(record, question.type)).append("\n");
  }
  return out;
}

std::string config_line(const std::string& key, std::string_view value) {
  return "config  " + key + " = " + std::string(value) + "\n";
}

// Every setting that may change the decision or the event.
std::string config_lines(const config::Config& config, std::string_view receiver) {
  static constexpr std::array<std::string_view, 4> sections = {"dkim", "dmarc", "trust", "policy"};
  static constexpr std::array<std::string_view, 3> keys = {"milter.gateway", "log.local_parts",
                                                           "spf.engine"};
  std::string out = config_line("milter.authserv_id", '"' + std::string(receiver) + '"');
  std::map<std::string, std::string> arrays;
  for (const config::Block& block : config::blocks(config)) {
    if (block.repeated) {
      std::string& array = arrays[block.name];
      array.append(array.empty() ? "" : ", ").append(config::inline_table(block.settings));
      continue;
    }
    const bool whole = std::ranges::find(sections, block.name) != sections.end();
    for (const auto& [name, value] : block.settings) {
      const std::string key = block.name + "." + name;
      if (whole || std::ranges::find(keys, key) != keys.end()) out += config_line(key, value);
    }
  }
  for (const auto& [name, tables] : arrays)
    out += config_line(name, "[" + tables + "]");
  return out;
}

std::string envelope_lines(const event::Event& event) {
  const verify::Connection& connection = event.connection;
  // A relay of ours brought it: its Received field tells the rest again.
  const std::optional<base::IpAddress>& client =
      connection.relay ? connection.relay : connection.client;
  const std::string name = connection.relay ? "unknown" : escaped(connection.client_name);
  std::string out = "connect " + (client ? client->text() : "unknown") + ' ' + name + "\nhelo    " +
                    (connection.helo.empty() ? "none" : escaped(connection.helo)) + "\nmail    <" +
                    escaped(event.envelope.mail_from) + ">\n";
  for (const std::string& recipient : event.envelope.recipients)
    out.append("rcpt    <").append(escaped(recipient)).append(">\n");
  return out;
}

std::string message_lines(std::string_view text) {
  // An mbox line in front is no part of the message.
  if (text.starts_with("From ")) (void)take_message_line(text);
  std::string out = "message\n";
  while (!text.empty()) {
    std::string_view line = take_message_line(text);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('.')) out += '.';
    std::string written = escaped(line, {});
    for (std::size_t at = 0; (at = written.find("\\x09", at)) != std::string::npos;)
      written.replace(at, 4, "\t");
    out.append(written).append("\n");
  }
  return out + ".\n";
}

std::string expectations(const event::Event& event) {
  const policy::Decision& decision = event.decision;
  const bool refused =
      decision.action == policy::Action::reject || decision.action == policy::Action::defer;
  std::string out = "expect  " + std::string(policy::name(decision.action));
  if (refused) {
    out.append(" ").append(std::to_string(decision.reply.code));
    out.append(" ").append(decision.reply.enhanced_code);
  }
  out.append("\nexpect  rule ").append(decision.rule).append("\n");
  if (refused || !event.verified) return out;
  const std::string results = event::results_field(event, event.connection.receiver);
  std::string unfolded;
  for (const char c : results) {
    if (c != '\n') unfolded += c == '\t' ? ' ' : c;
  }
  const std::size_t first = unfolded.find(';');
  if (first != std::string::npos) {
    out.append("expect  header Authentication-Results ").append(unfolded.substr(first + 1));
    out += '\n';
  }
  return out;
}

}  // namespace

std::string to_scenario(const event::Event& event, const config::Config& config,
                        std::string_view text) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(event.time.time_since_epoch()).count();
  return "# Recorded by postern check: rule " + event.decision.rule + "\n" +
         dns_lines(event.facts.dns) + config_lines(config, event.connection.receiver) + "now     " +
         std::to_string(now) + '\n' + envelope_lines(event) + message_lines(text) +
         expectations(event);
}

}  // namespace cli
