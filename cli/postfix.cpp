#include "cli/postfix.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/postfix_settings.hpp"
#include "config/config.hpp"

namespace cli {

namespace {

constexpr std::size_t output_max = std::size_t{1} << 20;

// What a program prints, trimmed; an error when it cannot be run or fails. No shell is involved.
base::Result<std::string> run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail("pipe: " + words.front());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; failed == 0 && text.size() < output_max;) {
    count = ::read(ends[0], buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = failed;
  if (failed == 0) ::waitpid(child, &status, 0);
  if (status != 0) return base::fail(words.front() + ": not found, or it failed");
  return std::string(base::trim(text));
}

base::Result<std::string> postconf(const PostfixOptions& options, std::vector<std::string> words) {
  if (!options.directory.empty()) words.insert(words.begin(), {"-c", options.directory});
  words.insert(words.begin(), "postconf");
  return run(std::move(words));
}

// Whether a process of Postfix may connect to the socket now; nothing when it may. As root, asked
// as the user Postfix runs as; else as ourselves.
std::optional<std::string> unreachable(const std::string& path, const std::string& user) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return "its path is too long";
  path.copy(static_cast<char*>(address.sun_path), path.size());
  const passwd* const account = ::geteuid() == 0 ? ::getpwnam(user.c_str()) : nullptr;  // NOLINT(concurrency-mt-unsafe)
  const pid_t child = ::fork();
  if (child == 0) {
    if (account != nullptr && (::initgroups(account->pw_name, account->pw_gid) != 0 ||
                               ::setgid(account->pw_gid) != 0 || ::setuid(account->pw_uid) != 0)) {
      ::_exit(errno);
    }
    const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = ::connect(connection, reinterpret_cast<const sockaddr*>(&address),  // NOLINT
                                     sizeof address) == 0;
    ::_exit(connected ? 0 : errno);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return "fork failed";
  const int reason = WEXITSTATUS(status);
  if (reason == 0) return std::nullopt;
  if (reason == EACCES) return "the user " + user + " may not connect to it";
  if (reason == ENOENT || reason == ECONNREFUSED) return "nobody listens there";
  return std::string(std::strerror(reason));  // NOLINT(concurrency-mt-unsafe)
}

struct Site {
  std::string socket;  // In libmilter's spelling.
  std::string mail_owner;
  std::string directory;  // Of main.cf.
  PostfixSettings settings;
};

base::Result<std::string> socket_of(const PostfixOptions& options) {
  const auto config =
      load_config(options.config.empty() ? std::nullopt : std::optional(options.config));
  if (!config) return base::fail(config.error().what);
  return config->socket;
}

base::Result<Site> examine(const PostfixOptions& options, std::string socket) {
  const auto version = postconf(options, {"-h", "mail_version"});
  if (!version) return base::fail("is Postfix installed? " + version.error().what);
  std::array<std::string, 7> texts;
  const std::array<std::vector<std::string>, 7> questions = {{{"-h", "queue_directory"},
                                                              {"-h", "smtpd_milters"},
                                                              {"-hn", "milter_default_action"},
                                                              {"-M"},
                                                              {"-P"},
                                                              {"-h", "mail_owner"},
                                                              {"-h", "config_directory"}}};
  for (std::size_t i = 0; i < questions.size(); ++i) {
    auto text = postconf(options, questions[i]);
    if (!text) return std::unexpected(text.error());
    texts[i] = *std::move(text);
  }
  Site site{.socket = std::move(socket), .mail_owner = texts[5], .directory = texts[6], .settings = {}};
  site.settings.queue_directory = texts[0];
  site.settings.milters = texts[1];
  site.settings.default_action = texts[2];
  site.settings.services = smtpd_services(texts[3], texts[4], site.socket, texts[0]);
  return site;
}

base::Result<Site> examine(const PostfixOptions& options) {
  const auto socket = socket_of(options);
  if (!socket) return std::unexpected(socket.error());
  return examine(options, *socket);
}

std::optional<std::string> unreachable(const Site& site) {
  if (!site.socket.starts_with("unix:")) return std::nullopt;  // Whoever listens asks nobody who he is.
  return unreachable(site.socket.substr(5), site.mail_owner);
}

void show(const Site& site, const std::vector<PostfixChange>& changes, Output output) {
  output.out << site.directory << "/main.cf:\n";
  for (const PostfixChange& change : changes) {
    if (!change.before.empty()) output.out << "- " << change.parameter << " = " << change.before << '\n';
    output.out << "+ " << change.parameter << " = " << change.after << '\n';
  }
}

int carry_out(const PostfixOptions& options, const Site& site,
              const std::vector<PostfixChange>& changes, Output output) {
  show(site, changes, output);
  if (!options.yes) {
    output.out << "Nothing is changed yet: --yes writes this.\n";
    return EX_OK;
  }
  std::vector<std::string> words = {"-e"};
  for (const PostfixChange& change : changes)
    words.push_back(change.parameter + " = " + change.after);
  if (const auto written = postconf(options, words); !written) {
    return tell({"postern: " + written.error().what, EX_CANTCREAT}, output);
  }
  output.out << "Written. In force after: postfix reload\n";
  return EX_OK;
}

int refused(const std::string& why, Output output) {
  return tell({"postern: " + why, EX_CONFIG}, output);
}

}  // namespace

int postfix_enable(const PostfixOptions& options, Output output) {
  const auto site = examine(options);
  if (!site) return refused(site.error().what, output);
  const auto& services = site->settings.services;
  for (const PostfixSettings::Service& service : services) {
    if (service.has_own_milters && !service.asks_us) {
      output.out << service.name << " has smtpd_milters of its own in master.cf: it will not ask us.\n";
    }
  }
  if (std::ranges::all_of(services, &PostfixSettings::Service::has_own_milters)) {
    return refused("no service of master.cf would ask: none runs smtpd with main.cf's milters", output);
  }
  const auto address = postfix_address(site->socket, site->settings);
  if (!address) return refused(address.error().what, output);
  if (const auto why = unreachable(*site)) {
    return refused("mail would have to wait, " + site->socket + ": " + *why +
                       ".\nIs postern-milter running? Is the user " + site->mail_owner +
                       " in the socket's group? (operating.md, section 2)",
                   output);
  }
  const auto changes = changes_to_enable(site->settings, site->socket, *address);
  if (changes.empty()) {
    output.out << "Postfix asks this filter already.\n";
    return EX_OK;
  }
  return carry_out(options, *site, changes, output);
}

int postfix_disable(const PostfixOptions& options, Output output) {
  // Whatever is wrong with our configuration, mail must flow again: postern.sock is known by name.
  const auto site = examine(options, socket_of(options).value_or(config::Config().socket));
  if (!site) return refused(site.error().what, output);
  int status = EX_OK;
  for (const PostfixSettings::Service& service : site->settings.services) {
    if (!service.asks_us) continue;
    output.error << "postern: " << service.name
                 << " of master.cf has us in smtpd_milters of its own: take that out by hand\n";
    status = EX_CONFIG;
  }
  const auto changes = changes_to_disable(site->settings, site->socket);
  if (changes.empty()) {
    output.out << "Postfix does not ask this filter by main.cf.\n";
    return status;
  }
  const int done = carry_out(options, *site, changes, output);
  return done == EX_OK ? status : done;
}

int postfix_status(const PostfixOptions& options, Output output) {
  const auto site = examine(options);
  if (!site) return refused(site.error().what, output);
  const PostfixSettings& settings = site->settings;
  const bool in_main_cf = !changes_to_disable(settings, site->socket).empty();
  bool passes = false;
  for (const PostfixSettings::Service& service : settings.services) {
    const bool asks = service.has_own_milters ? service.asks_us : in_main_cf;
    passes = passes || asks;
    output.out << service.name << (asks ? ": asks this filter" : ": does not ask this filter")
               << (service.chrooted ? ", in a chroot\n" : "\n");
  }
  output.out << "when the filter is away: "
             << (settings.default_action.empty() ? "Postfix's default" : settings.default_action) << '\n';
  if (const auto why = unreachable(*site)) {
    output.out << site->socket << ": " << *why << '\n';
    return 1;
  }
  if (const auto address = postfix_address(site->socket, settings); !address) {
    output.out << address.error().what << '\n';
    return 1;
  }
  return passes ? EX_OK : 1;
}

void add_postfix(const Words& postern) {
  const Words postfix =
      postern.group("postfix", "Whether Postfix asks this filter: show it, or change it");
  auto& options = postern.keep<PostfixOptions>();
  const auto add = [&](const char* name, const char* text,
                       int (*run)(const PostfixOptions&, Output)) {
    const Words command =
        postfix.command(name, text, [&, run](Output output) { return run(options, output); });
    command.option("-c,--config", options.config,
                   "Configuration; default " + std::string(default_config_file), value::file);
    command.option("--directory", options.directory, "Where main.cf is; default as postconf(1)",
                   value::directory);
    return command;
  };
  const char* const yes = "Write it with postconf(1)";
  add("enable",
      "Show which lines of main.cf let mail pass through the filter; refuse what would make mail "
      "wait",
      postfix_enable)
      .flag("--yes", options.yes, yes);
  add("disable", "Show what takes the filter out of main.cf", postfix_disable)
      .flag("--yes", options.yes, yes);
  add("status", "Say which services ask it; exit status 1 for none", postfix_status);
}

}  // namespace cli
