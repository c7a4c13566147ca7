#include "milter/metrics.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace milter {

namespace {

const prometheus::Histogram::BucketBoundaries seconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20};

// Descriptors in use: a leak shows here long before accept() fails.
class OpenFiles final : public prometheus::Collectable {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    std::error_code ignored;
    const std::filesystem::directory_iterator files("/proc/self/fd", ignored);
    prometheus::ClientMetric metric;
    metric.gauge.value =
        static_cast<double>(std::distance(begin(files), std::filesystem::directory_iterator()));
    return {
        {"postern_open_files", "File descriptors in use", prometheus::MetricType::Gauge, {metric}}};
  }
};

}  // namespace

struct Metrics::State {
  explicit State(const std::string& listen) : exposer(listen) {
    exposer.RegisterCollectable(registry);
    exposer.RegisterCollectable(files);
    started.SetToCurrentTime();
  }

  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::shared_ptr<OpenFiles> files = std::make_shared<OpenFiles>();
  prometheus::Family<prometheus::Counter>& messages = prometheus::BuildCounter()
                                                          .Name("postern_messages_total")
                                                          .Help("Messages by action and rule")
                                                          .Register(*registry);
  prometheus::Family<prometheus::Counter>& verdicts = prometheus::BuildCounter()
                                                          .Name("postern_dmarc_total")
                                                          .Help("DMARC results by applied policy")
                                                          .Register(*registry);
  prometheus::Family<prometheus::Counter>& signals = prometheus::BuildCounter()
                                                         .Name("postern_signals_total")
                                                         .Help("Odd things about messages, by name")
                                                         .Register(*registry);
  prometheus::Gauge& dns_degraded = prometheus::BuildGauge()
                                        .Name("postern_dns_degraded")
                                        .Help("1 while the resolver itself fails")
                                        .Register(*registry)
                                        .Add({});
  prometheus::Gauge& clock_in_doubt = prometheus::BuildGauge()
                                          .Name("postern_clock_in_doubt")
                                          .Help("1 while signers do not agree with our clock")
                                          .Register(*registry)
                                          .Add({});
  prometheus::Counter& doubted_times =
      prometheus::BuildCounter()
          .Name("postern_doubted_times_total")
          .Help("Signatures that verify, with times that may be wrong or our clock may")
          .Register(*registry)
          .Add({});
  prometheus::Counter& lost = prometheus::BuildCounter()
                                  .Name("postern_events_lost_total")
                                  .Help("Events that could not be written to the spool")
                                  .Register(*registry)
                                  .Add({});
  prometheus::Gauge& generation = prometheus::BuildGauge()
                                      .Name("postern_config_generation")
                                      .Help("How many configurations were loaded")
                                      .Register(*registry)
                                      .Add({});
  prometheus::Gauge& loaded = prometheus::BuildGauge()
                                  .Name("postern_config_loaded_seconds")
                                  .Help("When the configuration in force was loaded, since 1970")
                                  .Register(*registry)
                                  .Add({});
  prometheus::Gauge& reload_failed = prometheus::BuildGauge()
                                         .Name("postern_reload_failed")
                                         .Help("1: the last reload kept the old configuration")
                                         .Register(*registry)
                                         .Add({});
  prometheus::Gauge& started = prometheus::BuildGauge()
                                   .Name("postern_start_time_seconds")
                                   .Help("When the daemon started, since 1970")
                                   .Register(*registry)
                                   .Add({});
  prometheus::Histogram& finish = prometheus::BuildHistogram()
                                      .Name("postern_end_of_message_seconds")
                                      .Help("What the MTA waited for after the message")
                                      .Register(*registry)
                                      .Add({}, seconds);
  prometheus::Histogram& total = prometheus::BuildHistogram()
                                     .Name("postern_message_seconds")
                                     .Help("MAIL FROM to the verdict")
                                     .Register(*registry)
                                     .Add({}, seconds);
  prometheus::Exposer exposer;  // Last: stops first.
};

base::Result<std::unique_ptr<Metrics>> Metrics::open(const std::string& listen) {
  try {  // The library throws when the address is taken or malformed.
    return std::unique_ptr<Metrics>(new Metrics(std::make_unique<State>(listen)));
  } catch (const std::exception& error) {
    return base::fail("metrics at " + listen + ": " + error.what());
  }
}

Metrics::Metrics(std::unique_ptr<State> state) : state_(std::move(state)) {}
Metrics::~Metrics() = default;

void Metrics::count(const event::Event& event, bool stored) {
  const auto in_seconds = [](std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
  };
  state_->messages
      .Add({{"action", std::string(policy::name(event.decision.action))},
            {"rule", event.decision.rule}})
      .Increment();
  if (event.verified) {
    state_->verdicts
        .Add({{"result", std::string(dmarc::name(event.facts.dmarc.status))},
              {"policy", std::string(dmarc::name(event.facts.dmarc.policy))}})
        .Increment();
  }
  for (const std::string& signal : event.signals)  // "lookalike:example.org": not the detail.
    state_->signals.Add({{"signal", signal.substr(0, signal.find(':'))}}).Increment();
  for (const dkim::Result& signature : event.facts.dkim) {
    if (signature.reason == dkim::Reason::in_future ||
        signature.reason == dkim::Reason::clock_in_doubt) {
      state_->doubted_times.Increment();
    }
  }
  if (!stored) state_->lost.Increment();
  state_->finish.Observe(in_seconds(event.timings.finish));
  state_->total.Observe(in_seconds(event.timings.total));
}

void Metrics::set_generation(std::uint64_t generation) {
  state_->generation.Set(static_cast<double>(generation));
  state_->loaded.SetToCurrentTime();
}

void Metrics::set_reload_failed(bool failed) { state_->reload_failed.Set(failed ? 1 : 0); }

void Metrics::set_dns_degraded(bool degraded) { state_->dns_degraded.Set(degraded ? 1 : 0); }

void Metrics::set_clock_in_doubt(bool in_doubt) { state_->clock_in_doubt.Set(in_doubt ? 1 : 0); }

}  // namespace milter
