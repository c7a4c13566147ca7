// corpus [--examples N] PATH…: runs real messages through everything that judges their form, with a
// DNS in which nothing exists, and says by class what would not be delivered untouched. Nothing of
// a message is written anywhere but to standard output.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/message.hpp"
#include "event/examination.hpp"
#include "tests/corpus/mailboxes.hpp"
#include "tests/support/fake_resolver.hpp"
#include "verify/mail/received.hpp"

namespace {

constexpr std::size_t message_octets_max = 8 << 20;
constexpr std::size_t classes_max = 1000;

std::string_view first_value(const mail::Headers& headers, std::string_view name) {
  const auto fields = headers.named(name);
  return fields.empty() ? std::string_view() : base::trim(fields.front()->value);
}

// How many, and the first few.
class Tally {
 public:
  explicit Tally(std::size_t examples_max) : examples_max_(examples_max) {}

  void add(const std::string& name, const std::string& where, std::string_view what) {
    if (!classes_.contains(name) && classes_.size() == classes_max) return;
    Class& one = classes_[name];
    ++one.count;
    if (one.examples.size() == examples_max_) return;
    one.examples.push_back(where + ": " + base::printable(what, 200));
  }

  void print(std::size_t messages) const {
    for (const auto& [name, one] : classes_) {
      std::printf("%8zu  %6.3f %%  %s\n", one.count,
                  100.0 * static_cast<double>(one.count) / static_cast<double>(messages),
                  name.c_str());
      for (const std::string& example : one.examples)
        std::printf("                       %s\n", example.c_str());
    }
  }

 private:
  struct Class {
    std::size_t count = 0;
    std::vector<std::string> examples;
  };

  const std::size_t examples_max_;
  std::map<std::string, Class> classes_;
};

// What the checks of all messages share. The preset is the strictest.
class Judge {
 public:
  explicit Judge(std::size_t examples_max) : tally_(examples_max) {
    rules_.site.preset = policy::Preset::strict;
  }

  void judge(const std::string& where, std::string_view text) {
    cli::Message message = cli::read_message(text, options_.header_octets_max);
    if (message.headers.fields().empty()) {
      ++no_messages_;
      return;
    }
    ++messages_;
    const std::string from(first_value(message.headers, "From"));
    const bool bounce = is_bounce(message.headers, text);
    look_at_received(where, message.headers);
    const verify::Connection connection{.client = base::IpAddress::parse("192.0.2.1"),
                                        .client_name = "unknown",
                                        .helo = "mail.example.com",
                                        .receiver = "mx.example.org"};
    event::Examination examination(connection, bounce ? "<>" : "<someone@example.net>",
                                   {options_, rules_, {dns_, workers_, keys_}, circumstances_},
                                   std::chrono::system_clock::now());
    examination.end_of_headers(std::move(message.headers), message.headers_complete);
    examination.body(message.body);
    event::Event event = examination.finish("0corpus");
    const policy::Action action = event.decision.action;
    if (action > policy::Action::accept) {
      tally_.add("form: " + std::string(policy::name(action)) + " " + event.decision.rule +
                     (bounce ? " (bounce)" : ""),
                 where, from);
    }
    look_at_signatures(where, event.facts);
  }

  void print(std::size_t unread) const {
    std::printf("%zu messages; %zu files or parts without a header field, %zu unreadable files\n",
                messages_, no_messages_, unread);
    tally_.print(std::max<std::size_t>(messages_, 1));
  }

 private:
  static bool is_bounce(const mail::Headers& headers, std::string_view text) {
    const auto paths = headers.named("Return-Path");
    if (!paths.empty()) return base::trim(paths.front()->value) == "<>";
    return text.starts_with("From MAILER-DAEMON");
  }

  // As if the server that wrote the topmost field were a relay of ours.
  void look_at_received(const std::string& where, const mail::Headers& headers) {
    const auto fields = headers.named("Received");
    if (fields.empty()) return;
    const mail::Received top = mail::parse_received(fields.front()->value);
    const char* read = top.client ? "names a client" : top.internal ? "internal" : "not read";
    tally_.add(std::string("topmost Received: ") + read, where,
               top.client || top.internal ? std::string_view() : fields.front()->value);
  }

  void look_at_signatures(const std::string& where, const verify::Facts& facts) {
    for (const dkim::Result& result : facts.dkim) {
      if (result.status != dkim::Status::permerror || result.reason == dkim::Reason::no_key)
        continue;
      tally_.add("dkim permerror: " + std::string(dkim::name(result.reason)), where,
                 result.domain ? result.domain->text() : "");
    }
    // No key is found in such a DNS.
    if (facts.arc.status == arc::Status::fail && !facts.arc.detail.contains("no_key")) {
      tally_.add("arc fail: " + facts.arc.detail, where, "");
    }
  }

  support::FakeResolver dns_;
  base::WorkerPool workers_{2, 100};
  dkim::KeyCache keys_;
  verify::Options options_;
  policy::Rules rules_;
  std::function<policy::Circumstances(const verify::Facts&)> circumstances_;
  Tally tally_;
  std::size_t messages_ = 0;
  std::size_t no_messages_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> paths(argv + 1, argv + argc);
  std::size_t examples = 3;
  if (paths.size() >= 2 && paths.front() == "--examples") {
    examples = base::parse_number(paths[1]).value_or(examples);
    paths.erase(paths.begin(), paths.begin() + 2);
  }
  if (paths.empty()) {
    std::fputs("usage: corpus [--examples N] PATH...\n", stderr);
    return 64;
  }
  Judge judge(std::min<std::size_t>(examples, 1000));
  std::size_t unread = 0;
  for (const std::string& path : paths) {
    unread += corpus::for_each_message(
        path, message_octets_max,
        [&](const std::string& where, std::string_view text) { judge.judge(where, text); });
  }
  judge.print(unread);
  return 0;
}
