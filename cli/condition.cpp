#include "cli/condition.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <future>
#include <ranges>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "event/event_reader.hpp"
#include "event/spool_reader.hpp"
#include "store/store.hpp"

namespace cli {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::uint64_t tail_octets = 128 << 10;  // More than the longest event.
constexpr std::size_t segments_looked_at = 3;     // For the last message, the newest ones.

std::unexpected<Trouble> forbidden(const fs::path& path) {
  return std::unexpected(
      Trouble{base::printable(path.string()) +
                  ": this user may not read it; ask as root or as the user postern",
              true});
}

// Their errors begin with the word that stands in front of them here as well.
std::unexpected<Trouble> failed(const base::Error& error) {
  std::string_view what = error.what;
  for (const std::string_view word : {"spool: ", "store: "}) {
    if (what.starts_with(word)) what.remove_prefix(word.size());
  }
  return std::unexpected(Trouble{std::string(what)});
}

// Work in a thread of its own, which owns all it uses, as it may be left behind.
template <class Work>
auto start(Work work) -> std::future<decltype(work())> {
  std::packaged_task<decltype(work())()> task(std::move(work));
  auto result = task.get_future();
  std::thread(std::move(task)).detach();
  return result;
}

// Waits for answers until the deadline, and notes whether one was given up.
class Patience {
 public:
  explicit Patience(milliseconds patience)
      : patience_(patience), deadline_(steady_clock::now() + patience) {}

  [[nodiscard]] base::Deadline deadline() const noexcept { return deadline_; }
  [[nodiscard]] bool left_behind() const noexcept { return left_behind_; }

  template <class T>
  [[nodiscard]] Found<T> wait(std::future<Found<T>>& answer, const std::string& name) {
    // A little longer than the probes, which say better what is wrong.
    constexpr milliseconds grace{200};
    if (answer.wait_until(deadline_ + grace) == std::future_status::ready) return answer.get();
    left_behind_ = true;
    return std::unexpected(
        Trouble{name + ": no answer in " + std::to_string(patience_.count()) + " ms"});
  }

 private:
  const milliseconds patience_;
  const base::Deadline deadline_;
  bool left_behind_ = false;
};

std::string name_of_user(uid_t id) {
  const passwd* const entry = ::getpwuid(id);  // NOLINT(concurrency-mt-unsafe): one thread asks.
  return entry != nullptr ? entry->pw_name : std::to_string(id);
}

std::string name_of_group(gid_t id) {
  const group* const entry = ::getgrgid(id);  // NOLINT(concurrency-mt-unsafe): likewise.
  return entry != nullptr ? entry->gr_name : std::to_string(id);
}

std::string socket_mode(const std::string& socket) {
  struct stat about {};
  if (!socket.starts_with("unix:") || ::stat(socket.c_str() + 5, &about) != 0) return {};
  std::array<char, 8> octal{};
  const auto end = std::to_chars(octal.data(), octal.data() + octal.size(),
                                 static_cast<unsigned>(about.st_mode & 07777), 8);
  return name_of_user(about.st_uid) + ':' + name_of_group(about.st_gid) + " 0" +
         std::string(octal.data(), end.ptr);
}

Found<DaemonAnswer> greet(const std::string& socket, base::Deadline deadline) {
  const auto begin = steady_clock::now();
  const auto version = greet_milter(socket, deadline);
  const auto end = steady_clock::now();
  std::string mode = socket_mode(socket);
  if (version) return DaemonAnswer{std::chrono::ceil<milliseconds>(end - begin), std::move(mode)};
  Trouble trouble = version.error();
  if (!mode.empty()) trouble.what += " (" + mode + ')';
  return std::unexpected(std::move(trouble));
}

Found<DaemonNumbers> find_numbers(const std::string& address, base::Deadline deadline) {
  const auto page = read_metrics(address, deadline);
  if (!page) return std::unexpected(page.error());
  return read_numbers(*page);
}

std::optional<LastMessage> last_of(const fs::path& segment, std::uint64_t octets) {
  const std::uint64_t from = octets > tail_octets ? octets - tail_octets : 0;
  const auto piece = event::read_lines(segment, from, {});
  if (!piece) return std::nullopt;
  // The first one may be the end of a line that began before.
  for (const event::SpoolLine& line : piece->lines | std::views::reverse) {
    const auto event = event::from_line(line.text);
    if (!event) continue;
    return LastMessage{event->time, std::string(policy::name(event->decision.action)),
                       event->decision.rule};
  }
  return std::nullopt;
}

Found<SpoolCondition> look_at_spool(const fs::path& directory) {
  if (is_forbidden(directory, R_OK | X_OK)) return forbidden(directory);
  const auto segments = event::list_segments(directory);
  if (!segments) return failed(segments.error());
  SpoolCondition found{.segments = segments->size()};
  for (const event::Segment& segment : *segments)
    found.octets += segment.octets;
  std::error_code ignored;
  const fs::space_info space = fs::space(directory, ignored);
  if (!ignored && space.capacity > 0) found.free_percent = space.available * 100 / space.capacity;
  for (const event::Segment& segment :
       *segments | std::views::reverse | std::views::take(segments_looked_at)) {
    auto last = last_of(directory / segment.name, segment.octets);
    if (last && (!found.last || last->time > found.last->time)) found.last = std::move(last);
  }
  return found;
}

Found<std::optional<StoreCondition>> look_at_store(const std::string& url, const fs::path& spool,
                                                   bool reports, base::WallTime now) {
  if (url.starts_with(sqlite_scheme)) {
    const fs::path file = url.substr(sqlite_scheme.size());
    if (is_forbidden(file, R_OK)) return forbidden(file);
  }
  if (!store::database_exists(url)) return std::nullopt;
  auto store = store::Store::open_existing(url);
  if (!store) return failed(store.error());
  StoreCondition found;
  auto status = store::store_status(store->database());
  if (!status) return failed(status.error());
  found.status = *status;
  if (reports) {
    auto outbox = report::outbox_status(store->database(), now);
    if (!outbox) return failed(outbox.error());
    found.outbox = *std::move(outbox);
  }
  auto positions = store::positions(store->database(), event::spool_id(spool));
  if (!positions) return failed(positions.error());
  found.positions = *std::move(positions);
  return found;
}

Found<store::Backlog> look_for_backlog(const fs::path& spool,
                                       const std::map<std::string, std::uint64_t>& positions) {
  auto backlog = store::find_backlog(spool, positions);
  if (!backlog) return failed(backlog.error());
  return *backlog;
}

std::optional<double> value_of(std::string_view page, std::string_view name) {
  for (std::size_t at = 0; (at = page.find(name, at)) != std::string_view::npos; ++at) {
    const bool begins = at == 0 || page[at - 1] == '\n';
    const std::size_t end = at + name.size();
    if (!begins || end >= page.size() || page[end] != ' ') continue;
    double value = 0;
    const auto read = std::from_chars(page.data() + end + 1, page.data() + page.size(), value);
    if (read.ec == std::errc() && std::isfinite(value)) return value;
  }
  return std::nullopt;
}

}  // namespace

bool is_forbidden(const fs::path& path, int mode) {
  return ::access(path.c_str(), mode) != 0 && errno == EACCES;
}

DaemonNumbers read_numbers(std::string_view page) {
  // Counters and times: whole, never negative, below what a double holds exactly.
  const auto number = [&](std::string_view name) {
    return static_cast<std::uint64_t>(std::clamp(value_of(page, name).value_or(0), 0.0, 0x1p53));
  };
  const auto time = [&](std::string_view name) -> std::optional<base::WallTime> {
    const std::uint64_t seconds = std::min<std::uint64_t>(number(name), std::uint64_t{1} << 33);
    if (seconds == 0) return std::nullopt;
    return base::WallTime(std::chrono::seconds(seconds));
  };
  return {.started = time("postern_start_time_seconds"),
          .loaded = time("postern_config_loaded_seconds"),
          .generation = number("postern_config_generation"),
          .reload_failed = number("postern_reload_failed") != 0,
          .dns_degraded = number("postern_dns_degraded") != 0,
          .events_lost = number("postern_events_lost_total")};
}

Condition find_condition(const config::Config& config, base::WallTime now, milliseconds limit) {
  Patience patience(limit);
  const base::Deadline deadline = patience.deadline();
  const fs::path directory = config.spool.directory;
  auto daemon = start([socket = config.socket, deadline] { return greet(socket, deadline); });
  auto spool = start([directory] { return look_at_spool(directory); });
  std::optional<std::future<Found<DaemonNumbers>>> numbers;
  if (!config.metrics_listen.empty()) {
    numbers = start(
        [address = config.metrics_listen, deadline] { return find_numbers(address, deadline); });
  }
  auto store =
      start([url = config.store.url, directory, now, reports = config.reports.from.has_value()] {
        return look_at_store(url, directory, reports, now);
      });
  Condition condition;
  condition.store = patience.wait(store, store::without_password(config.store.url));
  condition.daemon = patience.wait(daemon, config.socket);
  condition.spool = patience.wait(spool, base::printable(directory.string()));
  if (numbers) condition.numbers = patience.wait(*numbers, config.metrics_listen);
  if (const StoreCondition* opened = condition.opened_store(); condition.spool && opened) {
    auto backlog = start([directory, positions = opened->positions] {
      return look_for_backlog(directory, positions);
    });
    condition.backlog = patience.wait(backlog, base::printable(directory.string()));
  }
  condition.left_behind = patience.left_behind();
  return condition;
}

}  // namespace cli
