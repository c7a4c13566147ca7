#include "tests/support/daemon.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/gateway.hpp"
#include "tests/support/mta.hpp"
#include "tests/support/scenario_text.hpp"

namespace support {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

int exit_status(int waited) {
  return WIFEXITED(waited) ? WEXITSTATUS(waited) : 128 + WTERMSIG(waited);
}

// A port nobody listens on, below those that the system gives away: nobody takes it by chance
// before the daemon does.
std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports(10'000, 32'000);
  for (int tries = 0; tries < 100; ++tries) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const std::uint16_t port = ports(random);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int bound =
        ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::close(descriptor);
    if (bound == 0) return port;
  }
  throw std::runtime_error("no free port");
}

std::string socket_name(Daemon::Socket kind, const fs::path& folder) {
  if (kind == Daemon::Socket::local) return "unix:" + (folder / "milter.sock").string();
  return "inet:" + std::to_string(free_port()) + "@127.0.0.1";
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

std::optional<std::string> Ending::sanitizer_report() const {
  for (const char* const sign : {"Sanitizer", "runtime error:"}) {
    const std::size_t at = log.find(sign);
    if (at == std::string::npos) continue;
    const std::size_t begin = log.rfind('\n', at) + 1;
    return log.substr(begin, 2000);
  }
  return std::nullopt;
}

Process::Process(const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment, fs::path log)
    : log_(std::move(log)) {
  // All is made ready before fork(): between it and exec little is allowed.
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  for (const auto& [name, value] : environment)
    variables.push_back(std::string(name).append("=").append(value));
  const auto pointers = [](const std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (const std::string& text : texts)
      out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
  };
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(variables);
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0) throw std::runtime_error("cannot fork");
  if (id_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int to = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (::getppid() == parent && to >= 0) {
    ::dup2(to, STDERR_FILENO);
    ::dup2(to, STDOUT_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
  }
  ::_exit(127);
}

Process::~Process() {
  if (running()) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
}

bool Process::running() {
  int waited = 0;
  if (!status_ && ::waitpid(id_, &waited, WNOHANG) == id_) status_ = exit_status(waited);
  return !status_;
}

void Process::signal(int number) const {
  if (!status_) ::kill(id_, number);
}

Ending Process::wait(milliseconds patience) {
  const auto began = steady_clock::now();
  while (running() && steady_clock::now() < began + patience)
    std::this_thread::sleep_for(milliseconds(2));
  Ending ending;
  ending.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
  if (running()) {
    ::kill(id_, SIGKILL);
    int waited = 0;
    ::waitpid(id_, &waited, 0);
    status_ = exit_status(waited);
  }
  ending.status = *status_;
  ending.log = log();
  return ending;
}

std::string Process::log() const { return read_file(log_).value_or(""); }

Daemon::Daemon(fs::path program, std::string nameserver, Socket kind)
    : program_(std::move(program)),
      nameserver_(std::move(nameserver)),
      socket_(socket_name(kind, folder_.path())) {
  configure();
}

Daemon::Settings Daemon::settings() const {
  return {{"milter.socket", in_quotes(socket_)},
          {"milter.authserv_id", in_quotes("mx.example.org")},
          {"dns.servers", "[" + in_quotes(nameserver_) + "]"},
          {"dns.timeout_ms", "300"},
          {"dns.attempts", "1"},
          {"spool.directory", in_quotes((folder_ / "spool").string())}};
}

void Daemon::configure(std::string_view toml) const {
  std::ofstream(configuration_file(), std::ios::trunc) << toml;
}

void Daemon::configure() const {
  std::string toml;
  for (const auto& [key, value] : settings())
    toml.append(key).append(" = ").append(value).append("\n");
  configure(toml);
}

void Daemon::launch(std::optional<base::WallTime> now) {
  std::map<std::string, std::string> environment;
  if (now) {
    environment["POSTERN_TEST_NOW"] =
        std::to_string(std::chrono::floor<base::Seconds>(now->time_since_epoch()).count());
  }
  process_ = std::make_unique<Process>(
      std::vector<std::string>{program_.string(), "-c", configuration_file().string()}, environment,
      folder_ / "log");
}

bool Daemon::start(std::optional<base::WallTime> now) {
  launch(now);
  return eventually([&] { return !running() || Mta::connect(socket_).has_value(); }) && running();
}

Ending Daemon::run() {
  launch(std::nullopt);
  return process_->wait();
}

Ending Daemon::stop() {
  signal(SIGTERM);
  return process_->wait();
}

Ending Daemon::kill() {
  signal(SIGKILL);
  return process_->wait();
}

std::string Daemon::log() const { return read_file(folder_ / "log").value_or(""); }

bool Daemon::wait_for_log(std::string_view text) const {
  return eventually([&] { return log().find(text) != std::string::npos; });
}

std::vector<std::string> Daemon::events() const { return spool_lines(folder_ / "spool"); }

std::size_t Daemon::open_descriptors() const {
  const fs::path folder = "/proc/" + std::to_string(process_->id()) + "/fd";
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace support
