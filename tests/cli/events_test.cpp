#include "cli/events.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sysexits.h>

#include "store/store.hpp"
#include "tests/support/event_spool.hpp"

using namespace std::chrono_literals;

namespace {

struct EventsTrial {
  EventsTrial() {
    options.source.spool = spool.folder();
    spool.add_sample("1", "QUEUE1");
    event::Event other = support::sample_event();
    other.id = "2";
    other.decision.action = policy::Action::accept;
    other.decision.rule = "dmarc-pass";
    spool.add(other);
  }
  int run() { return cli::events(options, support::sample_event().time + 1h, {out, error}); }

  support::EventSpool spool;
  cli::EventsOptions options;
  std::ostringstream out;
  std::ostringstream error;
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_CASE("events are a line each, with the time", "[cli][events]") {
  EventsTrial trial;
  CHECK(trial.run() == EX_OK);
  CHECK(trial.error.str().empty());
  CHECK(lines(trial.out.str()) == 2);
  CHECK(trial.out.str().starts_with("2026-05-01T12:34:56.007Z QUEUE1: client=192.0.2.1 from="));
}

TEST_CASE("where nothing was found is said, and nothing else", "[cli][events]") {
  EventsTrial trial;
  trial.options.rule = "dmarc-rejct";
  CHECK(trial.run() == EX_OK);
  CHECK(trial.out.str().empty());
  CHECK(trial.error.str() == "no such events in spool " + trial.spool.folder() + "\n");
}

TEST_CASE("what the store has not got yet is not kept quiet", "[cli][events]") {
  EventsTrial trial;
  trial.options.source.spool.reset();
  trial.options.config = trial.spool.path("postern.toml");
  const std::string url = "sqlite:" + trial.spool.path("postern.db").string();
  std::ofstream(*trial.options.config) << "[spool]\ndirectory = \"" << trial.spool.folder()
                                       << "\"\n[store]\nurl = \"" << url << "\"\n";
  REQUIRE(store::Store::open(url));
  CHECK(trial.run() == EX_OK);
  CHECK(trial.out.str().empty());
  CHECK(trial.error.str().starts_with(trial.spool.folder() + ": "));
  CHECK(trial.error.str().contains("in 1 segments, the oldest event"));
  CHECK(trial.error.str().contains("postern-collect"));

  trial.error.str({});
  trial.options.source.store = "";  // Who asks for the store alone gets no more.
  CHECK(trial.run() == EX_OK);
  CHECK(trial.error.str() == "no such events in store (sqlite)\n");
}

TEST_CASE("filters choose events", "[cli][events]") {
  EventsTrial trial;
  trial.options.action = "reject";
  trial.options.since = "2h";
  trial.options.until = "today";
  CHECK(trial.run() == EX_OK);
  CHECK(trial.out.str().empty());
  trial.options.until = "5m";
  CHECK(trial.run() == EX_OK);
  CHECK(lines(trial.out.str()) == 1);
  CHECK(trial.out.str().contains("event=1\n"));
}

TEST_CASE("filters that make no sense are wrong usage", "[cli][events]") {
  for (const auto field : {&cli::EventsOptions::since, &cli::EventsOptions::until,
                           &cli::EventsOptions::domain, &cli::EventsOptions::action}) {
    EventsTrial trial;
    trial.options.*field = "no sense\x1B";
    CHECK(trial.run() == EX_USAGE);
    CHECK(trial.error.str().contains("\"no sense\\x1B\""));
  }
}

TEST_CASE("events as JSON are the lines of the spool", "[cli][events]") {
  EventsTrial trial;
  trial.options.format = cli::EventsOptions::Format::json;
  trial.options.limit = 1;
  CHECK(trial.run() == EX_OK);
  CHECK(nlohmann::json::parse(trial.out.str()).at("id") == "2");
}

TEST_CASE("events as CSV are a table no spreadsheet can take for formulas", "[cli][events]") {
  EventsTrial trial;
  event::Event event = support::sample_event();
  event.connection.helo = "=HYPERLINK(\"http://evil.example\")";
  event.envelope.mail_from = "@example.com";
  const std::string row = cli::to_csv(event);
  CHECK(row.contains(R"x("'=HYPERLINK(\x22http://evil.example\x22)","'@example.com")x"));
  CHECK(row.ends_with("\r\n"));
  CHECK(std::ranges::count(row, ',') == std::ranges::count(cli::csv_head(), ','));
  trial.options.format = cli::EventsOptions::Format::csv;
  CHECK(trial.run() == EX_OK);
  CHECK(trial.out.str().starts_with(cli::csv_head()));
  CHECK(lines(trial.out.str()) == 3);
}

TEST_CASE("a reader that went away ends it, also with --follow", "[cli][events]") {
  EventsTrial trial;
  trial.options.follow = true;
  trial.out.setstate(std::ios::badbit);
  CHECK(trial.run() == EX_IOERR);
}

TEST_CASE("a spool that is not there is said", "[cli][events]") {
  EventsTrial trial;
  trial.options.source.spool = "/nonexistent/spool";
  CHECK(trial.run() == EX_UNAVAILABLE);
  CHECK(trial.error.str().contains("/nonexistent/spool"));
}
