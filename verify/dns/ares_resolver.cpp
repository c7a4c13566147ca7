// One thread, one channel. c-ares 1.18 has no thread of its own and its channels may be touched by
// one thread only, so questions come through an inbox with an eventfd, and everything else in
// Channel happens on the private thread.
//
// Departures from c-ares' ways: queries and answers are packets of our own wire.cpp (names need no
// escapes, NXDOMAIN keeps its SOA, ids come from the kernel); c-ares makes one attempt (at each
// server) and the next is ours, because its own come twice as late each time and all at once, where
// ours wait for the pacer; ares_timeout() walks all queries, so a tick replaces it.

#include "verify/dns/ares_resolver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <iterator>
#include <list>
#include <thread>
#include <unordered_set>
#include <utility>

#include <ares.h>
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "verify/base/guarded.hpp"
#include "verify/dns/pacer.hpp"
#include "verify/dns/server_address.hpp"
#include "verify/dns/wire.hpp"
#include "verify/dns/wire_name.hpp"

namespace dns {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int receive_buffer_octets = 1 << 20;  // A burst of answers; the kernel may give less.
constexpr unsigned format_error = 1;            // RFC 1035 §4.1.1.
constexpr milliseconds timeout_max{60'000};
constexpr int attempts_max = 10;

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

using Channel = std::unique_ptr<ares_channeldata, decltype(&ares_destroy)>;

struct Asked {
  Question question;
  Promise promise;
};

struct Inbox {
  std::vector<Asked> asked;
  bool stopping = false;
};

// What lies in the inbox now; the lock is free again when the work begins.
Inbox empty(base::Guarded<Inbox>& guarded) {
  const auto inbox = guarded.lock();
  return {std::exchange(inbox->asked, {}), inbox->stopping};
}

}  // namespace

struct AresResolver::Loop {
  // A question on its way. Either `waiting` or c-ares (from ares_send() to the callback) holds a
  // pointer to it, also when its deadline has passed and it has been answered with a timeout.
  struct Query {
    Loop* loop = nullptr;
    Asked asked;
    Clock::time_point deadline;
    int attempts = 0;  // Begun.
    std::uint16_t id = 0;
    bool edns = true;
    Pacer::Ticket ticket = 0;
    bool expired = false;
    std::list<Query>::iterator place;
  };

  explicit Loop(const Options& given) : options(given) {}

  // Before the thread runs.
  [[nodiscard]] base::Result<void> open();
  [[nodiscard]] base::Result<void> open_channel(int flags);
  [[nodiscard]] base::Result<void> set_servers();
  [[nodiscard]] int server_count() const;

  // On the private thread.
  void run();
  [[nodiscard]] bool take_inbox();  // False: stop.
  void start(Asked asked);
  void send_waiting(Clock::time_point now);
  void send(Query& query);
  void arrived(Query& query, int status, Bytes message);
  [[nodiscard]] Answer answer_of(const Query& query, int status, Bytes message) const;
  void expire(Clock::time_point now);
  [[nodiscard]] int wait_milliseconds() const;
  [[nodiscard]] std::uint16_t free_id();
  void watch(int socket, bool readable, bool writable);

  void wake() const {
    const std::uint64_t one = 1;
    // It can fail only when the counter is full, and then the thread is awake.
    [[maybe_unused]] const auto written = ::write(bell.get(), &one, sizeof one);
  }

  const Options options;
  FileDescriptor poll{::epoll_create1(EPOLL_CLOEXEC)};
  FileDescriptor bell{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  base::Guarded<Inbox> inbox;

  // Of the private thread.
  std::list<Query> open_queries;     // By deadline: all have the same time.
  std::list<Query> expired_queries;  // Answered, but a pointer to them is still held.
  std::deque<Query*> waiting;        // For their first attempt or the next.
  Pacer pacer;
  std::unordered_set<std::uint16_t> ids;
  std::array<std::uint16_t, 128> random{};
  std::size_t random_used = 128;
  Channel channel{nullptr, &ares_destroy};
  std::jthread thread;  // Last: joined before the rest is destroyed.
};

base::Result<void> AresResolver::Loop::open() {
  if (poll.get() < 0 || bell.get() < 0) return base::fail("DNS: no file descriptors left");
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  if (library != ARES_SUCCESS) return base::fail(std::string("c-ares: ") + ares_strerror(library));
  // c-ares passes a SERVFAIL on to the next server. With one server it would only ask it again at
  // once, so there the first SERVFAIL is the answer.
  if (auto opened = open_channel(0); !opened) return opened;
  if (server_count() == 1) {
    if (auto opened = open_channel(ARES_FLAG_NOCHECKRESP); !opened) return opened;
  }
  watch(bell.get(), true, false);
  thread = std::jthread([this] { run(); });
  return {};
}

base::Result<void> AresResolver::Loop::open_channel(int flags) {
  ares_options native{};
  native.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | flags;
  native.ednspsz = edns_payload;
  native.timeout = static_cast<int>(options.timeout.count());
  native.tries = 1;
  native.socket_receive_buffer_size = receive_buffer_octets;
  native.sock_state_cb_data = this;
  native.sock_state_cb = [](void* loop, ares_socket_t socket, int readable, int writable) {
    static_cast<Loop*>(loop)->watch(socket, readable != 0, writable != 0);
  };
  ares_channel opened = nullptr;
  const int status =
      ares_init_options(&opened, &native,
                        ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                            ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) return base::fail(std::string("c-ares: ") + ares_strerror(status));
  channel.reset(opened);
  return set_servers();
}

base::Result<void> AresResolver::Loop::set_servers() {
  if (options.servers.empty()) return {};
  std::vector<ares_addr_port_node> nodes;
  nodes.reserve(options.servers.size());  // They point at each other.
  for (const std::string& text : options.servers) {
    const auto server = parse_server_address(text);
    if (!server) return std::unexpected(server.error());
    ares_addr_port_node node{};
    const auto octets = server->address.octets();
    node.family = server->address.family() == base::IpAddress::Family::v4 ? AF_INET : AF_INET6;
    std::memcpy(&node.addr, octets.data(), octets.size());
    node.udp_port = node.tcp_port = server->port;
    nodes.push_back(node);
    if (nodes.size() > 1) nodes[nodes.size() - 2].next = &nodes.back();
  }
  const int status = ares_set_servers_ports(channel.get(), nodes.data());
  if (status != ARES_SUCCESS) return base::fail(std::string("c-ares: ") + ares_strerror(status));
  return {};
}

int AresResolver::Loop::server_count() const {
  ares_addr_port_node* first = nullptr;
  if (ares_get_servers_ports(channel.get(), &first) != ARES_SUCCESS) return 0;
  int count = 0;
  for (const ares_addr_port_node* node = first; node != nullptr; node = node->next)
    ++count;
  ares_free_data(first);
  return count;
}

void AresResolver::Loop::watch(int socket, bool readable, bool writable) {
  epoll_event event{};
  event.data.fd = socket;
  if (readable) event.events |= EPOLLIN;
  if (writable) event.events |= EPOLLOUT;
  if (event.events == 0) {
    ::epoll_ctl(poll.get(), EPOLL_CTL_DEL, socket, nullptr);
  } else if (::epoll_ctl(poll.get(), EPOLL_CTL_MOD, socket, &event) != 0 && errno == ENOENT) {
    ::epoll_ctl(poll.get(), EPOLL_CTL_ADD, socket, &event);
  }
}

int AresResolver::Loop::wait_milliseconds() const {
  if (open_queries.empty() && expired_queries.empty()) return -1;
  if (!waiting.empty()) return 1;
  // Often enough for c-ares to see its time-outs in time, seldom enough to cost nothing.
  constexpr milliseconds::rep shortest = 5;
  constexpr milliseconds::rep longest = 100;
  return static_cast<int>(std::clamp(options.timeout.count() / 8, shortest, longest));
}

void AresResolver::Loop::run() {
  std::array<epoll_event, 64> events{};
  do {
    const int count = ::epoll_wait(poll.get(), events.data(), events.size(), wait_milliseconds());
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == bell.get()) continue;
      // Errors and hang-ups are read: that is how c-ares hears of them.
      const bool read = (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
      const bool write = (event.events & EPOLLOUT) != 0;
      ares_process_fd(channel.get(), read ? event.data.fd : ARES_SOCKET_BAD,
                      write ? event.data.fd : ARES_SOCKET_BAD);
    }
    if (count <= 0) ares_process_fd(channel.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    expire(Clock::now());
  } while (take_inbox());
  channel.reset();  // What c-ares holds comes back through the callback.
  for (Query& query : open_queries)
    query.asked.promise.answer({});
}

bool AresResolver::Loop::take_inbox() {
  // The bell first: whoever rings after this read finds the thread going round again.
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto got = ::read(bell.get(), &rings, sizeof rings);
  Inbox taken = empty(inbox);
  for (Asked& asked : taken.asked) {
    if (taken.stopping) {
      asked.promise.answer({});
    } else {
      start(std::move(asked));
    }
  }
  send_waiting(Clock::now());
  return !taken.stopping;
}

std::uint16_t AresResolver::Loop::free_id() {
  // RFC 5452 §9.2: ids an outsider cannot guess, from the kernel a few at a time. With nearly all
  // of them in use a doubled one does no harm: c-ares compares the question too.
  for (int tries = 0; tries < 8; ++tries) {
    if (random_used == random.size()) {
      [[maybe_unused]] const auto got = ::getrandom(random.data(), sizeof random, 0);
      random_used = 0;
    }
    const std::uint16_t id = random[random_used++];
    if (ids.insert(id).second) return id;
  }
  return random[random_used - 1];
}

void AresResolver::Loop::start(Asked asked) {
  Query& query = open_queries.emplace_back();
  query.loop = this;
  query.asked = std::move(asked);
  query.deadline = Clock::now() + options.timeout * options.attempts;
  query.place = std::prev(open_queries.end());
  waiting.push_back(&query);
}

void AresResolver::Loop::send_waiting(Clock::time_point now) {
  while (!waiting.empty() && pacer.may_send(now)) {
    Query& query = *waiting.front();
    waiting.pop_front();
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
  // lookup() has refused names that make no packet.
  const auto packet = make_query(query.asked.question, query.id,
                                 {.edns = query.edns,
                                  .authentic = options.trust_authentic,
                                  .compact_denial = options.compact_denial && query.edns})
                          .value();
  ares_send(
      channel.get(), reinterpret_cast<const unsigned char*>(packet.data()),
      static_cast<int>(packet.size()),
      [](void* pointer, int status, int, unsigned char* octets, int length) noexcept {
        auto& self = *static_cast<Query*>(pointer);
        const auto size = static_cast<std::size_t>(octets == nullptr ? 0 : length);
        self.loop->arrived(self, status, std::as_bytes(std::span(octets, size)));
      },
      &query);
}

void AresResolver::Loop::arrived(Query& query, int status, Bytes message) {
  ids.erase(query.id);
  pacer.answered(query.ticket);
  if (query.expired) {
    expired_queries.erase(query.place);
    return;
  }
  // RFC 6891 §7: a server that does not know EDNS says FORMERR.
  if (status == ARES_SUCCESS && query.edns && response_code(message) == format_error) {
    query.edns = false;
    return send(query);
  }
  if (status == ARES_ETIMEOUT && query.attempts < options.attempts) {
    waiting.push_back(&query);
    return;
  }
  query.asked.promise.answer(answer_of(query, status, message));
  open_queries.erase(query.place);
}

Answer AresResolver::Loop::answer_of(const Query& query, int status, Bytes message) const {
  if (status == ARES_ETIMEOUT || status == ARES_EDESTRUCTION) return {};
  if (status != ARES_SUCCESS) return {.outcome = Outcome::failure};
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

AresResolver::~AresResolver() {
  loop_->inbox.lock()->stopping = true;
  loop_->wake();
}

Pending AresResolver::lookup(const Question& question) {
  if (!to_labels(question.name)) return ready({.outcome = Outcome::no_name});
  Asked asked{.question = question, .promise = {}};
  Pending pending = asked.promise.pending();
  bool first = false;
  {
    const auto inbox = loop_->inbox.lock();
    first = inbox->asked.empty();
    inbox->asked.push_back(std::move(asked));
  }
  // Whoever is not first knows that somebody has rung and the thread has yet to look.
  if (first) loop_->wake();
  return pending;
}

}  // namespace dns
