#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "event/spool.hpp"
#include "tests/support/sample_event.hpp"
#include "tests/support/temporary_folder.hpp"

namespace support {

// A spool on disk with events made of the sample, and room for files beside it.
class EventSpool {
 public:
  [[nodiscard]] std::string folder() const { return (folder_ / "spool").string(); }

  void add(const event::Event& event) { add_line(event::to_line(event), event.time); }
  void add_line(std::string_view line, base::WallTime time = {}) {
    if (!spool_.append(line, time)) throw std::runtime_error("cannot write to the test's spool");
  }
  // The sample under other ids.
  event::Event add_sample(const std::string& id, const std::string& queue_id = "4XyZ") {
    event::Event event = sample_event();
    event.id = id;
    event.envelope.queue_id = queue_id;
    add(event);
    return event;
  }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
  event::Spool spool_ = *event::Spool::open({.directory = folder_ / "spool"});
};

}  // namespace support
