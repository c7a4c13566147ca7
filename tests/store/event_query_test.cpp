#include "store/event_query.hpp"

#include <catch2/catch.hpp>

#include "event/event_reader.hpp"
#include "store/store.hpp"
#include "tests/support/databases.hpp"
#include "tests/support/sample_event.hpp"

namespace {

using namespace std::chrono_literals;
using event::Event;
using policy::Action;
using store::EventQuery;
using store::Store;

const base::WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + 12h;

struct Sample {
  std::string id;
  std::chrono::seconds after_noon;
  std::string from_domain;
  Action action = Action::accept;
  Action would = Action::accept;
  std::string rule = "dmarc-pass";
  std::string gateway = "mx1";
  std::string queue_id = "q";
};

Store store_with(const std::string& url, const std::vector<Sample>& samples) {
  auto store = Store::open(url);
  if (!store) FAIL(store.error().what);
  store::Batch batch;
  batch.end = 1;
  for (const Sample& sample : samples) {
    Event event = support::sample_event();
    event.id = sample.id;
    event.time = noon + sample.after_noon;
    event.facts.authors = {{"", *base::Domain::parse(sample.from_domain)}};
    event.decision.action = sample.action;
    event.decision.would = sample.would;
    event.decision.rule = sample.rule;
    event.gateway = sample.gateway;
    event.envelope.queue_id = sample.queue_id;
    std::string line = event::to_line(event);
    batch.events.push_back({std::move(event), std::move(line)});
  }
  REQUIRE(store->commit(batch));
  return *std::move(store);
}

std::vector<std::string> ids(Store& store, const EventQuery& query) {
  std::vector<std::string> found;
  REQUIRE(store::for_each_event(store.database(), query, [&](std::string_view line) {
    found.push_back(event::from_line(line).value().id);
    return true;
  }));
  CHECK(store::count_events(store.database(), query).value() == found.size());
  return found;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("questions find the events they ask for, in order of time", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    Store store = store_with(
        url, {{"a", 0s, "example.com"},
              {"b", 10s, "sub.example.com", Action::reject, Action::reject, "dmarc-reject"},
              {"c", 20s, "badexample.com", Action::accept, Action::reject, "dmarc-reject", "mx2"},
              {"d", 20s, "a_b.example", Action::tag, Action::tag, "none", "mx2", "4XyZ"},
              {"e", 30s, "x.acb.example", Action::accept, Action::accept, "dmarc-pass", "mx1",
               "a\"\xFF"}});
    const auto with = [](auto set) {
      EventQuery query;
      query.newest_first = false;
      set(query);
      return query;
    };
    struct Row {
      std::string what;
      EventQuery query;
      Ids ids;
    };
    const Row table[] = {
        {"all", with([](auto&) {}), {"a", "b", "c", "d", "e"}},
        {"newest", with([](auto& q) { q.newest_first = true; }), {"e", "d", "c", "b", "a"}},
        {"some", with([](auto& q) { q.events_max = 2; }), {"a", "b"}},
        {"since", with([](auto& q) { q.since = noon + 20s; }), {"c", "d", "e"}},
        {"until", with([](auto& q) { q.until = noon + 20s; }), {"a", "b"}},
        {"domain", with([](auto& q) { q.from_domain = "example.com"; }), {"a", "b"}},
        {"odd domain", with([](auto& q) { q.from_domain = "a_b.example"; }), {"d"}},
        {"action", with([](auto& q) { q.action = Action::reject; }), {"b"}},
        {"would", with([](auto& q) { q.would = Action::reject; }), {"b", "c"}},
        {"rule", with([](auto& q) { q.rule = "dmarc-pass"; }), {"a", "e"}},
        {"gateway", with([](auto& q) { q.gateway = "mx2"; }), {"c", "d"}},
        {"event id", with([](auto& q) { q.id = "b"; }), {"b"}},
        {"queue id", with([](auto& q) { q.id = "4XyZ"; }), {"d"}},
        {"both",
         with([](auto& q) {
           q.gateway = "mx2";
           q.since = noon + 20s;
           q.action = Action::accept;
         }),
         {"c"}},
        {"odd queue id", with([](auto& q) { q.id = "a\"\xFF"; }), {"e"}},
        {"no UTF-8", with([](auto& q) { q.rule = "\xFF"; }), {}},
        {"injection", with([](auto& q) { q.rule = "' OR 1=1 --"; }), {}},
    };
    for (const Row& row : table) {
      INFO(row.what);
      CHECK(ids(store, row.query) == row.ids);
    }
  });
}

TEST_CASE("more events than a page come once each, until told to stop", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    std::vector<Sample> samples;
    for (int i = 0; i < 350; ++i)  // Many of one time: pages may begin among them.
      samples.push_back({std::to_string(1000 + i), std::chrono::seconds(i / 120), "example.com"});
    Store store = store_with(url, samples);
    EventQuery query;
    query.newest_first = false;
    const Ids found = ids(store, query);
    CHECK(found.size() == 350);
    CHECK(std::ranges::is_sorted(found));
    CHECK(std::ranges::adjacent_find(found) == found.end());
    query.events_max = 250;
    CHECK(ids(store, query).size() == 250);
    int seen = 0;
    REQUIRE(store::for_each_event(store.database(), query, [&](auto) { return ++seen < 3; }));
    CHECK(seen == 3);
  });
}
