// One thread. c-ares 1.18 has none of its own and its channels may be touched by one thread only,
// so questions come through an inbox with an eventfd, and everything else in Loop happens on the
// private thread.
//
// The second attempt is ours, not c-ares': its own come twice as late each time and all at once,
// where ours wait for the pacer; ares_timeout() walks all queries, so a tick replaces it.

#include "verify/dns/ares_resolver.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <iterator>
#include <list>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/guarded.hpp"
#include "verify/dns/channel_pool.hpp"
#include "verify/dns/pacer.hpp"
#include "verify/dns/question_inbox.hpp"
#include "verify/dns/random_numbers.hpp"
#include "verify/dns/waiting_line.hpp"
#include "verify/dns/wire.hpp"
#include "verify/dns/wire_name.hpp"

namespace dns {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Status = AresChannel::Status;

constexpr unsigned format_error = 1;  // RFC 1035 §4.1.1.
constexpr unsigned not_implemented = 4;
constexpr milliseconds timeout_max{60'000};
constexpr int attempts_max = 10;

}  // namespace

struct AresResolver::Loop {
  struct Urgent final : Resolver {
    explicit Urgent(Loop& given) : loop(given) {}
    [[nodiscard]] Pending lookup(const Question& question) override {
      return loop.ask(question, true);
    }
    Loop& loop;
  };

  // How a question goes out. An answer over UDP in another spelling than the question's was sent by
  // somebody else, or by a server that does not keep it: what comes over TCP tells which.
  enum class Way : std::uint8_t { udp, tcp, plain_udp };

  // A question on its way. Either a line of those that wait or a channel (from send() to arrived())
  // holds a pointer to it, also when its deadline has passed and it has been answered with a
  // timeout.
  struct Query final : AresChannel::Receiver {
    Loop* loop = nullptr;
    QuestionInbox::Asked asked;
    Clock::time_point deadline;
    int attempts = 0;  // Begun.
    std::uint16_t id = 0;
    bool edns = true;
    bool mixed = false;  // The packet's name has letters in a case by chance.
    bool expired = false;
    Way way = Way::udp;
    Pacer::Ticket ticket = 0;
    ChannelPool* pool = nullptr;
    std::vector<std::byte> packet;
    std::list<Query>::iterator place;

    void arrived(Status status, Bytes message) noexcept override {
      loop->arrived(*this, status, message);
    }
  };

  explicit Loop(const Options& given) : options(given), source(given.servers, given.resolv_conf) {}

  // Before the thread runs.
  [[nodiscard]] base::Result<void> open();

  // On any thread.
  [[nodiscard]] Pending ask(const Question& question, bool urgent);

  // On the private thread, but for open().
  [[nodiscard]] base::Result<std::unique_ptr<ChannelPool>> make_pool(const ServerList& list);
  void run();
  void tick(Clock::time_point now);
  void look_at_servers(Clock::time_point now);
  [[nodiscard]] bool take_inbox();  // False: stop.
  void start(QuestionInbox::Asked asked);
  [[nodiscard]] bool nobody_waits() const {
    return urgent.empty() && waiting.empty() && waiting_again.empty();
  }
  [[nodiscard]] Query* next_waiting();
  void send_waiting(Clock::time_point now);
  void send(Query& query);
  void arrived(Query& query, Status status, Bytes message);
  [[nodiscard]] bool goes_another_way(Query& query, Status status, Bytes message);
  [[nodiscard]] Answer answer_of(const Query& query, Status status, Bytes message) const;
  void expire(Clock::time_point now);
  [[nodiscard]] int wait_milliseconds() const;
  [[nodiscard]] std::uint16_t free_id();
  const Options options;
  EventPoll poll;
  QuestionInbox inbox;
  base::Guarded<Situation> situation;
  std::atomic<bool> read_again = false;
  Urgent of_urgent{*this};

  // Of the private thread.
  ServerSource source;
  std::list<Query> open_queries;     // By deadline: all have the same time.
  std::list<Query> expired_queries;  // Answered, but a pointer to them is still held.
  std::deque<Query*> urgent;
  WaitingLine<Query*> waiting;        // For their first attempt, and then
  WaitingLine<Query*> waiting_again;  // for the next: whoever never answers lets others pass.
  Pacer pacer;
  std::unordered_set<std::uint16_t> ids;
  RandomNumbers random;
  Clock::time_point next_tick;
  std::uint16_t pools_made = 0;
  std::unordered_map<std::uint16_t, std::unique_ptr<ChannelPool>> pools;  // Old ones run dry.
  ChannelPool* pool = nullptr;                                            // The current one.
  bool ending = false;
  std::jthread thread;  // Last: joined before the rest is destroyed.
};

base::Result<void> AresResolver::Loop::open() {
  if (!poll.is_open()) return base::fail("DNS: no file descriptors left");
  auto list = source.read();
  if (!list) return std::unexpected(list.error());
  auto made = make_pool(*list);
  if (!made) return std::unexpected(made.error());
  pool = pools.emplace(pools_made, *std::move(made)).first->second.get();
  situation.lock()->list = *std::move(list);
  thread = std::jthread([this] { run(); });
  return {};
}

base::Result<std::unique_ptr<ChannelPool>> AresResolver::Loop::make_pool(const ServerList& list) {
  const std::uint16_t number = ++pools_made;
  return ChannelPool::open({
      .servers = list.servers,
      .timeout = options.timeout,
      .guard_loopback = options.guard_loopback,
      .watch =
          [this, number](std::uint16_t channel, int socket, bool readable, bool writable) {
            poll.watch({number, channel, socket}, readable, writable);
          },
      .random = [this] { return random.next(); },
  });
}

// Those on their way stay with the old servers. A file that names none, as while it is being
// written, changes nothing.
void AresResolver::Loop::look_at_servers(Clock::time_point now) {
  const bool asked_to = read_again.exchange(false);
  if (!source.changed(now) && !asked_to) return;
  auto list = source.read();
  if (!list) return;
  const auto told = situation.lock();
  if (list->is_guess) list->servers = told->list.servers;
  if (list->servers == told->list.servers && list->trouble == told->list.trouble) return;
  if (list->servers != told->list.servers) {
    auto made = make_pool(*list);
    if (!made) return;
    pool = pools.insert_or_assign(pools_made, *std::move(made)).first->second.get();
  }
  told->list = *std::move(list);
  ++told->changes;
}

int AresResolver::Loop::wait_milliseconds() const {
  if (open_queries.empty() && expired_queries.empty() && pools.size() == 1) return -1;
  if (!nobody_waits()) return 1;
  // Often enough for c-ares to see its time-outs in time, seldom enough to cost nothing.
  constexpr milliseconds::rep shortest = 5;
  constexpr milliseconds::rep longest = 100;
  return static_cast<int>(std::clamp(options.timeout.count() / 8, shortest, longest));
}

void AresResolver::Loop::run() {
  do {
    poll.wait(wait_milliseconds(), [this](const SocketMark& mark, bool readable, bool writable) {
      const auto found = pools.find(mark.pool);
      if (found != pools.end()) {
        found->second->process(mark.channel, mark.socket, readable, writable);
      }
    });
    tick(Clock::now());
  } while (take_inbox());
  ending = true;
  pools.clear();  // What they hold comes back through arrived().
  for (Query& query : open_queries)
    query.asked.promise.answer({});
}

void AresResolver::Loop::tick(Clock::time_point now) {
  expire(now);
  if (now < next_tick) return;
  next_tick = now + milliseconds(std::max(1, std::abs(wait_milliseconds())));
  for (const auto& [number, one] : pools)
    one->tick();
  std::erase_if(pools, [this](const auto& one) {
    return one.second.get() != pool && one.second->in_flight() == 0;
  });
}

bool AresResolver::Loop::take_inbox() {
  // The bell first: whoever rings after this read finds the thread going round again.
  poll.answer_bell();
  QuestionInbox::Content taken = inbox.take();
  const Clock::time_point now = Clock::now();
  if (!taken.asked.empty() || read_again) look_at_servers(now);
  for (QuestionInbox::Asked& asked : taken.asked) {
    if (taken.stopping) {
      asked.promise.answer({});
    } else {
      start(std::move(asked));
    }
  }
  send_waiting(now);
  return !taken.stopping;
}

std::uint16_t AresResolver::Loop::free_id() {
  // With nearly all of them in use a doubled one does no harm: c-ares compares the question too.
  std::uint16_t id = random.next();
  for (int tries = 1; tries < 8 && !ids.insert(id).second; ++tries)
    id = random.next();
  return id;
}

void AresResolver::Loop::start(QuestionInbox::Asked asked) {
  Query& query = open_queries.emplace_back();
  query.loop = this;
  query.asked = std::move(asked);
  query.deadline = Clock::now() + options.timeout * options.attempts;
  query.place = std::prev(open_queries.end());
  if (query.asked.urgent) return urgent.push_back(&query);
  if (waiting.push(owner_of(query.asked.question.name), &query)) return;
  query.asked.promise.answer({});
  open_queries.erase(query.place);
}

AresResolver::Loop::Query* AresResolver::Loop::next_waiting() {
  if (urgent.empty()) return (waiting.empty() ? waiting_again : waiting).pop();
  Query* const first = urgent.front();
  urgent.pop_front();
  return first;
}

void AresResolver::Loop::send_waiting(Clock::time_point now) {
  while (!nobody_waits() && pacer.may_send(now)) {
    Query& query = *next_waiting();
    if (query.expired) {
      expired_queries.erase(query.place);
    } else {
      ++query.attempts;
      send(query);
    }
  }
}

void AresResolver::Loop::send(Query& query) {
  query.id = free_id();
  query.ticket = pacer.sent();
  query.pool = pool;
  query.mixed = pool->mixes_case() && query.way != Way::plain_udp;
  // lookup() has refused names that make no packet.
  query.packet = make_query(query.asked.question, query.id,
                            {.edns = query.edns,
                             .authentic = options.trust_authentic,
                             .compact_denial = options.compact_denial && query.edns})
                     .value();
  if (query.mixed) mix_case(query.packet, [this] { return random.next(); });
  AresChannel* const channel = query.way == Way::tcp ? pool->tcp() : &pool->next();
  if (channel == nullptr) return arrived(query, Status::failed, {});
  channel->send(query.packet, query);
}

// Who forges answers has to know the id, the port and, where names are mixed, their spelling.
bool AresResolver::Loop::goes_another_way(Query& query, Status status, Bytes message) {
  ChannelPool& from = *query.pool;
  if (status != Status::answered) {
    if (query.way != Way::tcp) return false;
    // No TCP there. A server that has kept the case before has not sent that other answer.
    query.way = from.keeps_case() ? Way::udp : Way::plain_udp;
    return true;
  }
  if (query.way == Way::plain_udp && !from.keeps_case()) from.stop_mixing();
  if (!query.mixed) return false;
  if (repeats_question(message, query.packet)) {
    from.case_was_kept();
    if (query.way == Way::tcp) ++situation.lock()->strangers;
    return false;
  }
  if (query.way == Way::tcp) {
    from.stop_mixing();
    return false;
  }
  query.way = Way::tcp;
  return true;
}

void AresResolver::Loop::arrived(Query& query, Status status, Bytes message) {
  ids.erase(query.id);
  pacer.answered(query.ticket);
  if (query.expired) {
    expired_queries.erase(query.place);
    return;
  }
  if (ending) return;  // run() answers what is left.
  if (goes_another_way(query, status, message)) return send(query);
  // RFC 6891 §7: a server that does not know EDNS says FORMERR, some say NOTIMP.
  if (status == Status::answered && query.edns) {
    const auto code = response_code(message);
    if (code == format_error || code == not_implemented) {
      query.edns = false;
      return send(query);
    }
  }
  if (status == Status::silent && query.attempts < options.attempts &&
      waiting_again.push(owner_of(query.asked.question.name), &query)) {
    return;
  }
  query.asked.promise.answer(answer_of(query, status, message));
  open_queries.erase(query.place);
}

Answer AresResolver::Loop::answer_of(const Query& query, Status status, Bytes message) const {
  if (status == Status::silent || status == Status::unreachable) return {};
  if (status != Status::answered) return {.outcome = Outcome::failure};
  Answer answer = parse_response(message, query.asked.question);
  answer.authentic = answer.authentic && options.trust_authentic;
  return answer;
}

void AresResolver::Loop::expire(Clock::time_point now) {
  while (!open_queries.empty() && open_queries.front().deadline <= now) {
    Query& query = open_queries.front();
    query.expired = true;
    query.asked.promise.answer({});
    expired_queries.splice(expired_queries.end(), open_queries, query.place);
  }
}

base::Result<std::unique_ptr<AresResolver>> AresResolver::open(const Options& options) {
  if (options.timeout < milliseconds(1) || options.timeout > timeout_max) {
    return base::fail("DNS: the timeout must be 1 ms to 60 s");
  }
  if (options.attempts < 1 || options.attempts > attempts_max) {
    return base::fail("DNS: the number of attempts must be 1 to 10");
  }
  auto loop = std::make_unique<Loop>(options);
  if (auto opened = loop->open(); !opened) return std::unexpected(opened.error());
  return std::unique_ptr<AresResolver>(new AresResolver(std::move(loop)));
}

AresResolver::AresResolver(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

AresResolver::~AresResolver() { loop_->inbox.stop(loop_->poll); }

Pending AresResolver::Loop::ask(const Question& question, bool urgently) {
  if (!to_labels(question.name)) return ready({.outcome = Outcome::no_name});
  return inbox.put(question, urgently, poll);
}

Pending AresResolver::lookup(const Question& question) { return loop_->ask(question, false); }

Resolver& AresResolver::urgent() noexcept { return loop_->of_urgent; }

void AresResolver::read_servers_again() {
  loop_->read_again = true;
  loop_->poll.ring();
}

AresResolver::Situation AresResolver::situation() const { return *loop_->situation.lock(); }

}  // namespace dns
