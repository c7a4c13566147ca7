#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace support {

// One message that was accepted, as it came: dots still doubled, without the final one.
struct ReceivedMail {
  std::string hello;
  std::string mail_from;  // With brackets and parameters.
  std::string recipient;
  std::string data;
  bool encrypted = false;
  bool logged_in = false;
};

// An SMTP server that follows a script, on a port of its own on the loopback. One connection at a
// time; its thread ends with its object, whatever the client does.
class SmtpServer {
 public:
  struct Script {
    // Moment -> reply instead of the usual one; "hang" says nothing more, "close" hangs up.
    // Moments: "connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "line" (the first of
    // the message), "message" (its end).
    std::map<std::string, std::string> replies{};
    bool starttls = false;      // Offered.
    bool implicit_tls = false;  // smtps
  };

  explicit SmtpServer(Script script);
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  [[nodiscard]] std::string url() const;          // smtp[s]://127.0.0.1:port
  [[nodiscard]] std::string certificate() const;  // PEM; signed by itself, for 127.0.0.1.
  [[nodiscard]] std::vector<ReceivedMail> received() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace support
