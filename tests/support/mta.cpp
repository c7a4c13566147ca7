#include "tests/support/mta.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace support {

namespace {

// The packet that announces each event, and the flags that switch it or its answer off (libmilter's
// mfdef.h and mfapi.h).
struct Event {
  char command;
  std::uint32_t unwanted;
  std::uint32_t no_reply;
};
constexpr std::array events{Event{'C', 0x1, 0x1000},   Event{'H', 0x2, 0x2000},
                            Event{'M', 0x4, 0x4000},   Event{'R', 0x8, 0x8000},
                            Event{'B', 0x10, 0x80000}, Event{'L', 0x20, 0x80},
                            Event{'N', 0x40, 0x40000}, Event{'T', 0x200, 0x10000}};

// Which of the filter's macro lists belongs to the packet (SMFIM_*).
constexpr std::string_view macro_stages = "CHMRTEN";

constexpr std::uint32_t version = 6;
constexpr std::uint32_t packet_octets_max = 1 << 20;
constexpr std::size_t body_chunk_octets_max = 65'535;  // MILTER_CHUNK_SIZE
constexpr std::string_view action_skip = "s";

std::string number(std::uint32_t value) {
  const std::uint32_t network = htonl(value);
  std::string out(sizeof network, '\0');
  std::memcpy(out.data(), &network, sizeof network);
  return out;
}

std::uint32_t number_at(std::string_view data, std::size_t offset) {
  std::uint32_t network = 0;
  if (offset + sizeof network > data.size()) return 0;
  std::memcpy(&network, data.data() + offset, sizeof network);
  return ntohl(network);
}

// The NUL-terminated strings in `data`.
std::vector<std::string> strings(std::string_view data) {
  std::vector<std::string> out;
  while (!data.empty()) {
    const std::size_t end = std::min(data.find('\0'), data.size());
    out.emplace_back(data.substr(0, end));
    data.remove_prefix(std::min(end + 1, data.size()));
  }
  return out;
}

std::string with_nul(std::string_view text) { return std::string(text) + '\0'; }

int open_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

int open_inet(std::string_view port_at_host) {
  const std::size_t at = port_at_host.find('@');
  std::uint16_t port = 0;
  std::from_chars(port_at_host.data(), port_at_host.data() + std::min(at, port_at_host.size()),
                  port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    constexpr int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

int open_socket(const std::string& socket) {
  const std::size_t colon = socket.find(':');
  const std::string kind = socket.substr(0, colon);
  if (colon == std::string::npos) return -1;
  return kind == "inet" ? open_inet(std::string_view(socket).substr(colon + 1))
                        : open_unix(socket.substr(colon + 1));
}

// Replies are format strings to Sendmail: libmilter doubles "%", Postfix takes that back.
std::string reply_text(std::string_view data) {
  std::string out;
  for (std::size_t i = 0; i < data.size() && data[i] != '\0'; ++i) {
    if (data[i] == '%' && ++i == data.size()) break;
    out += data[i];
  }
  return out;
}

}  // namespace

Mta::Mta(int descriptor, MtaOptions options) : socket_(descriptor), options_(std::move(options)) {}

void Mta::Socket::close() noexcept {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

base::Result<Mta> Mta::connect(const std::string& socket, MtaOptions options) {
  const int descriptor = open_socket(socket);
  if (descriptor < 0) return base::fail(socket + ": " + std::strerror(errno));
  Mta mta(descriptor, std::move(options));
  if (!mta.negotiate()) return base::fail(mta.problem());
  return mta;
}

bool Mta::fail(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
  return false;
}

bool Mta::send(char command, std::string_view data) {
  std::string packet = number(static_cast<std::uint32_t>(data.size() + 1)) + command;
  packet.append(data);
  for (std::string_view rest = packet; !rest.empty();) {
    const ssize_t sent = ::send(socket_.descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return fail(std::string("cannot send ") + command + ": " + strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Mta::read(std::size_t octets, std::string& out) {
  while (pending_.size() < octets) {
    pollfd wanted{socket_.descriptor, POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(options_.patience.count())) != 1) {
      return fail("no answer from the filter");
    }
    std::array<char, 65'536> buffer{};
    const ssize_t got = ::recv(socket_.descriptor, buffer.data(), buffer.size(), 0);
    if (got <= 0) return fail("closed by the filter");
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  out = pending_.substr(0, octets);
  pending_.erase(0, octets);
  return true;
}

std::optional<Mta::Packet> Mta::receive() {
  std::string size_text;
  if (!read(4, size_text)) return std::nullopt;
  const std::uint32_t size = number_at(size_text, 0);
  std::string data;
  if (size == 0 || size > packet_octets_max) {
    fail("packet of " + std::to_string(size) + " octets");
    return std::nullopt;
  }
  if (!read(size, data)) return std::nullopt;
  return Packet{data.front(), data.substr(1)};
}

bool Mta::negotiate() {
  if (!send('O', number(version) + number(options_.actions) + number(options_.protocol))) {
    return false;
  }
  const auto packet = receive();
  if (!packet) return false;
  if (packet->command != 'O' || packet->data.size() < 12) return fail("negotiation refused");
  actions_ = number_at(packet->data, 4);
  protocol_ = number_at(packet->data, 8);
  if ((actions_ & ~options_.actions) != 0) return fail("wants actions that were not offered");
  if ((protocol_ & ~options_.protocol) != 0) return fail("wants protocol steps not offered");
  read_macro_lists(std::string_view(packet->data).substr(12));
  return true;
}

// After the flags: stage number and macro names, for each list the filter chose (SMFIF_SETSYMLIST).
void Mta::read_macro_lists(std::string_view data) {
  while (data.size() > 4) {
    const std::uint32_t stage = number_at(data, 0);
    const std::size_t end = std::min(data.find('\0', 4), data.size());
    std::vector<std::string> names;
    for (std::string_view rest = data.substr(4, end - 4); !rest.empty();) {
      const std::size_t space = std::min(rest.find(' '), rest.size());
      if (space > 0) names.emplace_back(rest.substr(0, space));
      rest.remove_prefix(std::min(space + 1, rest.size()));
    }
    if (stage < macro_stages.size()) macro_lists_[macro_stages[stage]] = std::move(names);
    data.remove_prefix(std::min(end + 1, data.size()));
  }
}

bool Mta::send_macros(char stage, const Macros& macros) {
  if (!options_.macros) return true;
  std::string data(1, stage);
  const auto list = macro_lists_.find(stage);
  for (const auto& [name, value] : macros) {
    const bool wanted =
        list == macro_lists_.end() || std::ranges::find(list->second, name) != list->second.end();
    if (wanted && !value.empty()) data += with_nul(name) + with_nul(value);
  }
  return data.size() == 1 || send('D', data);
}

// Sends one event and takes its answer; "continue" where none is expected.
std::optional<Mta::Packet> Mta::step(char command, std::string_view data) {
  const auto event = std::ranges::find(events, command, &Event::command);
  if (event != events.end() && (protocol_ & event->unwanted) != 0) return Packet{'c', {}};
  if (!send(command, data)) return std::nullopt;
  if (event != events.end() && (protocol_ & event->no_reply) != 0) return Packet{'c', {}};
  for (;;) {
    std::optional<Packet> packet = receive();
    if (!packet || packet->command != 'p') return packet;
  }
}

// True when the dialogue goes on after an answer before the end of the message.
bool Mta::go_on(const std::optional<Packet>& packet, char command) {
  if (!packet) return false;
  if (packet->command == 'c' || action_skip.find(packet->command) == 0) return true;
  Answer answer;
  if (packet->command == 'r') answer.kind = Answer::Kind::reject;
  if (packet->command == 't') answer.kind = Answer::Kind::defer;
  if (packet->command == 'y') {
    answer.reply = reply_text(packet->data);
    answer.kind = answer.reply.starts_with('5') ? Answer::Kind::reject : Answer::Kind::defer;
  }
  early_ = std::move(answer);
  return fail(std::string("answered ") + packet->command + " to " + command);
}

bool Mta::client(const Dialogue& dialogue) {
  if (!send_macros('C', {{"j", options_.hostname}, {"{daemon_name}", options_.hostname}})) {
    return false;
  }
  std::string data = with_nul(dialogue.client_name);
  if (dialogue.client) {
    constexpr std::uint16_t port = 4321;
    const std::uint16_t network_port = htons(port);
    data += dialogue.client->find(':') == std::string::npos ? '4' : '6';
    data.append(reinterpret_cast<const char*>(&network_port), sizeof network_port);
    data += with_nul(*dialogue.client);
  } else {
    data += 'U';
  }
  return go_on(step('C', data), 'C');
}

bool Mta::helo(const Dialogue& dialogue) { return go_on(step('H', with_nul(dialogue.helo)), 'H'); }

bool Mta::mail(const Dialogue& dialogue) {
  early_.reset();
  body_wanted_ = true;
  body_octets_sent_ = 0;
  Macros macros{{"{mail_addr}", dialogue.mail_from}};
  if (!dialogue.auth_user.empty()) {
    macros.insert(macros.end(), {{"{auth_type}", "PLAIN"}, {"{auth_authen}", dialogue.auth_user}});
  }
  if (!send_macros('M', macros) || !go_on(step('M', with_nul(dialogue.mail_from)), 'M')) {
    return false;
  }
  for (const std::string& recipient : dialogue.recipients) {
    if (!send_macros('R', {{"i", dialogue.queue_id}, {"{rcpt_addr}", recipient}})) return false;
    if (!go_on(step('R', with_nul(recipient)), 'R')) return false;
  }
  return send_macros('T', {{"i", dialogue.queue_id}}) && go_on(step('T', {}), 'T');
}

bool Mta::header(const Letter& letter) {
  for (const Letter::Field& field : letter.fields) {
    // Postfix hands out C strings: what follows a NUL is lost.
    std::string_view value = std::string_view(field.value).substr(0, field.value.find('\0'));
    // Postfix eats one space unless the filter asked for it (SMFIP_HDR_LEADSPC).
    if ((protocol_ & leading_space) == 0 && value.starts_with(' ')) value.remove_prefix(1);
    if (!go_on(step('L', with_nul(field.name) + with_nul(value)), 'L')) return false;
  }
  return go_on(step('N', {}), 'N');
}

bool Mta::body(std::string_view text) {
  while (!text.empty() && body_wanted_) {
    const std::string_view chunk = text.substr(0, body_chunk_octets_max);
    const auto packet = step('B', chunk);
    if (!go_on(packet, 'B')) return false;
    body_wanted_ = packet->command != action_skip.front();
    body_octets_sent_ += chunk.size();
    text.remove_prefix(chunk.size());
  }
  return true;
}

// Takes one change of the message; false when the packet is none.
bool Mta::edit(const Packet& packet, Answer& answer) {
  const std::string_view data = packet.data;
  const bool numbered = packet.command == 'i' || packet.command == 'm';
  const std::vector<std::string> parts =
      strings(data.substr(std::min<std::size_t>(numbered ? 4 : 0, data.size())));
  const std::string name = parts.empty() ? std::string{} : parts[0];
  const std::string value = parts.size() < 2 ? std::string{} : parts[1];
  switch (packet.command) {
    case 'h':
      answer.letter.insert(answer.letter.fields.size(), name, value);
      return true;
    case 'i':
      answer.letter.insert(number_at(data, 0), name, value);
      return true;
    case 'm':
      if (options_.sendmail && value.empty()) {
        answer.letter.remove_as_sendmail(name, number_at(data, 0));
        return true;
      }
      answer.letter.change(name, number_at(data, 0), value);
      return true;
    case 'q':
      answer.hold_reason = name;
      return true;
    case 'p':
      return true;
    default:
      return false;
  }
}

base::Result<Answer> Mta::end_of_message(const Dialogue& dialogue) {
  Answer answer;
  answer.letter = dialogue.letter;
  if (!send_macros('E', {{"i", dialogue.queue_id}}) || !send('E', {})) {
    return base::fail(problem_);
  }
  for (;;) {
    const auto packet = receive();
    if (!packet) return base::fail(problem_);
    if (edit(*packet, answer)) continue;
    answer.letter.forget_removed();
    switch (packet->command) {
      case 'a':
      case 'c':
        return answer;
      case 'r':
        answer.kind = Answer::Kind::reject;
        return answer;
      case 't':
        answer.kind = Answer::Kind::defer;
        return answer;
      case 'y':
        answer.reply = reply_text(packet->data);
        answer.kind = answer.reply.starts_with('5') ? Answer::Kind::reject : Answer::Kind::defer;
        return answer;
      default:
        return base::fail(std::string("unexpected answer ") + packet->command);
    }
  }
}

base::Result<Answer> Mta::deliver(const Dialogue& dialogue) {
  const bool ready = introduced_ || (client(dialogue) && (dialogue.helo.empty() || helo(dialogue)));
  introduced_ = ready;
  if (ready && mail(dialogue) && header(dialogue.letter) && body(dialogue.letter.body)) {
    return end_of_message(dialogue);
  }
  if (early_) return *std::exchange(early_, std::nullopt);
  return base::fail(problem_);
}

bool Mta::abort() { return send('A', {}); }

void Mta::quit() {
  (void)send('Q', {});
  socket_.close();
}

}  // namespace support
