#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "tests/support/letter.hpp"

namespace support {

// What a client says in one SMTP transaction.
struct Dialogue {
  std::optional<std::string> client = "192.0.2.1";  // Nothing: the MTA knows no address.
  std::string client_name = "unknown";
  std::string helo = "client.example";  // Empty: the client never said HELO.
  std::string auth_user;                // Empty: no SMTP AUTH.
  std::string mail_from = "<>";         // With brackets.
  std::vector<std::string> recipients = {"<bob@example.org>"};
  std::string queue_id = "4XSCENARIO";
  Letter letter;
};

// What became of it, as the MTA saw it.
struct Answer {
  enum class Kind : std::uint8_t { deliver, reject, defer };
  Kind kind = Kind::deliver;
  std::string reply;  // "550 5.7.1 …"; empty with deliver, and when the filter sent no text.
  std::string hold_reason;  // Not empty: put on hold.
  Letter letter;            // With the filter's changes.
};

// How the MTA differs from a current Postfix.
struct MtaOptions {
  std::uint32_t actions = 0x1FF;
  std::uint32_t protocol = 0x1F'FFFF;  // All that libmilter 8.17 knows; bit 20 is HDR_LEADSPC.
  bool macros = true;
  bool sendmail = false;  // Counts removed fields on (Letter::remove_as_sendmail()).
  std::string hostname = "mx.example.org";  // {j}
  std::chrono::milliseconds patience{20'000};
};
inline constexpr std::uint32_t leading_space = 0x10'0000;  // SMFIP_HDR_LEADSPC

// One connection of an MTA to a milter, in version 6 of the protocol, as Postfix plays it: steps
// the filter does not want are left out, those it answers with nothing are not waited for. Used by
// one thread at a time. Functions return false, and the rest is pointless, once the filter has
// closed the connection or broken the protocol; problem() says how.
class Mta {
 public:
  // "unix:/path" or "inet:port@127.0.0.1". Negotiates.
  [[nodiscard]] static base::Result<Mta> connect(const std::string& socket,
                                                 MtaOptions options = {});
  // Destroying it drops the connection without a word, unless quit() came first.

  // One whole message; connect and HELO are said when they have not been said before.
  [[nodiscard]] base::Result<Answer> deliver(const Dialogue& dialogue);

  // The single steps.
  bool client(const Dialogue& dialogue);
  bool helo(const Dialogue& dialogue);
  bool mail(const Dialogue& dialogue);  // And RCPT TO, DATA.
  bool header(const Letter& letter);    // To its end.
  bool body(std::string_view text);
  [[nodiscard]] base::Result<Answer> end_of_message(const Dialogue& dialogue);
  bool abort();
  void quit();

  [[nodiscard]] std::uint32_t protocol() const noexcept { return protocol_; }  // Agreed on.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  // Octets of body sent before the filter asked to skip the rest.
  [[nodiscard]] std::size_t body_octets_sent() const noexcept { return body_octets_sent_; }

 private:
  struct Socket {
    explicit Socket(int opened) noexcept : descriptor(opened) {}
    ~Socket() { close(); }
    Socket(Socket&& other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}
    Socket& operator=(Socket&&) = delete;
    void close() noexcept;
    int descriptor;
  };
  struct Packet {
    char command = '\0';
    std::string data;
  };
  using Macros = std::vector<std::pair<std::string, std::string>>;

  Mta(int descriptor, MtaOptions options);
  [[nodiscard]] bool negotiate();
  void read_macro_lists(std::string_view data);
  bool fail(std::string problem);
  bool send(char command, std::string_view data);
  bool send_macros(char stage, const Macros& macros);
  [[nodiscard]] bool read(std::size_t octets, std::string& out);
  [[nodiscard]] std::optional<Packet> receive();
  [[nodiscard]] std::optional<Packet> step(char command, std::string_view data);
  bool go_on(const std::optional<Packet>& packet, char command);
  bool edit(const Packet& packet, Answer& answer);

  Socket socket_;
  MtaOptions options_;
  std::uint32_t actions_ = 0;
  std::uint32_t protocol_ = 0;
  std::map<char, std::vector<std::string>> macro_lists_;  // By stage, where the filter chose them.
  std::string pending_;                                   // Read and not yet used.
  std::string problem_;
  std::optional<Answer> early_;  // An answer before the end of the message.
  bool introduced_ = false;      // Connect and HELO were said.
  bool body_wanted_ = true;
  std::size_t body_octets_sent_ = 0;
};

}  // namespace support
