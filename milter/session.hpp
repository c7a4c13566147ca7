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

// What happened with one message, for whoever counts (metrics). Called from any thread.
using Observer = std::function<void(const event::Event& event, bool stored)>;

// All a session needs, as it was when the connection began. A reload makes a new one; running
// sessions keep theirs.
struct Services {
  std::string authserv_id;  // Empty: the MTA's {j}.
  std::string gateway;      // For the event: which one this is. Empty: as authserv_id.
  std::string config;       // For the event: generation and digest.
  verify::Options verify;
  policy::Rules rules;
  event::LineOptions line;
  std::optional<base::WallTime> test_now;  // Judges signatures at this time instead of now.

  std::shared_ptr<void> owner;  // Keeps alive what the references below are to.
  verify::Services checks;
  event::Spool& spool;
  Observer observe;
  // What only this gateway knows of a message; empty: nothing.
  std::function<policy::Circumstances(const verify::Facts&)> circumstances{};
  std::optional<event::FailureCapture> failures{};  // For failure reports; nothing: none are sent.
};

// A change to the message, applied in order.
struct HeaderEdit {
  enum class Kind : std::uint8_t { insert_first, remove } kind = Kind::insert_first;
  std::string name;
  int occurrence = 0;  // For remove: 1 is the topmost field of that name.
  std::string value;   // For insert_first: with its leading space, folds as "\n\t".
};

// What the MTA is told at the end of a message; within the limits of request_limits.hpp.
struct Response {
  policy::Decision decision;
  std::vector<HeaderEdit> edits;
  std::string hold_reason;  // Not empty: to be put on hold, and why.
};

// One SMTP connection: turns the MTA's events into a Verification, and its Facts into a Decision.
// Nothing is decided before the end of the message, so the events before it have no answer. Knows
// the order of events, not libmilter; tests drive it directly. Used by one thread at a time.
class Session {
 public:
  explicit Session(std::shared_ptr<const Services> services);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // `client` is absent when the MTA has no address for it; `receiver` is {j} and may be empty.
  // `writes_from`: the MTA adds a missing From field, of MAIL FROM, after we have seen the message
  // (Sendmail). Where such mail may be delivered it is judged with that field.
  void connect(std::optional<base::IpAddress> client, std::string_view client_name,
               std::string_view receiver, bool writes_from = false);
  void helo(std::string_view name);
  // `user` is {auth_authen}, the SASL identity.
  void mail_from(std::string_view path, bool authenticated, std::string_view user = {});
  void rcpt_to(std::string_view path);
  // `value` as the sender wrote it: leading space kept, folds as CRLF.
  void header(std::string_view name, std::string value);
  void end_of_headers();
  void body(std::string_view piece);
  // Logs the event and stores it before it returns, so that no answered message is forgotten.
  [[nodiscard]] Response end_of_message(std::string_view queue_id);
  void abort();

 private:
  struct Message;

  [[nodiscard]] const std::string& authserv_id() const;
  [[nodiscard]] std::vector<HeaderEdit> edits(const Message& message,
                                              const event::Event& event) const;
  void remember(const event::Event& event) const;

  std::shared_ptr<const Services> services_;
  verify::Connection connection_;
  bool writes_from_ = false;
  std::unique_ptr<Message> message_;  // Between MAIL FROM and end of message.
};

}  // namespace milter
