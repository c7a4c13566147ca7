#include "tests/support/scenario.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include "base/text.hpp"
#include "tests/support/scenario_sign.hpp"
#include "tests/support/scenario_text.hpp"

namespace support {

namespace {

namespace fs = std::filesystem;
using Kind = Expectation::Kind;

constexpr std::string_view actions[] = {"accept", "tag", "quarantine", "reject", "defer"};

const std::map<std::string_view, Kind> expectation_words = {
    {"hold", Kind::hold},   {"header", Kind::header},    {"no-header", Kind::no_header},
    {"first", Kind::first}, {"count", Kind::count},      {"event", Kind::event},
    {"rule", Kind::rule},   {"no-event", Kind::no_event}};

// "part; part" -> the parts.
std::vector<std::string> parts(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = base::trim(text.substr(0, end));
    if (!part.empty()) out.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// Takes the first word off `text`.
std::string word(std::string_view& text) {
  text = base::trim(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  std::string out(text.substr(0, end));
  text = base::trim(text.substr(end));
  return out;
}

// "# What it shows." -> "What it shows"
std::string title_in(std::string_view comment) {
  comment = base::trim(comment.substr(1));
  if (comment.ends_with('.')) comment.remove_suffix(1);
  return std::string(comment);
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : folder_(file.parent_path()), in_(file) {}

  base::Result<Scenario> read() {
    if (!in_) return base::fail("cannot be read");
    for (std::string line; next(line);) {
      if (auto done = take(line); !done) {
        return base::fail(std::to_string(line_) + ": " + done.error().what);
      }
    }
    if (scenario_.title.empty())
      return base::fail("begins with no comment that says what it shows");
    if (scenario_.expectations.empty()) return base::fail("expects nothing");
    scenario_.dialogue.letter = Letter::parse(message_);
    for (const SignOrder& order : orders_) {
      if (auto done = apply(order, scenario_.dialogue.letter); !done) {
        return std::unexpected(done.error());
      }
    }
    return std::move(scenario_);
  }

 private:
  bool next(std::string& line) {
    ++line_;
    return static_cast<bool>(std::getline(in_, line));
  }

  base::Result<void> take(std::string_view line) {
    line = base::trim(line);
    if (line.starts_with('#') && scenario_.title.empty()) {
      scenario_.title = title_in(line);
    }
    if (line.empty() || line.starts_with('#')) return {};
    const std::string verb = word(line);
    Dialogue& dialogue = scenario_.dialogue;
    if (verb == "dns") return take_dns(line);
    if (verb == "config") return take_config(line);
    if (verb == "now") return take_now(line);
    if (verb == "connect") return take_connect(line);
    if (verb == "message") return take_message(line);
    if (verb == "sign") return take_sign(line);
    if (verb == "expect") return take_expect(line);
    if (verb == "helo") {
      dialogue.helo = line == "none" ? "" : unescaped(line);
    } else if (verb == "auth") {
      dialogue.auth_user = line;
    } else if (verb == "mail") {
      dialogue.mail_from = unescaped(line);
    } else if (verb == "rcpt") {
      if (!recipients_given_) dialogue.recipients.clear();
      recipients_given_ = true;
      dialogue.recipients.push_back(unescaped(line));
    } else {
      return base::fail("unknown word " + verb);
    }
    return {};
  }

  base::Result<void> take_dns(std::string_view line) {
    Scenario::Record record;
    record.name = unescaped(word(line));
    record.type = word(line);
    if (const std::size_t slash = record.type.find('/'); slash != std::string::npos) {
      std::string_view ttl = std::string_view(record.type).substr(slash + 1);
      record.authentic = ttl.ends_with("/authentic");
      ttl = ttl.substr(0, ttl.find('/'));
      const auto seconds = base::parse_number(ttl);
      if (!seconds) return base::fail("no TTL: " + record.type);
      record.ttl = base::Seconds(*seconds);
      record.type.resize(slash);
    }
    auto value = dns_value(line, folder_);
    if (!value) return std::unexpected(value.error());
    record.value = *std::move(value);
    constexpr std::string_view known[] = {"A", "AAAA", "CNAME", "MX", "PTR", "TXT", "ANY"};
    if (std::ranges::find(known, record.type) == std::end(known)) {
      return base::fail("unknown record type " + record.type);
    }
    scenario_.dns.push_back(std::move(record));
    return {};
  }

  base::Result<void> take_config(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return base::fail("config needs KEY = VALUE");
    scenario_.settings.emplace_back(base::trim(line.substr(0, equals)),
                                    base::trim(line.substr(equals + 1)));
    return {};
  }

  base::Result<void> take_now(std::string_view line) {
    const auto seconds = base::parse_number(line);
    if (!seconds) return base::fail("now needs seconds since 1970");
    scenario_.now = base::WallTime(base::Seconds(*seconds));
    return {};
  }

  base::Result<void> take_connect(std::string_view line) {
    const std::string address = word(line);
    scenario_.dialogue.client.reset();
    if (address != "unknown") scenario_.dialogue.client = address;
    scenario_.dialogue.client_name = line.empty() ? "unknown" : line;
    return {};
  }

  base::Result<void> take_message(std::string_view line) {
    std::string text;
    if (line.starts_with('@')) {
      auto read = read_file(folder_ / line.substr(1));
      if (!read) return std::unexpected(read.error());
      text = *std::move(read);
    } else {
      std::string inner;
      const int began = line_;
      while (next(inner) && inner != ".") {
        auto expanded = message_line(inner.starts_with("..") ? inner.substr(1) : inner);
        if (!expanded) return std::unexpected(expanded.error());
        text += *expanded;
      }
      if (!in_) return base::fail("message of line " + std::to_string(began) + " has no end");
    }
    message_ = with_crlf(text);
    return {};
  }

  base::Result<void> take_sign(std::string_view line) {
    SignOrder order;
    while (!line.empty()) {
      const std::string tag = word(line);
      const std::size_t equals = tag.find('=');
      if (equals == std::string::npos) return base::fail("sign needs tag=value, not " + tag);
      order.emplace(tag.substr(0, equals), tag.substr(equals + 1));
    }
    orders_.push_back(std::move(order));
    return {};
  }

  base::Result<void> take_expect(std::string_view line) {
    Expectation made;
    made.line = line_;
    const std::string verb = word(line);
    if (std::ranges::find(actions, verb) != std::end(actions)) {
      made.subject = verb;
      if (!line.empty()) made.texts.push_back(word(line));
      std::ranges::move(parts(line), std::back_inserter(made.texts));
    } else {
      const auto known = expectation_words.find(verb);
      if (known == expectation_words.end()) return base::fail("cannot expect " + verb);
      made.kind = known->second;
      if (made.kind != Kind::hold) made.subject = word(line);
      if (made.kind == Kind::header) {
        made.texts = parts(line);
      } else if (!line.empty()) {
        made.texts.emplace_back(line);
      }
    }
    scenario_.expectations.push_back(std::move(made));
    return {};
  }

  const fs::path folder_;
  std::ifstream in_;
  int line_ = 0;
  Scenario scenario_;
  std::string message_;
  std::vector<SignOrder> orders_;
  bool recipients_given_ = false;
};

const std::map<std::string_view, dns::Type> types = {{"A", dns::Type::a},
                                                     {"AAAA", dns::Type::aaaa},
                                                     {"MX", dns::Type::mx},
                                                     {"PTR", dns::Type::ptr},
                                                     {"TXT", dns::Type::txt}};
const std::map<std::string_view, dns::Outcome> outcomes = {{"timeout", dns::Outcome::timeout},
                                                           {"servfail", dns::Outcome::failure},
                                                           {"nodata", dns::Outcome::no_data},
                                                           {"nxdomain", dns::Outcome::no_name}};

void publish_trouble(FakeResolver& resolver, const Scenario::Record& record) {
  const auto address = base::IpAddress::parse(record.name);
  const std::string name = address ? address->reverse_name() : record.name;
  const dns::Answer answer{.outcome = outcomes.at(record.value), .records = {}};
  for (const auto& [word, type] : types) {
    if (record.type == word || record.type == "ANY") resolver.set(name, type, answer);
  }
}

dns::Record record_of(dns::Type type, const std::string& value) {
  if (type == dns::Type::a || type == dns::Type::aaaa) {
    return base::IpAddress::parse(value).value();
  }
  if (type != dns::Type::mx) return value;
  const std::size_t space = std::min(value.find(' '), value.size());
  const std::string host = value.substr(std::min(space + 1, value.size()));
  return dns::MailExchange{static_cast<std::uint16_t>(std::stoul(value)), host == "." ? "" : host};
}

// Whole answers, exactly as they came back when the scenario was recorded.
void publish_recorded(FakeResolver& resolver, const std::vector<Scenario::Record>& records) {
  std::map<std::pair<std::string, dns::Type>, dns::Answer> answers;
  for (const Scenario::Record& record : records) {
    if (!record.ttl) continue;
    const dns::Type type = types.at(record.type);
    dns::Answer& answer = answers[{record.name, type}];
    answer.ttl = *record.ttl;
    answer.authentic = record.authentic;
    const auto trouble = outcomes.find(record.value);
    answer.outcome = trouble == outcomes.end() ? dns::Outcome::found : trouble->second;
    if (trouble != outcomes.end()) continue;
    std::vector<dns::Record> all(answer.records.begin(), answer.records.end());
    all.push_back(record_of(type, record.value));
    answer.records = std::move(all);
  }
  for (auto& [question, answer] : answers)
    resolver.set(question.first, question.second, std::move(answer));
}

}  // namespace

base::Result<Scenario> Scenario::load(const fs::path& file) {
  auto scenario = Reader(file).read();
  if (!scenario) return base::fail(file.filename().string() + ": " + scenario.error().what);
  return scenario;
}

void Scenario::publish(FakeResolver& resolver) const {
  publish_recorded(resolver, dns);
  for (const Record& record : dns) {
    if (record.ttl) continue;
    if (outcomes.contains(record.value)) {
      publish_trouble(resolver, record);
    } else if (record.type == "TXT") {
      resolver.add_txt(record.name, record.value);
    } else if (record.type == "A") {
      resolver.add_a(record.name, record.value);
    } else if (record.type == "AAAA") {
      resolver.add_aaaa(record.name, record.value);
    } else if (record.type == "PTR") {
      resolver.add_ptr(record.name, record.value);
    } else if (record.type == "CNAME") {
      resolver.add_cname(record.name, record.value);
    } else if (record.type == "MX") {
      std::istringstream words(record.value);
      std::uint16_t preference = 0;
      std::string host;
      words >> preference >> host;
      resolver.add_mx(record.name, preference, host == "." ? "" : host);
    }
  }
}

std::string Scenario::configuration(
    const std::vector<std::pair<std::string, std::string>>& base) const {
  std::map<std::string, std::string> all(base.begin(), base.end());
  for (const auto& [key, value] : settings) {
    all[key] = value;
  }
  std::string out;
  for (const auto& [key, value] : all) {
    out.append(key).append(" = ").append(value).append("\n");
  }
  return out;
}

std::vector<fs::path> scenario_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string scenario_title(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line.starts_with('#') ? title_in(line) : file.filename().string();
}

}  // namespace support
