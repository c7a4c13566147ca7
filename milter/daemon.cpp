#include "milter/daemon.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "event/site_key.hpp"
#include "milter/libmilter.hpp"

namespace milter {

namespace {

using base::log::Level;

// The clock that judges signatures, when a test replaces it.
std::optional<base::WallTime> test_now() {
  const char* const text = std::getenv("POSTERN_TEST_NOW");  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) return std::nullopt;
  const auto seconds = base::parse_number(text);
  if (!seconds) return std::nullopt;
  return base::WallTime(std::chrono::seconds(*seconds));
}

verify::Stack::Options stack_options(const config::Config& config) {
  // Without zones the breaker does not ask.
  std::vector<std::string> zones =
      config.breaker ? config.breaker_zones : std::vector<std::string>();
  return {config.dns, config.cache, config.spf_threads, {.zones = std::move(zones)}};
}

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT})
    sigaddset(&signals, signal);
  return signals;
}

}  // namespace

base::Result<std::shared_ptr<const Services>> Daemon::make_services(const config::Config& config) {
  const verify::Stack::Options options = stack_options(config);
  if (!stack_ || options != stack_options(config_)) {  // Else its cache stays warm.
    auto stack = verify::Stack::open(options);
    if (!stack) return std::unexpected(stack.error());
    stack_ = *std::move(stack);
    servers_told_.reset();
  }
  const std::uint64_t generation = generation_ + 1;
  Observer observe;
  if (metrics_) {
    observe = [metrics = metrics_.get()](const event::Event& event, bool stored) {
      metrics->count(event, stored);
    };
  }
  std::optional<event::FailureCapture> failures;
  const config::Reports& reports = config.reports;
  if (reports.failure && reports.from) {
    failures = {.domains = reports.failure_domains, .key = reports.failure_key};
  }
  verify::Options checks = config.verify;
  if (checks.lot_key.empty()) checks.lot_key = site_key_;
  auto services = std::make_shared<const Services>(Services{
      .authserv_id = config.authserv_id,
      .gateway = config.gateway,
      .config = std::to_string(generation) + '-' + config::digest(config),
      .verify = std::move(checks),
      .rules = config.policy,
      .line = config.line,
      .test_now = test_now(),
      .owner = stack_,
      .checks = stack_->services(),
      .spool = *spool_,
      .observe = std::move(observe),
      .circumstances =
          [situation = situation_, defer_max = config.defer_max](const verify::Facts& facts) {
            return situation->of(facts, defer_max,
                                 {std::chrono::steady_clock::now(), VouchMemory::today()});
          },
      .failures = std::move(failures),
  });
  generation_ = generation;
  if (metrics_) metrics_->set_generation(generation);
  return services;
}

base::Result<void> Daemon::start() {
  auto spool = event::Spool::open(config_.spool);
  if (!spool) return std::unexpected(spool.error());
  spool_.emplace(*std::move(spool));
  if (auto key = event::site_key(config_.spool.directory)) {
    site_key_ = *std::move(key);
  } else {
    base::log::write(Level::warning, "",
                     key.error().what + ": senders can foresee [policy] percent");
  }
  vouchers_.begin(config_.spool.directory, std::chrono::steady_clock::now());
  if (!config_.metrics_listen.empty()) {
    auto metrics = Metrics::open(config_.metrics_listen);
    if (metrics) {
      metrics_ = *std::move(metrics);
    } else {  // Mail is worth more than its numbers.
      base::log::write(Level::warning, "", metrics.error().what);
    }
  }
  auto services = make_services(config_);
  if (!services) return std::unexpected(services.error());
  set_services(*std::move(services));
  return listen(socket_.empty() ? config_.socket : socket_);
}

void Daemon::greet() const {
  const auto warn = [](const std::string& text) { base::log::write(Level::warning, "", text); };
  const std::string& socket = socket_.empty() ? config_.socket : socket_;
  base::log::write(Level::info, "",
                   "postern-milter " POSTERN_VERSION " listens on " + socket + ", preset " +
                       std::string(policy::name(config_.policy.site.preset)));
  for (const std::string& text : config_.warnings)
    warn(text);
  if (config_.policy.site.preset == policy::Preset::monitor) {
    warn("preset monitor: mail that fails DMARC is delivered; the log says would=reject");
  }
  if (test_now()) warn("POSTERN_TEST_NOW is set: signatures are not judged by the real time");
  if (geteuid() == 0) warn("running as root; the shipped systemd unit uses an own user");
}

// The new file is taken as a whole or not at all; sessions that run keep what they began with.
void Daemon::reload() {
  if (metrics_) metrics_->set_reload_failed(true);  // Until it is done.
  auto loaded = config::load(file_);
  if (!loaded) {
    base::log::write(Level::error, "",
                     "reload: kept the old configuration: " + loaded.error().what);
    return;
  }
  auto services = make_services(*loaded);
  if (!services) {
    base::log::write(Level::error, "",
                     "reload: kept the old configuration: " + services.error().what);
    return;
  }
  if (loaded->socket != config_.socket || loaded->spool.directory != config_.spool.directory ||
      loaded->metrics_listen != config_.metrics_listen) {
    base::log::write(Level::warning, "",
                     "reload: a new socket, spool directory or metrics address needs a restart");
  }
  stack_->read_servers_again();
  stack_->forget_failures();
  config_ = *std::move(loaded);
  base::log::open(config_.log);
  base::log::write(Level::info, "", "reload: configuration " + (*services)->config);
  set_services(*std::move(services));
  if (metrics_) metrics_->set_reload_failed(false);
}

// Which servers are asked, at first and when they have become others, and who else answers.
void Daemon::tell_of_servers() {
  auto now = stack_->servers();
  if (!servers_told_ || now.changes != servers_told_->changes) {
    stack_->forget_failures();
    std::string asked;
    for (const dns::ServerAddress& server : now.list.servers)
      asked += (asked.empty() ? "" : ", ") + server.text();
    base::log::write(Level::info, "", "dns: asks " + asked);
    for (const std::string& line : dns::advice(now.list))
      base::log::write(Level::warning, "", "dns: " + line);
  }
  const std::uint64_t strangers = now.strangers - (servers_told_ ? servers_told_->strangers : 0);
  if (strangers > 0) {
    base::log::write(Level::warning, "",
                     "dns: " + std::to_string(strangers) +
                         " answers were not the server's: somebody tries to forge them");
  }
  servers_told_ = std::move(now);
}

// Both edges are logged, by the thread that has the time. Sessions read what it found.
void Daemon::watch_resolver() {
  tell_of_servers();
  const dns::BreakerResolver::State state = stack_->watch_resolver();
  situation_->set_dns_degraded(state.open);
  if (metrics_) metrics_->set_dns_degraded(state.open);
  if (state.open == dns_degraded_) return;
  dns_degraded_ = state.open;
  const std::string share =
      std::to_string(state.failed) + " of " + std::to_string(state.names) + " questions of our own";
  if (state.open) {
    base::log::write(
        Level::warning, "",
        "dns: the resolver fails: " + share + " have no answer; no permanent verdicts for now");
  } else {
    base::log::write(Level::info, "", "dns: the resolver answers again");
  }
}

// Once a minute, as long as it lasts.
void Daemon::watch_clock() {
  const verify::ClockWitness::State state = stack_->clock();
  const bool behind = state.behind_in_doubt();
  const bool in_doubt = behind || state.ahead_in_doubt();
  if (metrics_) metrics_->set_clock_in_doubt(in_doubt);
  if (!in_doubt || !clock_warning_.due()) return;
  const std::string signers = std::to_string(behind ? state.behind : state.ahead) + " of " +
                              std::to_string(state.right + state.behind + state.ahead) +
                              " signers: ";
  base::log::write(Level::warning, "",
                   "clock: " + signers +
                       (behind ? "signed in our future; our clock seems to be behind"
                               : "expired on arrival; our clock seems to be ahead") +
                       ": no permanent verdict by such times for now");
}

int Daemon::run() {
  // Blocked before any thread begins, so that every thread inherits it. This thread alone takes
  // them: the kernel gives a process's signal to its main thread first, ahead of libmilter's own.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);  // libmilter's thread would stop on it.
  umask(0007);                   // The socket is for our group: the MTA's user is put into it.

  base::log::open(config_.log);
  if (const auto started = start(); !started) {
    base::log::write(Level::error, "", started.error().what);
    return EX_UNAVAILABLE;
  }
  greet();
  tell_of_servers();

  std::atomic<bool> failed = false;
  std::thread server([&failed] {
    if (const auto served = serve(); !served) {
      base::log::write(Level::error, "", served.error().what);
      failed = true;
    }
    kill(getpid(), SIGTERM);  // libmilter may stop by itself: wake the loop below.
  });
  sd_notify(0, "READY=1");
  // While this thread is busy, libmilter's own may get the SIGTERM: then it must be woken.
  constexpr timespec patience_for_signals{.tv_sec = 1, .tv_nsec = 0};
  for (int signal = 0; signal <= 0 || signal == SIGUSR1;) {
    signal = sigtimedwait(&signals, nullptr, &patience_for_signals);
    if (signal == SIGUSR1) reload();
    if (signal < 0) wake();
    watch_resolver();
    watch_clock();
    vouchers_.save_when_due(std::chrono::steady_clock::now());
  }

  sd_notify(0, "STOPPING=1");
  base::log::write(Level::info, "", "stopping");
  stop();
  server.join();
  const auto patience = std::chrono::steady_clock::now() + config_.verify.deadline;
  const bool idle = wait_until_idle(patience);
  set_services(nullptr);
  vouchers_.save();
  if (!idle) std::_Exit(EX_SOFTWARE);  // A callback hangs: what it uses must not be destroyed.
  return failed ? EX_SOFTWARE : EX_OK;
}

}  // namespace milter
