#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "event/event.hpp"

// The only door to prometheus-cpp.
namespace milter {

// Counters and times of this process, as Prometheus text at http://<listen>/metrics, served by
// threads of prometheus-cpp. Names and help stand in metrics.cpp. Safe for concurrent use.
class Metrics {
 public:
  // Starts to serve at `listen`, "address:port". An error when that is taken or malformed.
  [[nodiscard]] static base::Result<std::unique_ptr<Metrics>> open(const std::string& listen);
  ~Metrics();  // Stops to serve.
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Counts one message and its times; `stored` is false when its event is lost.
  void count(const event::Event& event, bool stored);
  // Number of the configuration that is in force from now on.
  void set_generation(std::uint64_t generation);
  // True when the last reload kept the old configuration.
  void set_reload_failed(bool failed);
  // True while the resolver itself fails.
  void set_dns_degraded(bool degraded);
  // True while signers do not agree with our clock.
  void set_clock_in_doubt(bool in_doubt);

 private:
  struct State;
  explicit Metrics(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace milter
