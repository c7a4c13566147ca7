#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "milter/session.hpp"
#include "tests/support/scenario.hpp"
#include "tests/support/temporary_folder.hpp"

namespace support {

// The daemon without its socket: all that stands behind a Session, over any Resolver, with a
// private spool.
class Gateway {
 public:
  // Settings as in a configuration file. Throws when they are wrong. `resolver` outlives it.
  Gateway(dns::Resolver& resolver, std::string_view settings,
          std::optional<base::WallTime> now = std::nullopt);
  ~Gateway();  // Waits for checks that nobody waited for.
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Any number of sessions may share them.
  [[nodiscard]] std::shared_ptr<const milter::Services> services() const;

  [[nodiscard]] std::vector<std::string> events() const;  // Lines in the spool, oldest first.
  [[nodiscard]] std::filesystem::path spool_folder() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Says to the session what a milter is told, up to the end of the message and without it. Calls
// `between`, if there is one, after each kind of event; a message has message_events of them.
constexpr int message_events = 5;
void tell_connection(milter::Session& session, const Dialogue& dialogue);
void tell_message(milter::Session& session, const Dialogue& dialogue,
                  const std::function<void()>& between = {});

// What an MTA would make of the session's response.
[[nodiscard]] Answer answer_of(const milter::Response& response, const Letter& letter);

// Every line in the segments of a spool, oldest first.
[[nodiscard]] std::vector<std::string> spool_lines(const std::filesystem::path& folder);

}  // namespace support
