#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "event/spool.hpp"
#include "milter/metrics.hpp"
#include "milter/once_a_minute.hpp"
#include "milter/session.hpp"
#include "milter/situation.hpp"
#include "milter/vouch_keeper.hpp"
#include "verify/stack.hpp"

namespace milter {

// The parts that live as long as the process, and what is made anew by each reload. Built, run and
// destroyed by the main thread.
class Daemon {
 public:
  // `file` is the configuration that `config` was loaded from; it is read again at each reload.
  // `socket` is where to listen, in libmilter's spelling; empty: where the configuration says.
  Daemon(std::filesystem::path file, std::string socket, config::Config config)
      : file_(std::move(file)), socket_(std::move(socket)), config_(std::move(config)) {}

  // Serves until SIGTERM or SIGINT; SIGUSR1 reloads. Returns an exit status of sysexits.h: EX_OK,
  // EX_UNAVAILABLE when it could not start (the log says why), EX_SOFTWARE when libmilter gave up.
  // Once, before any other thread begins, as signals are blocked for all. Ends the process where a
  // callback hangs.
  int run();

 private:
  // Opens spool, site key, vouchers and metrics, makes the first services, and listens. Only spool,
  // services and socket are worth an error.
  [[nodiscard]] base::Result<void> start();
  // What sessions need under this configuration, as the next generation. The present stack, with
  // its warm cache, is kept where the settings of DNS and SPF are the same. An error leaves all as
  // it was.
  [[nodiscard]] base::Result<std::shared_ptr<const Services>> make_services(
      const config::Config& config);
  // Reads the file again and takes it as a whole, or logs why not and keeps the old configuration.
  void reload();
  // Logs version, socket and preset, and warns of what an operator may have forgotten.
  void greet() const;
  // Called about once a second: logs and passes on whether our resolver fails.
  void watch_resolver();
  // Logs which name servers are asked, when they change, and answers that somebody forged.
  void tell_of_servers();
  // Warns, once a minute, while signers do not agree with our clock.
  void watch_clock();

  const std::filesystem::path file_;
  const std::string socket_;
  config::Config config_;                 // That in force.
  std::uint64_t generation_ = 0;          // How many configurations were in force so far.
  std::optional<event::Spool> spool_;     // Set by start(), and never exchanged.
  std::string site_key_;                  // Empty: cannot be kept.
  std::unique_ptr<Metrics> metrics_;      // Null: not wanted, or its address was taken.
  std::shared_ptr<verify::Stack> stack_;  // Shared with sessions of before a reload.
  const std::shared_ptr<Situation> situation_ = std::make_shared<Situation>();
  VouchKeeper vouchers_{situation_->memory()};  // In the first spool: no reload moves it.
  bool dns_degraded_ = false;                   // What was logged last.
  std::optional<dns::AresResolver::Situation> servers_told_;  // Of the present stack.
  OnceAMinute clock_warning_;
};

}  // namespace milter
