// Debian's libmilter serves connections from a pool of workers: the callbacks of one connection run
// on different threads, one after another. So all state is in smfi_setpriv, and nothing here is
// thread_local or held across callbacks.
#include "milter/libmilter.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "milter/folder_owner.hpp"
#include "milter/mta.hpp"
#include "milter/once_a_minute.hpp"

namespace milter {

namespace {

using base::log::Level;

constexpr int backlog = 1024;
constexpr unsigned long no_replies = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
                                     SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH |
                                     SMFIP_NR_BODY;
constexpr unsigned long no_flag = 0;  // Of an event that always has an answer.
constexpr unsigned long unneeded_events = SMFIP_NODATA | SMFIP_NOUNKNOWN;

// Not std::atomic<std::shared_ptr>: g++ 12 unlocks after a load without ordering it before the next
// store.
base::Guarded<std::shared_ptr<const Services>> current_services;
std::atomic<bool> stopping = false;
std::atomic<int> callbacks_running = 0;
std::atomic<pthread_t> serving_thread = 0;  // 0 before serve().
constexpr int wake_signal = SIGUSR2;

// What belongs to one connection for as long as libmilter knows it.
struct Connection {
  explicit Connection(std::shared_ptr<const Services> services) : session(std::move(services)) {}

  Session session;
  unsigned long no_reply = 0;  // The SMFIP_NR_ flags agreed on.
  bool sendmail = false;       // The MTA is Sendmail: macros are as it writes them.
  bool broken = false;         // A callback that has no answer failed: the message must come again.
};

struct RunningCallback {
  RunningCallback() { ++callbacks_running; }
  ~RunningCallback() { --callbacks_running; }
  RunningCallback(const RunningCallback&) = delete;
  RunningCallback& operator=(const RunningCallback&) = delete;
};

// Nothing thrown may cross into C. A bug costs one message a retry, never the daemon.
// An event that was agreed to have no answer gets none here either: what an MTA does with one that
// comes all the same is not said anywhere. The end of the message, which has one, tells.
template <class Handler>
sfsistat guarded(SMFICTX* context, unsigned long no_reply_flag, Handler handler) noexcept {
  const RunningCallback running;
  auto* connection = static_cast<Connection*>(smfi_getpriv(context));
  if (connection == nullptr) return SMFIS_TEMPFAIL;
  const bool silent = (connection->no_reply & no_reply_flag) != 0;
  const sfsistat later = silent ? SMFIS_NOREPLY : SMFIS_TEMPFAIL;
  if (stopping) {
    connection->broken = true;
    return later;
  }
  try {
    return handler(*connection);
  } catch (const std::exception& error) {
    base::log::write(Level::error, "", std::string("internal error: ") + error.what());
  } catch (...) {
    base::log::write(Level::error, "", "internal error: unknown exception");
  }
  connection->broken = true;
  return later;
}

// The answer to an event that decides nothing.
sfsistat go_on(const Connection& connection, unsigned long no_reply_flag) {
  return (connection.no_reply & no_reply_flag) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

std::string_view macro(SMFICTX* context, const char* name) {
  // libmilter's signature predates const; it does not write there.
  const char* value = smfi_getsymval(context, const_cast<char*>(name));
  return value == nullptr ? std::string_view{} : value;
}

std::optional<base::IpAddress> address_of(const _SOCK_ADDR* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &in.sin_addr, octets.size());
    return base::IpAddress::from_octets(octets);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &in.sin6_addr, octets.size());
    return base::IpAddress::from_octets(octets);
  }
  return std::nullopt;
}

// Postfix hands over folds as "\n\t", Sendmail too; signatures were made over CRLF.
std::string with_crlf(std::string_view value) {
  std::string out;
  out.reserve(value.size() + 8);
  while (true) {
    const std::size_t end = value.find('\n');
    out += value.substr(0, end);
    if (end == std::string_view::npos) return out;
    if (!out.ends_with('\r')) out += '\r';
    out += '\n';
    value.remove_prefix(end + 1);
  }
}

// Cause and cure: the MTA's own log says of this that the milter refused, no more.
void refuse_mta() {
  static OnceAMinute trouble;
  if (!trouble.due()) return;
  base::log::write(Level::error, "",
                   "connections of the MTA are refused: it does not offer version 6 of the milter "
                   "protocol (leading space of header values, adding and changing header fields). "
                   "Postfix: set milter_protocol = 6 in main.cf, its default since 2.6, and "
                   "postfix reload; Sendmail: 8.14 or newer");
}

sfsistat on_negotiate(SMFICTX* context, unsigned long actions, unsigned long protocol,
                      unsigned long, unsigned long, unsigned long* wanted_actions,
                      unsigned long* wanted_protocol, unsigned long* unused1,
                      unsigned long* unused2) {
  const RunningCallback running;
  *unused1 = *unused2 = 0;
  const std::shared_ptr<const Services> services = *current_services.lock();
  if (stopping || !services) return SMFIS_REJECT;
  // Without it libmilter's caller eats the space after the colon, and every signature with simple
  // canonicalization would break (RFC 6376 §3.4.1).
  constexpr unsigned long needed_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
  if ((protocol & SMFIP_HDR_LEADSPC) == 0 || (actions & needed_actions) != needed_actions) {
    refuse_mta();
    return SMFIS_REJECT;
  }
  auto* connection = new (std::nothrow) Connection(services);
  if (connection == nullptr) return SMFIS_REJECT;
  connection->no_reply = protocol & no_replies;
  smfi_setpriv(context, connection);

  *wanted_actions = needed_actions | (actions & SMFIF_QUARANTINE);
  *wanted_protocol = SMFIP_HDR_LEADSPC | (protocol & (no_replies | unneeded_events));
  // Only what is read, so that the MTA need not send the rest with each event.
  if ((actions & SMFIF_SETSYMLIST) != 0) {
    *wanted_actions |= SMFIF_SETSYMLIST;
    const std::pair<int, const char*> lists[] = {
        {SMFIM_CONNECT, "j v"}, {SMFIM_HELO, ""}, {SMFIM_ENVFROM, "{auth_type} {auth_authen}"},
        {SMFIM_ENVRCPT, ""},  {SMFIM_EOH, ""},  {SMFIM_EOM, "i"}};
    for (const auto& [stage, names] : lists) {
      smfi_setsymlist(context, stage, const_cast<char*>(names));
    }
  }
  return SMFIS_CONTINUE;
}

sfsistat on_connect(SMFICTX* context, char* client_name, _SOCK_ADDR* address) {
  return guarded(context, SMFIP_NR_CONN, [&](Connection& connection) {
    const std::string_view name = client_name == nullptr ? "" : client_name;
    connection.sendmail = is_sendmail(macro(context, "v"));
    connection.session.connect(address_of(address), name, macro(context, "j"),
                               connection.sendmail);
    return go_on(connection, SMFIP_NR_CONN);
  });
}

sfsistat on_helo(SMFICTX* context, char* name) {
  return guarded(context, SMFIP_NR_HELO, [&](Connection& connection) {
    connection.session.helo(name == nullptr ? "" : name);
    return go_on(connection, SMFIP_NR_HELO);
  });
}

sfsistat on_mail_from(SMFICTX* context, char** arguments) {
  return guarded(context, SMFIP_NR_MAIL, [&](Connection& connection) {
    connection.broken = false;
    const std::string_view user = macro(context, "{auth_authen}");
    connection.session.mail_from(arguments[0], !macro(context, "{auth_type}").empty(),
                                 connection.sendmail ? decode_xtext(user) : std::string(user));
    return go_on(connection, SMFIP_NR_MAIL);
  });
}

sfsistat on_rcpt_to(SMFICTX* context, char** arguments) {
  return guarded(context, SMFIP_NR_RCPT, [&](Connection& connection) {
    connection.session.rcpt_to(arguments[0]);
    return go_on(connection, SMFIP_NR_RCPT);
  });
}

sfsistat on_header(SMFICTX* context, char* name, char* value) {
  return guarded(context, SMFIP_NR_HDR, [&](Connection& connection) {
    connection.session.header(name, with_crlf(value));
    return go_on(connection, SMFIP_NR_HDR);
  });
}

sfsistat on_end_of_headers(SMFICTX* context) {
  return guarded(context, SMFIP_NR_EOH, [&](Connection& connection) {
    connection.session.end_of_headers();
    return go_on(connection, SMFIP_NR_EOH);
  });
}

sfsistat on_body(SMFICTX* context, unsigned char* octets, std::size_t size) {
  return guarded(context, SMFIP_NR_BODY, [&](Connection& connection) {
    const std::string_view piece(reinterpret_cast<const char*>(octets), size);
    connection.session.body(piece);
    return go_on(connection, SMFIP_NR_BODY);
  });
}

// smfi_setreply() expands "%".
std::string for_setreply(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%') out += '%';
    out += c;
  }
  return out;
}

bool apply(SMFICTX* context, const HeaderEdit& edit) {
  char* const name = const_cast<char*>(edit.name.c_str());
  if (edit.kind == HeaderEdit::Kind::remove) {
    return smfi_chgheader(context, name, edit.occurrence, nullptr) == MI_SUCCESS;
  }
  return smfi_insheader(context, 0, name, const_cast<char*>(edit.value.c_str())) == MI_SUCCESS;
}

sfsistat carry_out(SMFICTX* context, const Response& response) {
  for (const HeaderEdit& edit : response.edits) {
    if (!apply(context, edit)) {
      base::log::write(Level::error, "", "the MTA refused a change of the header: " + edit.name);
      return SMFIS_TEMPFAIL;
    }
  }
  if (!response.hold_reason.empty() &&
      smfi_quarantine(context, const_cast<char*>(response.hold_reason.c_str())) != MI_SUCCESS) {
    base::log::write(Level::error, "", "the MTA refused to hold a message");
    return SMFIS_TEMPFAIL;
  }
  const policy::Action action = response.decision.action;
  if (action != policy::Action::reject && action != policy::Action::defer) return SMFIS_CONTINUE;
  const policy::Reply& reply = response.decision.reply;
  std::string code = std::to_string(reply.code);
  std::string enhanced_code = reply.enhanced_code;
  std::string text = for_setreply(reply.text);
  if (smfi_setreply(context, code.data(), enhanced_code.data(), text.data()) != MI_SUCCESS) {
    base::log::write(Level::error, "", "libmilter refused the reply: " + reply.text);
  }
  return action == policy::Action::reject ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

sfsistat on_end_of_message(SMFICTX* context) {
  return guarded(context, no_flag, [&](Connection& connection) -> sfsistat {
    if (connection.broken) {
      connection.session.abort();
      return SMFIS_TEMPFAIL;
    }
    return carry_out(context, connection.session.end_of_message(macro(context, "i")));
  });
}

sfsistat on_abort(SMFICTX* context) {
  return guarded(context, no_flag, [&](Connection& connection) {
    connection.session.abort();
    return SMFIS_CONTINUE;
  });
}

sfsistat on_close(SMFICTX* context) {
  const RunningCallback running;
  delete static_cast<Connection*>(smfi_getpriv(context));
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

// The path of "unix:/path" or "local:/path", or nothing.
std::string unix_path(const std::string& socket) {
  const std::size_t colon = socket.find(':');
  const std::string kind = socket.substr(0, colon);
  return kind == "unix" || kind == "local" ? socket.substr(colon + 1) : std::string{};
}

// True when a connection to the socket file succeeds: a server is alive behind it.
bool is_answered(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool answered =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return answered;
}

}  // namespace

void set_services(std::shared_ptr<const Services> services) {
  current_services.lock()->swap(services);  // The old ones end after the lock.
}

base::Result<void> listen(const std::string& socket) {
  const std::string path = unix_path(socket);
  if (!path.empty() && is_answered(path)) return base::fail(socket + ": already in use");
  smfiDesc description{};
  description.xxfi_name = const_cast<char*>("postern");
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
  description.xxfi_negotiate = on_negotiate;
  description.xxfi_connect = on_connect;
  description.xxfi_helo = on_helo;
  description.xxfi_envfrom = on_mail_from;
  description.xxfi_envrcpt = on_rcpt_to;
  description.xxfi_header = on_header;
  description.xxfi_eoh = on_end_of_headers;
  description.xxfi_body = on_body;
  description.xxfi_eom = on_end_of_message;
  description.xxfi_abort = on_abort;
  description.xxfi_close = on_close;
  if (smfi_register(description) != MI_SUCCESS) return base::fail("libmilter: cannot register");
  (void)smfi_setbacklog(backlog);
  std::string spelled = socket;
  const AsFolderOwner owner(std::filesystem::path(path).parent_path());
  if (smfi_setconn(spelled.data()) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS) {
    return base::fail(socket + ": cannot listen: " + std::generic_category().message(errno));
  }
  return {};
}

base::Result<void> serve() {
  // Does nothing but interrupt the listener's wait, see stop().
  struct sigaction ignore {};
  ignore.sa_handler = [](int) {};
  ::sigaction(wake_signal, &ignore, nullptr);
  serving_thread = ::pthread_self();
  // A stop at a bad moment makes libmilter find its socket closed, and call that a failure.
  if (smfi_main() != MI_SUCCESS && !stopping) return base::fail("libmilter: gave up");
  return {};
}

void wake() {
  const pthread_t thread = serving_thread;
  if (thread != 0) ::pthread_kill(thread, wake_signal);
}

void stop() {
  stopping = true;
  // smfi_stop() raises libmilter's flag and then waits for a lock that the listener holds while it
  // sleeps, 5 s at a time. An interrupted sleep ends early and looks at the flag.
  const std::jthread waker([](const std::stop_token& stopped) {
    while (!stopped.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      wake();
    }
  });
  (void)smfi_stop();
}

bool wait_until_idle(base::Deadline deadline) {
  while (callbacks_running != 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace milter
