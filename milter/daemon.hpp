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

// The parts that live as long as the process, and what is made anew by each reload.
class Daemon {
 public:
  // `file` is read again at each reload. `socket`: where to listen; empty: where the configuration
  // says.
  Daemon(std::filesystem::path file, std::string socket, config::Config config)
      : file_(std::move(file)), socket_(std::move(socket)), config_(std::move(config)) {}

  // Serves until a signal ends it: an exit status of sysexits.h. Once, by the main thread, before
  // any other thread begins.
  int run();

 private:
  [[nodiscard]] base::Result<void> start();
  [[nodiscard]] base::Result<std::shared_ptr<const Services>> make_services(
      const config::Config& config);
  void reload();
  void greet() const;
  void watch_resolver();
  void tell_of_servers();
  void watch_clock();

  const std::filesystem::path file_;
  const std::string socket_;
  config::Config config_;
  std::uint64_t generation_ = 0;
  std::optional<event::Spool> spool_;
  std::string site_key_;  // Empty: cannot be kept.
  std::unique_ptr<Metrics> metrics_;
  std::shared_ptr<verify::Stack> stack_;
  const std::shared_ptr<Situation> situation_ = std::make_shared<Situation>();
  VouchKeeper vouchers_{situation_->memory()};  // In the first spool: no reload moves it.
  bool dns_degraded_ = false;
  std::optional<dns::AresResolver::Situation> servers_told_;  // Of the present stack.
  OnceAMinute clock_warning_;
};

}  // namespace milter
