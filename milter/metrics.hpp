#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "event/event.hpp"

// The only door to prometheus-cpp.
namespace milter {

// Counters and times of this process, as Prometheus text at http://<listen>/metrics. Safe for
// concurrent use.
class Metrics {
 public:
  // `listen` is "address:port". Fails when it is taken.
  [[nodiscard]] static base::Result<std::unique_ptr<Metrics>> open(const std::string& listen);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count(const event::Event& event, bool stored);
  void set_generation(std::uint64_t generation);  // Of the configuration, in force from now on.
  void set_reload_failed(bool failed);            // The last one.
  void set_dns_degraded(bool degraded);
  void set_clock_in_doubt(bool in_doubt);

 private:
  struct State;
  explicit Metrics(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace milter
