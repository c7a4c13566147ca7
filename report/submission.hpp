#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/words.hpp"
#include "report/destination.hpp"

// Mail out of the house: the only door to libcurl (SMTP).
namespace report {

// The server that takes reports: the site's own MTA, which signs and routes them.
struct Relay {
  // As Postfix names its levels. The certificate is looked at by `verify`, and wherever a password
  // is sent to another machine.
  enum class Tls : std::uint8_t {
    may,      // STARTTLS when it is offered.
    encrypt,  // STARTTLS, or nothing is sent.
    verify,   // The same, with a certificate for that host from a known authority.
  };
  // What to prove who we are with. To another machine never without a certificate for its name, at
  // whichever level.
  struct Login {
    std::string user;
    std::string password;
  };

  std::string url = "smtp://127.0.0.1:25";  // Or smtps://, which is TLS from the start.
  Tls tls = Tls::may;
  std::string authorities{};  // File of certificates of authorities; empty: the system's.
  std::optional<Login> login{};
  std::chrono::milliseconds connect_timeout{10'000};
  // For each reply: RFC 5321 §4.5.3.2.6 gives the last one ten minutes, and who hangs up sooner
  // gets it sent twice. All of a submission takes three times this at most. In whole seconds,
  // rounded up.
  std::chrono::milliseconds timeout{600'000};
};
constexpr auto words_of(Relay::Tls) {
  return std::to_array<std::string_view>({"opportunistic", "required", "verified"});
}

// True when the reply says by its enhanced code that it is about the mailbox (RFC 3463 §3.2, §3.3),
// "550 5.1.1 no such user", and not about who sends, or the relay.
[[nodiscard]] bool is_about_mailbox(std::string_view reply);

struct Submitted {
  enum class Outcome : std::uint8_t {
    sent,
    temporary,  // Try again later: also whatever is wrong with the relay itself or with us.
    permanent,  // Refused for good for this recipient or this message: 5xx to RCPT, DATA or after
                // (unless it is about us or the relay itself), and 552 to MAIL.
  };

  // The command that the relay's last reply answered.
  enum class Stage : std::uint8_t {
    greeting,   // Connection, EHLO, STARTTLS, AUTH: nothing of this message.
    sender,     // MAIL
    recipient,  // RCPT
    content,    // DATA, or the message after it.
  };

  Outcome outcome = Outcome::temporary;
  Stage stage = Stage::greeting;
  int code = 0;                // The server's, when it refused; else 0.
  bool about_mailbox = false;  // The recipient was refused, and the reply is_about_mailbox().
  std::string reason;          // Printable: "RCPT: 550 5.1.1 no such user"; empty when sent.
};

// A connection to the relay, kept between submissions. Used by one thread at a time.
class Submitter {
 public:
  // Fails when the relay's options make no sense; does not connect. `hello` is our own name.
  [[nodiscard]] static base::Result<Submitter> open(const Relay& relay, const base::Domain& hello);
  ~Submitter();
  Submitter(Submitter&&) noexcept;
  Submitter& operator=(Submitter&&) noexcept;

  // One message to one mailbox, so that each has an outcome of its own. `sender` receives bounces;
  // nothing is the null reverse-path. `octets` as of to_octets().
  [[nodiscard]] Submitted submit(const std::optional<Mailbox>& sender, const Mailbox& recipient,
                                 std::string_view octets);

 private:
  struct Connection;
  explicit Submitter(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace report
