#include "tests/support/gateway.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/scenario_text.hpp"

namespace support {

namespace fs = std::filesystem;

struct Gateway::Parts {
  Parts(dns::Resolver& given_resolver, config::Config config, std::optional<base::WallTime> now)
      : resolver(given_resolver) {
    auto opened = event::Spool::open({.directory = folder / "spool"});
    if (!opened) throw std::runtime_error(opened.error().what);
    spool.emplace(*std::move(opened));
    services = std::make_shared<const milter::Services>(milter::Services{
        .authserv_id = config.authserv_id,
        .gateway = config.gateway,
        .config = "1-" + config::digest(config),
        .verify = config.verify,
        .rules = config.policy,
        .line = config.line,
        .test_now = now,
        .owner = nullptr,
        .checks = {resolver, workers, keys},
        .spool = *spool,
        .observe = {},
    });
  }

  dns::Resolver& resolver;
  TemporaryFolder folder;
  dkim::KeyCache keys;
  std::optional<event::Spool> spool;
  std::shared_ptr<const milter::Services> services;
  base::WorkerPool workers{4, 64};  // Last: its tasks use what is above.
};

Gateway::Gateway(dns::Resolver& resolver, std::string_view settings,
                 std::optional<base::WallTime> now) {
  auto config = config::parse(settings, "settings");
  if (!config) throw std::runtime_error(config.error().what);
  parts_ = std::make_unique<Parts>(resolver, *std::move(config), now);
}

Gateway::~Gateway() = default;

std::shared_ptr<const milter::Services> Gateway::services() const { return parts_->services; }

std::vector<std::string> Gateway::events() const { return spool_lines(spool_folder()); }

fs::path Gateway::spool_folder() const { return parts_->folder / "spool"; }

void tell_connection(milter::Session& session, const Dialogue& dialogue) {
  std::optional<base::IpAddress> client;
  if (dialogue.client) client = base::IpAddress::parse(*dialogue.client);
  session.connect(client, dialogue.client_name, MtaOptions{}.hostname);
  if (!dialogue.helo.empty()) session.helo(dialogue.helo);
}

void tell_message(milter::Session& session, const Dialogue& dialogue,
                  const std::function<void()>& between) {
  const auto pause = [&] {
    if (between) between();
  };
  session.mail_from(dialogue.mail_from, !dialogue.auth_user.empty(), dialogue.auth_user);
  pause();
  for (const std::string& recipient : dialogue.recipients) {
    session.rcpt_to(recipient);
  }
  pause();
  for (const Letter::Field& field : dialogue.letter.fields) {
    // A milter gets C strings: what follows a NUL is lost.
    const std::string_view value = std::string_view(field.value).substr(0, field.value.find('\0'));
    session.header(field.name, with_crlf(value));
  }
  pause();
  session.end_of_headers();
  pause();
  constexpr std::size_t chunk_octets = 65'535;
  for (std::string_view rest = dialogue.letter.body; !rest.empty();) {
    session.body(rest.substr(0, chunk_octets));
    rest.remove_prefix(std::min(chunk_octets, rest.size()));
  }
  pause();
}

Answer answer_of(const milter::Response& response, const Letter& letter) {
  Answer answer;
  answer.letter = letter;
  answer.hold_reason = response.hold_reason;
  for (const milter::HeaderEdit& edit : response.edits) {
    if (edit.kind == milter::HeaderEdit::Kind::insert_first) {
      answer.letter.insert(0, edit.name, edit.value);
    } else {
      answer.letter.change(edit.name, static_cast<std::size_t>(edit.occurrence), "");
    }
  }
  const policy::Reply& reply = response.decision.reply;
  if (response.decision.action == policy::Action::reject) answer.kind = Answer::Kind::reject;
  if (response.decision.action == policy::Action::defer) answer.kind = Answer::Kind::defer;
  if (answer.kind != Answer::Kind::deliver) {
    answer.reply = std::to_string(reply.code) + ' ' + reply.enhanced_code + ' ' + reply.text;
  }
  return answer;
}

std::vector<std::string> spool_lines(const fs::path& folder) {
  std::vector<fs::path> segments;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") segments.push_back(entry.path());
  }
  std::ranges::sort(segments);
  std::vector<std::string> lines;
  for (const fs::path& segment : segments) {
    std::ifstream in(segment);
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
  }
  return lines;
}

}  // namespace support
