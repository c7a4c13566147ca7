#include "tests/support/smtp_server.hpp"

#include <csignal>
#include <stdexcept>
#include <thread>

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/guarded.hpp"

namespace support {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Deleter<SSL_free>>;

Certificate self_signed(EVP_PKEY* key) {
  Certificate made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600L * 24);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  const auto* const text = reinterpret_cast<const unsigned char*>("relay");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_EXTENSION* const host =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(made.get(), host, -1);
  X509_EXTENSION_free(host);
  X509_sign(made.get(), key, EVP_sha256());
  return made;
}

// One client: a socket, perhaps with TLS over it.
class Client {
 public:
  explicit Client(int socket) : socket_(socket) {}

  [[nodiscard]] bool start_tls(SSL_CTX* context) {
    tls_.reset(SSL_new(context));
    SSL_set_fd(tls_.get(), socket_);
    buffer_.clear();
    return SSL_accept(tls_.get()) == 1;
  }
  [[nodiscard]] bool encrypted() const { return tls_ != nullptr; }

  [[nodiscard]] bool write(const std::string& text) {
    const int size = static_cast<int>(text.size());
    if (tls_) return SSL_write(tls_.get(), text.data(), size) == size;
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == size;
  }

  // Without its line end; false when the client is gone.
  [[nodiscard]] bool read_line(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      char piece[4096];
      const auto got = tls_ ? SSL_read(tls_.get(), piece, sizeof piece)
                            : static_cast<int>(::recv(socket_, piece, sizeof piece, 0));
      if (got <= 0) return false;
      buffer_.append(piece, static_cast<std::size_t>(got));
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return true;
  }

 private:
  int socket_;
  Tls tls_;
  std::string buffer_;
};

}  // namespace

struct SmtpServer::State {
  struct Shared {
    std::vector<ReceivedMail> received;
    std::size_t connections = 0;
    int client = -1;  // The one being served.
    bool stopping = false;
  };

  Script script;
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate = self_signed(key.get());
  Context context{SSL_CTX_new(TLS_server_method())};
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port = 0;
  base::Guarded<Shared> shared;
  std::jthread thread;

  void listen();
  void run();
  void serve(Client client);
  [[nodiscard]] bool say(Client& client, const std::string& moment, std::string usual);
  [[nodiscard]] bool greet(Client& client);
  [[nodiscard]] bool obey(Client& client, const std::string& line, ReceivedMail& mail);
  [[nodiscard]] bool take_message(Client& client, ReceivedMail& mail);
};

void SmtpServer::State::listen() {
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const bound = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, bound, length) != 0 || ::listen(listener, 8) != 0 ||
      ::getsockname(listener, bound, &length) != 0) {
    throw std::runtime_error("no port for the SMTP server");
  }
  port = ntohs(address.sin_port);
}

// False when the connection is over.
bool SmtpServer::State::say(Client& client, const std::string& moment, std::string usual) {
  const auto scripted = script.replies.find(moment);
  if (scripted != script.replies.end()) usual = scripted->second;
  if (usual == "close") return false;
  if (usual == "hang") {
    std::string ignored;
    while (client.read_line(ignored)) {
    }
    return false;
  }
  return client.write(usual + "\r\n");
}

bool SmtpServer::State::greet(Client& client) {
  if (script.implicit_tls && !client.start_tls(context.get())) return false;
  return say(client, "connect", "220 relay.example ESMTP");
}

bool SmtpServer::State::take_message(Client& client, ReceivedMail& mail) {
  std::string line;
  mail.data.clear();
  while (client.read_line(line)) {
    if (mail.data.empty() && script.replies.contains("line")) return say(client, "line", "");
    if (line == ".") {
      if (!script.replies.contains("message")) shared.lock()->received.push_back(mail);
      return say(client, "message", "250 2.0.0 queued");
    }
    mail.data += line + "\r\n";
  }
  return false;
}

bool SmtpServer::State::obey(Client& client, const std::string& line, ReceivedMail& mail) {
  const std::string verb = line.substr(0, line.find(' '));
  const std::string argument = line.substr(std::min(line.size(), line.find(':') + 1));
  if (verb == "EHLO") {
    mail.hello = line.substr(5);
    const bool offered = script.starttls && !client.encrypted();
    return say(client, verb,
               std::string("250-relay.example\r\n") + (offered ? "250-STARTTLS\r\n" : "") +
                   "250-SIZE 10000000\r\n250 AUTH PLAIN");
  }
  if (verb == "STARTTLS") {
    if (!say(client, verb, "220 go ahead")) return false;
    return script.replies.contains(verb) || client.start_tls(context.get());
  }
  if (verb == "AUTH") {
    mail.logged_in = line == "AUTH PLAIN" || line == "AUTH PLAIN AHVzZXIAc2VjcmV0";  // user, secret
    if (line == "AUTH PLAIN") {
      std::string response;
      if (!client.write("334 \r\n") || !client.read_line(response)) return false;
      mail.logged_in = response == "AHVzZXIAc2VjcmV0";
    }
    return say(client, verb, mail.logged_in ? "235 welcome" : "535 5.7.8 wrong password");
  }
  if (verb == "MAIL") {
    mail.mail_from = argument;
    return say(client, verb, "250 ok");
  }
  if (verb == "RCPT") {
    mail.recipient = argument;
    return say(client, verb, "250 ok");
  }
  if (verb == "DATA") {
    if (!say(client, verb, "354 go on")) return false;
    mail.encrypted = client.encrypted();
    return script.replies.contains(verb) || take_message(client, mail);
  }
  if (verb == "QUIT") return client.write("221 bye\r\n");
  return client.write("502 unknown command\r\n");
}

void SmtpServer::State::serve(Client client) {
  ReceivedMail mail;
  std::string line;
  if (!greet(client)) return;
  while (client.read_line(line) && obey(client, line, mail)) {
  }
}

void SmtpServer::State::run() {
  while (true) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    {
      const auto locked = shared.lock();
      if (locked->stopping) {
        ::close(socket);
        return;
      }
      locked->client = socket;
      ++locked->connections;
    }
    serve(Client(socket));
    shared.lock()->client = -1;
    ::close(socket);
  }
}

SmtpServer::SmtpServer(Script script) : state_(std::make_unique<State>()) {
  std::signal(SIGPIPE, SIG_IGN);  // TLS writes to clients that are gone.
  state_->script = std::move(script);
  state_->listen();
  state_->thread = std::jthread([state = state_.get()] { state->run(); });
}

SmtpServer::~SmtpServer() {
  {
    const auto locked = state_->shared.lock();
    locked->stopping = true;
    if (locked->client >= 0) ::shutdown(locked->client, SHUT_RDWR);
  }
  ::shutdown(state_->listener, SHUT_RDWR);  // Wakes accept4().
  state_->thread.join();
  ::close(state_->listener);
}

std::string SmtpServer::url() const {
  return (state_->script.implicit_tls ? "smtps://127.0.0.1:" : "smtp://127.0.0.1:") +
         std::to_string(state_->port);
}

std::string SmtpServer::certificate() const {
  const std::unique_ptr<BIO, Deleter<BIO_free>> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), state_->certificate.get());
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

std::vector<ReceivedMail> SmtpServer::received() const { return state_->shared.lock()->received; }
std::size_t SmtpServer::connections() const { return state_->shared.lock()->connections; }

}  // namespace support
