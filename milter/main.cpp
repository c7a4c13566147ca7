// postern-milter: its words, and the daemon behind them.
#include <filesystem>
#include <iostream>
#include <string>
#include <variant>

#include <getopt.h>
#include <sysexits.h>

#include "config/config.hpp"
#include "config/socket.hpp"
#include "milter/daemon.hpp"

namespace {

constexpr char usage[] =
    "usage: postern-milter [-c FILE] [-p SOCKET] [-n] [-f] [-V]\n"
    "  -c FILE    configuration (default /etc/postern/postern.toml)\n"
    "  -p SOCKET  listen here instead of [milter] socket\n"
    "  -n         check the configuration and exit\n"
    "  -f         stay in the foreground (always so; accepted for habit)\n"
    "  -V         print the version and exit\n";

struct Arguments {
  std::filesystem::path file = "/etc/postern/postern.toml";
  std::string socket;
  bool check_only = false;
};

struct Exit {
  int status = EX_OK;
};

std::variant<Arguments, Exit> parse_arguments(int argc, char** argv) {
  Arguments arguments;
  constexpr option words[] = {{"config", required_argument, nullptr, 'c'},
                              {"help", no_argument, nullptr, 'h'},
                              {"version", no_argument, nullptr, 'V'},
                              {}};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread begins.
  for (int option = 0; (option = getopt_long(argc, argv, "c:p:nfVh", words, nullptr)) != -1;) {
    switch (option) {
      case 'c':
        arguments.file = optarg;
        break;
      case 'p':
        arguments.socket = optarg;
        break;
      case 'n':
        arguments.check_only = true;
        break;
      case 'f':
        break;
      case 'V':
        std::cout << "postern-milter " POSTERN_VERSION "\n";
        return Exit{EX_OK};
      case 'h':
        std::cout << usage;
        return Exit{EX_OK};
      default:
        std::cerr << usage;
        return Exit{EX_USAGE};
    }
  }
  if (optind < argc) {
    std::cerr << "postern-milter: unexpected argument: " << argv[optind] << '\n' << usage;
    return Exit{EX_USAGE};
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse_arguments(argc, argv);
  if (const auto* exit = std::get_if<Exit>(&arguments)) return exit->status;
  auto given = std::get<Arguments>(arguments);
  auto config = config::load(given.file);
  if (!config) {
    std::cerr << config.error().what << '\n';
    return EX_CONFIG;
  }
  if (!given.socket.empty()) {
    auto socket = config::milter_socket(given.socket);
    if (!socket) {
      std::cerr << "-p: " << socket.error().what << '\n';
      return EX_USAGE;
    }
    given.socket = *std::move(socket);
  }
  if (given.check_only) {
    std::cout << given.file.string() << ": ok\n";
    return EX_OK;
  }
  return milter::Daemon(std::move(given.file), std::move(given.socket), *std::move(config)).run();
}
