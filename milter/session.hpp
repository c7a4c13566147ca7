#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "event/event.hpp"
#include "event/examination.hpp"
#include "event/spool.hpp"
#include "policy/decision.hpp"
#include "verify/verification.hpp"

namespace milter {

// Is told each message that was answered, for whoever counts (metrics); `stored` is false when its
// event could not be written to the spool. Called from any thread, several at once. Must not throw.
using Observer = std::function<void(const event::Event& event, bool stored)>;

// All a session needs, as it was when the connection began. Immutable and shared by sessions; a
// reload makes a new one, and running sessions keep theirs.
struct Services {
  std::string authserv_id;                 // Empty: the MTA's {j}.
  std::string gateway;                     // Event::gateway. Empty: as authserv_id.
  std::string config;                      // Event::config.
  verify::Options verify;                  // Of the checks.
  policy::Rules rules;                     // Of the site.
  event::LineOptions line;                 // How events are written.
  std::optional<base::WallTime> test_now;  // Judges signatures at this time instead of now.

  std::shared_ptr<void> owner;  // Keeps alive what the references below are to.
  verify::Services checks;      // Resolver, SPF pool, key cache; shared by all.
  event::Spool& spool;          // Where events go; outlives all services.
  Observer observe;             // Empty: nobody counts.
  // What only this gateway knows of a message; called once for each that is verified. Empty:
  // nothing.
  std::function<policy::Circumstances(const verify::Facts&)> circumstances{};
  std::optional<event::FailureCapture> failures{};  // For failure reports; nothing: none are sent.
};

// One change to the header section. Changes are applied in their order, each to what the one before
// has left.
struct HeaderEdit {
  // Puts a field above all others, or removes one.
  enum class Kind : std::uint8_t { insert_first, remove } kind = Kind::insert_first;
  std::string name;    // Of the field, without colon.
  int occurrence = 0;  // For remove: 1 is the topmost field of that name.
  std::string value;   // For insert_first: with its leading space, folds as "\n\t".
};

// What the MTA is told at the end of a message, within the limits of request_limits.hpp. The
// default accepts and changes nothing.
struct Response {
  policy::Decision decision;
  std::vector<HeaderEdit> edits;  // None where the message is refused or deferred.
  std::string hold_reason;        // Not empty: to be put on hold in the queue, and why.
};

// One SMTP connection: turns the MTA's events into an Examination, and what comes of it into a
// Response and an event in the spool. Nothing is decided before the end of the message, so the
// events before it have no answer. Events out of order (a body without MAIL FROM) are passed over.
// Knows the order of events, not libmilter; tests drive it directly. Used by one thread at a time,
// not always the same one.
class Session {
 public:
  // `services` is never null.
  explicit Session(std::shared_ptr<const Services> services);
  ~Session();  // Drops a message in progress.
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The client, and what the MTA says of it. `client` is absent when the MTA has no address for it;
  // `client_name` is its reverse name as the MTA found it; `receiver` is {j} and may be empty.
  // `writes_from`: the MTA adds a missing From field, of MAIL FROM, after we have seen the message
  // (Sendmail). Where such mail may be delivered it is judged with that field. The reverse look-up
  // of a client that is not trusted begins here.
  void connect(std::optional<base::IpAddress> client, std::string_view client_name,
               std::string_view receiver, bool writes_from = false);
  // The argument of HELO or EHLO; the last one counts.
  void helo(std::string_view name);
  // Begins a message. `path` with or without brackets; `authenticated` when {auth_type} is set;
  // `user` is {auth_authen}, the SASL identity.
  void mail_from(std::string_view path, bool authenticated, std::string_view user = {});
  // One accepted recipient, with or without brackets.
  void rcpt_to(std::string_view path);
  // The next field, top first. `value` as the sender wrote it: leading space kept, folds as CRLF.
  // Past header_octets_max fields are no longer kept, and the message is quarantined for it.
  void header(std::string_view name, std::string value);
  // Starts the look-ups that the header section asks for.
  void end_of_headers();
  // The next piece of the body, with CRLF line ends, of any length.
  void body(std::string_view piece);
  // Waits for the checks, at most to verify::Options::deadline, decides, stores the event and logs
  // it before it returns, so that no answered message is forgotten. A spool that cannot be written
  // is logged, and the message goes on. `queue_id` may be empty. The session is ready for the next
  // message.
  [[nodiscard]] Response end_of_message(std::string_view queue_id);
  // Forgets the message in progress, if any; the connection goes on.
  void abort();

 private:
  // A message in progress.
  struct Message;

  // Our name in Authentication-Results: that of the configuration, else {j}.
  [[nodiscard]] const std::string& authserv_id() const;
  // The fields to be removed, then those to be inserted.
  [[nodiscard]] std::vector<HeaderEdit> edits(const Message& message,
                                              const event::Event& event) const;
  // Writes the event to spool and log, and tells the observer.
  void remember(const event::Event& event) const;

  std::shared_ptr<const Services> services_;
  verify::Connection connection_;
  bool writes_from_ = false;
  std::unique_ptr<Message> message_;  // Between MAIL FROM and end of message.
};

}  // namespace milter
