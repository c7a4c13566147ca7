#include "report/submission.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include <curl/curl.h>

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "report/relay_url.hpp"

namespace report {

namespace {

constexpr std::size_t reply_line_octets_max = 512;  // RFC 5321 §4.5.3.1.5.

// What the conversation has come to, as libcurl shows it while it goes on: its own error codes do
// not tell a refused recipient from a refused login.
struct Conversation {
  std::string command = "connect";  // The last one sent, shortened.
  std::string reply;                // Its last reply line; empty: none yet.
  bool over = false;                // QUIT was sent: what comes now is no answer to us.

  void heard_from_us(std::string_view line) {
    static constexpr std::array<std::string_view, 7> commands = {"EHLO", "HELO", "STARTTLS", "AUTH",
                                                                 "MAIL", "RCPT", "DATA"};
    const std::string_view word = line.substr(0, line.find_first_of(" \r"));
    if (word == "QUIT") over = true;
    if (over) return;
    // What is no command goes on with the login: a line of base64, which is not kept.
    if (std::ranges::find(commands, word) != commands.end()) command = word;
    reply.clear();
  }

  void heard_from_server(std::string_view line) {
    if (over) return;
    reply = base::trim(line.substr(0, reply_line_octets_max));
    if (command == "DATA" && reply.starts_with("354")) command = "message";
  }

  // RFC 5321 §4.2.1: any 2yz after the message, in its last line, is as good as 250.
  [[nodiscard]] bool took_message() const {
    return command == "message" && code() / 100 == 2 && (reply.size() == 3 || reply[3] == ' ');
  }

  [[nodiscard]] Submitted::Stage stage() const {
    if (command == "MAIL") return Submitted::Stage::sender;
    if (command == "RCPT") return Submitted::Stage::recipient;
    const bool of_content = command == "DATA" || command == "message";
    return of_content ? Submitted::Stage::content : Submitted::Stage::greeting;
  }

  [[nodiscard]] int code() const {
    const auto number = base::parse_number(std::string_view(reply).substr(0, 3));
    return number && reply.size() >= 3 ? static_cast<int>(*number) : 0;
  }

  // RFC 5321 §4.2.1: 5yz is final. Of the recipient or the message only if it answers one of
  // these; a server that refuses our login or our name may be repaired tomorrow.
  [[nodiscard]] bool refused_for_good() const {
    if (code() < 500) return false;
    switch (stage()) {
      case Submitted::Stage::greeting:
        return false;
      case Submitted::Stage::sender:
        return code() == 552;  // RFC 1870 §6.1: too big, told beforehand.
      case Submitted::Stage::recipient:
        return !refuses_us();
      case Submitted::Stage::content:
        return !refuses_us_late();
    }
    return false;
  }

 private:
  // RFC 4954 §6, and those of a conversation that is out of order.
  [[nodiscard]] bool has_code_about_us() const {
    static constexpr std::array<int, 8> codes = {500, 502, 503, 504, 530, 534, 535, 538};
    return std::ranges::find(codes, code()) != codes.end();
  }

  [[nodiscard]] bool has_any(std::span<const std::string_view> signs) const {
    const std::string text = base::to_lower(reply);
    return std::ranges::any_of(signs, [&](std::string_view sign) { return text.contains(sign); });
  }

  // Many relays say only after RCPT that they do not relay for us, or are in trouble: by code, by
  // RFC 3463 (x.7: who may send, x.3: the system, x.5: the protocol, 5.1.7 and 5.1.8: the sender),
  // or by words.
  [[nodiscard]] bool refuses_us() const {
    if (has_code_about_us()) return true;
    if (is_about_mailbox(reply)) return false;
    static constexpr std::array<std::string_view, 18> signs = {
        "5.7.",        "5.3.",    "5.5.",      "5.1.7",   "5.1.8",         "relay",
        "rcpthosts",   "sender",  "authent",   "authori", "not permitted", "access denied",
        "not allowed", "your ip", "your host", "blocked", "client host",   "login"};
    return has_any(signs);
  }

  // Some only after the message: Exchange that we may not send as this sender (5.7.60). x.7.1 is
  // also what filters say of content, and 5.3.4 that it is too big: these are about the message.
  [[nodiscard]] bool refuses_us_late() const {
    if (has_code_about_us()) return true;
    static constexpr std::array<std::string_view, 16> signs = {
        "5.3.0",       "5.3.2",   "5.3.3",     "5.3.5",   "5.5.",       "5.1.7",
        "5.1.8",       "5.7.60",  "relay",     "authent", "permission", "login",
        "client host", "your ip", "your host", "send as"};
    return has_any(signs);
  }
};

int on_debug(CURL* /*handle*/, curl_infotype type, char* data, std::size_t size, void* user) {
  auto& conversation = *static_cast<Conversation*>(user);
  if (type == CURLINFO_HEADER_OUT) conversation.heard_from_us({data, size});
  if (type == CURLINFO_HEADER_IN) conversation.heard_from_server({data, size});
  return 0;
}

struct Upload {
  std::string_view octets;
  std::size_t at = 0;
};

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const std::string_view piece = upload.octets.substr(upload.at, size * count);
  std::memcpy(buffer, piece.data(), piece.size());
  upload.at += piece.size();
  return piece.size();
}

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using Handle = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
using List = std::unique_ptr<curl_slist, Deleter<curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, Deleter<curl_url_cleanup>>;

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, Deleter<curl_free>> owner(text);
  return text;
}

// The URL with our name as its path, where libcurl looks for what to say in EHLO.
base::Result<std::string> url_for(const Relay& relay, const base::Domain& hello) {
  const Url url(curl_url());
  const CURLUcode parsed = curl_url_set(url.get(), CURLUPART_URL, relay.url.c_str(), 0);
  const std::string scheme = parsed == CURLUE_OK ? part_of(url.get(), CURLUPART_SCHEME) : "";
  const std::string path = part_of(url.get(), CURLUPART_PATH);
  const bool only_a_server = part_of(url.get(), CURLUPART_USER).empty() &&
                             part_of(url.get(), CURLUPART_PASSWORD).empty() &&
                             part_of(url.get(), CURLUPART_QUERY).empty() &&
                             part_of(url.get(), CURLUPART_FRAGMENT).empty() &&
                             (path.empty() || path == "/");
  if ((scheme != "smtp" && scheme != "smtps") || !only_a_server) {
    return base::fail("\"" + base::printable(relay.url) +
                      "\" is neither smtp://host:port nor smtps://host:port");
  }
  if (relay.login && scheme == "smtp" && relay.tls == Relay::Tls::may && !is_loopback(relay.url)) {
    return base::fail("a password for another machine needs encryption: tls, or smtps://");
  }
  curl_url_set(url.get(), CURLUPART_PATH, ("/" + hello.text()).c_str(), 0);
  return part_of(url.get(), CURLUPART_URL);
}

}  // namespace

bool is_about_mailbox(std::string_view reply) {
  static constexpr std::array<std::string_view, 8> codes = {
      "5.1.1 ", "5.1.2 ", "5.1.3 ", "5.1.4 ", "5.1.6 ", "5.1.10 ", "5.2.1 ", "5.2.2 "};
  const std::string detail =
      std::string(reply.substr(std::min<std::size_t>(4, reply.size()))) + ' ';
  return std::ranges::any_of(codes,
                             [&](std::string_view code) { return detail.starts_with(code); });
}

struct Submitter::Connection {
  Conversation conversation;
  Upload upload;
  Handle handle;  // Last: it still says QUIT when it goes.

  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle.get(), option, value);
  }
  void configure(const Relay& relay, const std::string& url);
};

void Submitter::Connection::configure(const Relay& relay, const std::string& url) {
  set(CURLOPT_URL, url.c_str());
  // No other protocol, no proxy of the environment, no redirect. libcurl ignores SIGPIPE while it
  // works (with CURLOPT_NOSIGNAL it would not); it resolves names in threads and needs no SIGALRM.
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(relay.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(3 * relay.timeout.count()));
  // Of each reply, also to QUIT, which the other two do not bound. Whole seconds, at least one.
  set(CURLOPT_SERVER_RESPONSE_TIMEOUT,
      static_cast<long>(std::chrono::ceil<std::chrono::seconds>(relay.timeout).count()));
  set(CURLOPT_MAXAGE_CONN, 30L);  // A server may have closed an older one: start afresh.

  const bool verified = relay.tls == Relay::Tls::verify || (relay.login && !is_loopback(relay.url));
  set(CURLOPT_USE_SSL,
      static_cast<long>(relay.tls == Relay::Tls::may ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, verified ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, verified ? 2L : 0L);
  if (!relay.authorities.empty()) set(CURLOPT_CAINFO, relay.authorities.c_str());
  if (relay.login) {
    set(CURLOPT_USERNAME, relay.login->user.c_str());
    set(CURLOPT_PASSWORD, relay.login->password.c_str());
  }

  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &on_read);
  set(CURLOPT_READDATA, &upload);
  set(CURLOPT_VERBOSE, 1L);
  set(CURLOPT_DEBUGFUNCTION, &on_debug);
  set(CURLOPT_DEBUGDATA, &conversation);
}

Submitter::Submitter(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Submitter::~Submitter() = default;
Submitter::Submitter(Submitter&&) noexcept = default;
Submitter& Submitter::operator=(Submitter&&) noexcept = default;

base::Result<Submitter> Submitter::open(const Relay& relay, const base::Domain& hello) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return base::fail("libcurl cannot be initialised");
  const std::string url = TRY(url_for(relay, hello));
  auto connection = std::make_unique<Connection>();
  connection->handle.reset(curl_easy_init());
  if (!connection->handle) throw std::bad_alloc();
  connection->configure(relay, url);
  return Submitter(std::move(connection));
}

Submitted Submitter::submit(const std::optional<Mailbox>& sender, const Mailbox& recipient,
                            std::string_view octets) {
  Connection& to = *connection_;
  const List recipients(curl_slist_append(nullptr, recipient.text().c_str()));
  if (!recipients) throw std::bad_alloc();
  to.conversation = {};
  to.upload = {.octets = octets};
  std::array<char, CURL_ERROR_SIZE> problem{};
  to.set(CURLOPT_MAIL_FROM, (sender ? sender->text() : "").c_str());
  to.set(CURLOPT_MAIL_RCPT, recipients.get());
  to.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(octets.size()));
  to.set(CURLOPT_ERRORBUFFER, problem.data());
  const CURLcode result = curl_easy_perform(to.handle.get());
  to.set<curl_slist*>(CURLOPT_MAIL_RCPT, nullptr);
  to.set<char*>(CURLOPT_ERRORBUFFER, nullptr);
  const Submitted sent{
      .outcome = Submitted::Outcome::sent, .stage = Submitted::Stage::content, .reason = {}};
  if (result == CURLE_OK) return sent;

  const Conversation& said = to.conversation;
  // libcurl knows no other code than 250 there.
  if (said.took_message()) return sent;
  Submitted failed{.stage = said.stage(),
                   .code = said.code() >= 400 ? said.code() : 0,
                   .reason = said.command + ": "};
  failed.about_mailbox = failed.code != 0 && failed.stage == Submitted::Stage::recipient &&
                         is_about_mailbox(said.reply);
  if (said.refused_for_good()) failed.outcome = Submitted::Outcome::permanent;
  const std::string_view own = problem[0] != '\0' ? problem.data() : curl_easy_strerror(result);
  failed.reason += base::printable(failed.code != 0 ? std::string_view(said.reply) : own);
  return failed;
}

}  // namespace report
