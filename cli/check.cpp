#include "cli/check.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <system_error>
#include <utility>

#include <sysexits.h>
#include <unistd.h>

#include "base/safe_file.hpp"
#include "base/text.hpp"
#include "cli/message.hpp"
#include "cli/record.hpp"
#include "cli/verdict.hpp"
#include "config/config.hpp"
#include "event/event.hpp"
#include "event/examination.hpp"
#include "event/site_key.hpp"
#include "policy/decision.hpp"
#include "verify/stack.hpp"
#include "verify/verification.hpp"

namespace cli {

namespace {

using std::chrono::system_clock;

std::unexpected<Failure> unreadable(const std::string& name, int error) {
  const bool forbidden = error == EACCES || error == EPERM;
  return failure(name + ": " + std::generic_category().message(error),
                 forbidden ? EX_NOPERM : EX_NOINPUT);
}

Result<std::string> contents(const std::string& name) {
  const auto close = [&](std::FILE* file) { return file == stdin ? 0 : std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(
      name == "-" ? stdin : std::fopen(name.c_str(), "rbe"), close);
  if (!file) return unreadable(name, errno);
  std::string text;
  std::string chunk(1 << 16, '\0');
  std::size_t octets = 0;
  do {
    octets = std::fread(chunk.data(), 1, chunk.size(), file.get());
    text.append(chunk, 0, octets);
  } while (octets == chunk.size());
  if (std::ferror(file.get()) != 0) return unreadable(name, errno);
  return text;
}

std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  name.resize(name.find('\0'));
  return name;
}

// What stays the same for all files of one run.
struct Run {
  const CheckOptions& options;
  const config::Config& config;
  verify::Services services;
  verify::Connection connection{};
  std::function<policy::Circumstances(const verify::Facts&)> circumstances{};
};

event::Event judge(const Run& run, Message message) {
  const base::WallTime now = run.options.now.value_or(system_clock::now());
  event::Examination examination(
      run.connection, run.options.mail_from,
      {run.config.verify, run.config.policy, run.services, run.circumstances}, now);
  for (const std::string& recipient : run.options.recipients)
    examination.recipient(recipient);
  policy::OwnFields own_fields(run.config.policy, run.connection.receiver);
  for (const mail::HeaderField& field : message.headers.fields())
    own_fields.see(field.name, field.value);
  examination.own_fields(own_fields.count());
  examination.end_of_headers(std::move(message.headers), message.headers_complete);
  // In the pieces of a milter (MILTER_CHUNK_SIZE), so that both go the same way.
  constexpr std::size_t piece_max = 65'535;
  for (std::string_view rest = message.body; !rest.empty();) {
    const std::string_view piece = rest.substr(0, piece_max);
    examination.body(piece);
    rest.remove_prefix(piece.size());
  }
  event::Event event = examination.finish(event::make_event_id(now));
  event.time = now;
  event.gateway = run.connection.receiver;
  event.config = "check-" + config::digest(run.config);
  return event;
}

// False when the scenario could not be written.
bool record(const std::filesystem::path& file, const event::Event& event, const Run& run,
            std::string_view text) {
  return base::write_file(file, to_scenario(event, run.config, text)).has_value();
}

int check_files(const Run& run, Output output) {
  const CheckOptions& options = run.options;
  int status = EX_OK;
  for (const std::string& name : options.files) {
    const Result<std::string> text = contents(name);
    if (!text) {
      status = tell(text.error(), output);
      continue;
    }
    if (text->empty()) {
      status = tell({name + ": is empty", EX_DATAERR}, output);
      continue;
    }
    const event::Event event = judge(run, read_message(*text, run.config.verify.header_octets_max));
    if (options.record && !record(*options.record, event, run, *text)) {
      status = tell({options.record->string() + ": cannot be written", EX_CANTCREAT}, output);
    }
    if (options.json) {
      output.out << event::to_line(event, run.config.line) << '\n';
    } else {
      output.out << name << '\n' << describe(event);
    }
  }
  return status;
}

}  // namespace

int check(const CheckOptions& options, Output output) {
  const std::optional<base::IpAddress> client = base::IpAddress::parse(options.ip);
  if (!client) {
    return tell({"--ip: \"" + base::printable(options.ip) + "\" is no IP address", EX_USAGE},
                output);
  }
  if (options.record && options.files.size() != 1) {
    return tell({"--record: takes one message file", EX_USAGE}, output);
  }
  auto config = load_config(options.config);
  if (!config) return tell(config.error(), output);
  if (config->verify.lot_key.empty()) {  // Where it cannot be read, lots are not the daemon's.
    config->verify.lot_key = event::read_site_key(config->spool.directory).value_or("");
  }
  const auto stack = verify::Stack::open({config->dns, config->cache, config->spf_threads});
  if (!stack) return tell({stack.error().what}, output);
  Run run{options, *config, (*stack)->services()};
  // What a gateway knows beside the message, one run cannot know.
  run.circumstances = [](const verify::Facts&) { return policy::Circumstances{}; };
  run.connection.client = client;
  run.connection.client_name = options.name;
  run.connection.helo = options.helo;
  run.connection.user = options.user;
  run.connection.authenticated = !options.user.empty();
  run.connection.receiver = config->authserv_id.empty() ? host_name() : config->authserv_id;
  return finished(output, check_files(run, output));
}

void add_check(const Words& postern) {
  auto& options = postern.keep<CheckOptions>();
  auto& now = postern.keep<GivenTime>();
  const Words check = postern.command(
      "check", "Verify message files as the daemon would; print the verdict and why",
      [&](Output output) {
        options.now = wall_time(now);
        return cli::check(options, output);
      });
  check.option("--ip", options.ip, "Address of the SMTP client", value::address).required();
  check.option("--name", options.name, "Its name, as the MTA found it", value::name);
  check.option("--user", options.user, "Who logged in by SMTP AUTH", value::name);
  check.option("--helo", options.helo, "What it said in HELO", value::name).required();
  check.option("--from", options.mail_from, "Its MAIL FROM; \"<>\" for none", value::address)
      .required();
  check.option("--rcpt", options.recipients, "A recipient; may be repeated", value::address)
      .one_each();
  check.flag("--json", options.json, "Print events, one JSON object a line");
  add_config_option(check, options.config);
  check.option("--record", options.record,
               "Write the message, the DNS answers and the outcome as a scenario; one FILE",
               value::file);
  add_now(check, now, "Judge signatures at this time, seconds since 1970");
  check.option("FILE", options.files, "Message files; \"-\" is standard input", value::file)
      .required();
}

}  // namespace cli
