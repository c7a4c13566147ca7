#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "report/destination.hpp"
#include "verify/base/result.hpp"

// Mail out of the house: the only door to libcurl (SMTP).
namespace report {

// The server that takes reports: the site's own MTA, which signs and routes them.
struct Relay {
  // As Postfix names its levels. Only `verify` looks at the certificate.
  enum class Tls : std::uint8_t {
    may,      // STARTTLS when it is offered.
    encrypt,  // STARTTLS, or nothing is sent.
    verify,   // The same, with a certificate for that host from a known authority.
  };
  // What to prove who we are with. Never without `encrypt` or `verify`.
  struct Login {
    std::string user;
    std::string password;
  };

  std::string url = "smtp://127.0.0.1:25";  // Or smtps://, which is TLS from the start.
  Tls tls = Tls::may;
  std::string authorities{};  // File of certificates for `verify`; empty: the system's.
  std::optional<Login> login{};
  std::chrono::milliseconds connect_timeout{10'000};
  // Of one submission, from connect to reply; at worst, a relay that hangs at the very end costs
  // this again for its QUIT.
  std::chrono::milliseconds timeout{120'000};
};

struct Submitted {
  enum class Outcome : std::uint8_t {
    sent,
    temporary,  // Try again later: also whatever is wrong with the relay itself or with us.
    permanent,  // Refused for good for this recipient or this message: 5xx to RCPT (but 5.7.x,
                // which is about us), DATA or after, and 552 to MAIL.
  };

  Outcome outcome = Outcome::temporary;
  int code = 0;        // The server's, when it refused; else 0.
  std::string reason;  // Printable: "RCPT: 550 5.1.1 no such user"; empty when sent.
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
