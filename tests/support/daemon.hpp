#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/time.hpp"
#include "tests/support/temporary_folder.hpp"

namespace support {

// How a process came to its end.
struct Ending {
  int status = -1;  // Exit status, or 128 + the signal.
  std::chrono::milliseconds took{0};
  std::string log;  // All of standard error.

  // Nothing for a sanitizer's report in the log, else its first line.
  [[nodiscard]] std::optional<std::string> sanitizer_report() const;
};

// The program of one process, ended with its object, whatever happens.
class Process {
 public:
  // Standard error goes to `log`, appended.
  Process(const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment, std::filesystem::path log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return id_; }
  [[nodiscard]] bool running();
  void signal(int number) const;
  // Waits for the end; kills it when that does not come.
  Ending wait(std::chrono::milliseconds patience = std::chrono::seconds(20));
  [[nodiscard]] std::string log() const;

 private:
  pid_t id_ = -1;
  std::filesystem::path log_;
  std::optional<int> status_;
};

// postern-milter as a process, in a private folder, asking a DNS server of the test.
class Daemon {
 public:
  enum class Socket { local, inet };
  using Settings = std::vector<std::pair<std::string, std::string>>;  // TOML: dotted key, value.

  // `program` is the binary, `nameserver` "127.0.0.1:5353". Does not start it.
  Daemon(std::filesystem::path program, std::string nameserver, Socket kind = Socket::local);

  // What every test's configuration begins with.
  [[nodiscard]] Settings settings() const;
  // Replaces the configuration file.
  void configure(std::string_view toml) const;
  void configure() const;  // Nothing but settings().

  // Starts it and waits until it listens. False, with the reason in log(), when it ends instead.
  [[nodiscard]] bool start(std::optional<base::WallTime> now = std::nullopt);
  // Starts it and waits until it ends.
  [[nodiscard]] Ending run();
  void signal(int number) const { process_->signal(number); }
  // SIGTERM, and the end.
  [[nodiscard]] Ending stop();
  [[nodiscard]] Ending kill();
  [[nodiscard]] bool running() { return process_ && process_->running(); }

  [[nodiscard]] const std::string& socket() const noexcept { return socket_; }
  [[nodiscard]] std::filesystem::path socket_file() const { return folder_ / "milter.sock"; }
  [[nodiscard]] std::filesystem::path configuration_file() const {
    return folder_ / "postern.toml";
  }
  [[nodiscard]] std::string log() const;
  // False when the text is not in the log in time.
  [[nodiscard]] bool wait_for_log(std::string_view text) const;
  [[nodiscard]] std::vector<std::string> events() const;
  [[nodiscard]] std::size_t open_descriptors() const;
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }

 private:
  void launch(std::optional<base::WallTime> now);

  const TemporaryFolder folder_;
  const std::filesystem::path program_;
  const std::string nameserver_;
  const std::string socket_;
  std::unique_ptr<Process> process_;
};

// True as soon as `holds` is, at most 10 s from now.
template <class Condition>
[[nodiscard]] bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace support
