#include "verify/dns/breaker_resolver.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/guarded.hpp"
#include "verify/dns/random_numbers.hpp"

namespace dns {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int rounds_to_open = 2;  // One lost packet too many proves nothing.

// What messages asked, and how it went: an occasion, never a proof.
struct Traffic {
  std::uint64_t asked = 0;
  std::uint64_t done = 0;
  Clock::time_point waiting_since;  // Of the oldest silence, while asked != done.
  std::optional<Clock::time_point> last_asked;
  std::optional<Clock::time_point> last_good;   // An answer, whatever it says.
  std::optional<Clock::time_point> last_bad;    // A failure or silence.
  std::optional<Clock::time_point> last_heard;  // Any packet of the server.
};

struct Canary {
  std::string zone;
  Pending pending{};
  bool answers = false;  // It has once, so that it should.
  bool heard = false;    // A packet has come for it once.
  std::optional<Clock::time_point> failing_since{};
};

std::string made_up_name(RandomNumbers& random, const std::string& zone) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name = "postern-canary-";  // So that whoever sees it in a log knows where it is from.
  for (int i = 0; i < 3; ++i) {
    for (unsigned number = random.next(), n = 0; n < 4; ++n, number >>= 4)
      name += digits[number & 0xF];
  }
  return name + "." + zone;
}

}  // namespace

struct BreakerResolver::Watch {
  Watch(const Options& given, Now clock)
      : options(given),
        read_clock(std::move(clock)),
        traffic(std::make_shared<base::Guarded<Traffic>>()) {
    for (const std::string& zone : options.zones)
      canaries.push_back({.zone = zone});
  }

  [[nodiscard]] bool is_suspicious(const Traffic& seen, Clock::time_point now) const;
  [[nodiscard]] bool is_due(const Traffic& seen, Clock::time_point now) const;
  void ask(Resolver& direct, Clock::time_point now);
  [[nodiscard]] bool round_is_over(Clock::time_point now) const;
  void take_in(Canary& canary, const Traffic& seen, Clock::time_point now) const;
  [[nodiscard]] bool resolver_fails(const Traffic& seen) const;
  void judge(const Traffic& seen, Clock::time_point now);

  const Options options;
  const Now read_clock;
  // Shared with the questions on their way.
  const std::shared_ptr<base::Guarded<Traffic>> traffic;
  base::Guarded<State> state;

  // Of the thread that watches.
  RandomNumbers random;
  std::vector<Canary> canaries;
  bool asking = false;
  bool asked_all = false;                     // In the last round; else only a scout.
  std::size_t scout = 0;                      // The last one.
  std::optional<Clock::time_point> asked_at;  // The last round.
  int failed_rounds = 0;                      // In a row.
};

bool BreakerResolver::Watch::is_suspicious(const Traffic& seen, Clock::time_point now) const {
  if (seen.last_bad && (!asked_at || *seen.last_bad >= *asked_at)) return true;
  return seen.asked != seen.done && now - seen.waiting_since >= options.often;
}

bool BreakerResolver::Watch::is_due(const Traffic& seen, Clock::time_point now) const {
  if (!asked_at) return seen.last_asked.has_value();
  const auto since = now - *asked_at;
  if (since < options.often) return false;
  if (failed_rounds > 0 || state.lock()->open || is_suspicious(seen, now)) return true;
  // Nobody asks at all: nothing to be found out.
  return since >= options.seldom && seen.last_asked && *seen.last_asked >= *asked_at;
}

// As long as all is well, one zone after the other: there are always broken domains in mail.
void BreakerResolver::Watch::ask(Resolver& direct, Clock::time_point now) {
  const auto known = std::ranges::count_if(canaries, &Canary::answers);
  asked_all = known == 0 || failed_rounds > 0 || state.lock()->open;
  do {
    scout = (scout + 1) % canaries.size();
  } while (!asked_all && !canaries[scout].answers);
  for (std::size_t i = 0; i < canaries.size(); ++i) {
    Canary& canary = canaries[i];
    canary.pending = {};
    if (!asked_all && i != scout) continue;
    canary.pending = direct.lookup({made_up_name(random, canary.zone), Type::a});
  }
  asked_at = now;
  asking = true;
}

bool BreakerResolver::Watch::round_is_over(Clock::time_point now) const {
  return now - *asked_at >= options.patience ||
         std::ranges::all_of(canaries, [](const Canary& one) { return is_ready(one.pending); });
}

void BreakerResolver::Watch::take_in(Canary& canary, const Traffic& seen,
                                     Clock::time_point now) const {
  const Outcome outcome =
      canary.pending.is_ready() ? canary.pending.get().outcome : Outcome::timeout;
  if (!is_temporary(outcome)) {
    canary.answers = canary.heard = true;
    canary.failing_since.reset();
    return;
  }
  if (outcome != Outcome::timeout) canary.heard = true;
  if (!canary.failing_since) canary.failing_since = now;
  // It fails and others do not: the site's network has become another, or the zone is in trouble.
  const bool alone = seen.last_good && *seen.last_good > *canary.failing_since;
  if (alone && now - *canary.failing_since >= options.expiry) canary.answers = false;
}

bool BreakerResolver::Watch::resolver_fails(const Traffic& seen) const {
  const auto fails = [](const Canary& canary) { return canary.failing_since.has_value(); };
  const auto known = std::ranges::count_if(canaries, &Canary::answers);
  if (known > 0) {
    const auto failed = std::ranges::count_if(
        canaries, [&](const Canary& one) { return one.answers && fails(one); });
    // Open, it closes only when nearly all is well again.
    return state.lock()->open ? failed * 5 > known : failed * 2 > known;
  }
  // A network of its own, which knows none of the zones: there only silence says something, or
  // that nobody has ever been answered at all.
  if (!seen.last_good) return true;
  const bool was_heard = std::ranges::any_of(canaries, &Canary::heard);
  const bool is_silent = std::ranges::none_of(canaries, [](const Canary& one) {
    return one.pending.is_ready() && one.pending.get().outcome != Outcome::timeout;
  });
  return was_heard && is_silent && !(seen.last_heard && *seen.last_heard >= *asked_at);
}

void BreakerResolver::Watch::judge(const Traffic& seen, Clock::time_point now) {
  asking = false;
  for (Canary& canary : canaries) {
    if (canary.pending.valid()) take_in(canary, seen, now);
  }
  const bool fails = asked_all ? resolver_fails(seen) : canaries[scout].failing_since.has_value();
  failed_rounds = fails ? failed_rounds + 1 : 0;
  if (!asked_all) return;
  const auto told = state.lock();
  told->open = fails && (told->open || failed_rounds >= rounds_to_open);
  told->names = canaries.size();
  told->failed = static_cast<std::size_t>(std::ranges::count_if(
      canaries, [](const Canary& one) { return one.failing_since.has_value(); }));
}

BreakerResolver::BreakerResolver(Resolver& below, Resolver& direct, const Options& options, Now now)
    : below_(below), direct_(direct), watch_(std::make_unique<Watch>(options, std::move(now))) {}

BreakerResolver::~BreakerResolver() = default;

Pending BreakerResolver::lookup(const Question& question) {
  Pending pending = below_.lookup(question);
  const Clock::time_point asked_at = watch_->read_clock();
  {
    const auto traffic = watch_->traffic->lock();
    if (traffic->asked == traffic->done) traffic->waiting_since = asked_at;
    ++traffic->asked;
    traffic->last_asked = asked_at;
  }
  const auto came = [pending, traffic = watch_->traffic, now = watch_->read_clock] {
    const Outcome outcome = pending.get().outcome;
    const Clock::time_point at = now();
    const auto seen = traffic->lock();
    ++seen->done;
    seen->waiting_since = at;
    (is_temporary(outcome) ? seen->last_bad : seen->last_good) = at;
    if (outcome != Outcome::timeout) seen->last_heard = at;
  };
  if (!pending.when_ready(came)) came();
  return pending;
}

BreakerResolver::State BreakerResolver::watch() {
  Watch& watch = *watch_;
  const Clock::time_point now = watch.read_clock();
  const Traffic seen = *watch.traffic->lock();
  if (watch.canaries.empty()) return state();
  if (!watch.asking && watch.is_due(seen, now)) watch.ask(direct_, now);
  if (watch.asking && watch.round_is_over(now)) watch.judge(seen, now);
  return state();
}

BreakerResolver::State BreakerResolver::state() const { return *watch_->state.lock(); }

}  // namespace dns
