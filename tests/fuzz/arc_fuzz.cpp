// ARC chains: any header section gives a chain or a defect, and bounded work; and of a chain that
// was sealed properly no octet of any of its fields can change without the chain failing.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/signer.hpp"
#include "verify/arc/arc.hpp"
#include "verify/dkim/canonical.hpp"
#include "verify/dkim/header_hash.hpp"

namespace {

const base::WallTime now{std::chrono::seconds(1'800'000'000)};

arc::Result judge(const mail::Headers& headers, std::string_view body) {
  const arc::Chain chain = arc::find_chain(headers, {});
  fuzz::require(chain.sets.empty() || (!chain.defect && chain.sets.size() == chain.instances));
  fuzz::require(chain.instances <= arc::Options().sets_max);
  const std::vector<dns::Question> questions = arc::key_questions(chain);
  fuzz::require(questions.size() <= chain.sets.size() + 1);
  std::vector<dns::Answer> answers;
  for (const dns::Question& question : questions) {
    fuzz::require(std::ranges::count(questions, question) == 1);
    answers.push_back(
        {.outcome = dns::Outcome::found, .records = {support::SigningKey::ed25519().record()}});
  }
  dkim::BodyHashes hashes;
  arc::want_body_hashes(chain, hashes);
  hashes.feed(body);
  hashes.finish();
  dkim::KeyCache keys;
  const dkim::Message message(headers, hashes);
  const dkim::Clock clock{.now = now, .received = now};
  const arc::Result result = arc::judge(chain, answers, message, {}, keys, clock);
  fuzz::require(result == arc::judge(chain, answers, message, {}, keys, clock));
  return result;
}

void check_result(const arc::Result& result) {
  using enum arc::Status;
  fuzz::require(result.oldest_pass <= result.instances);
  fuzz::require((result.status == fail) == !result.detail.empty());
  fuzz::require(result.sealers.size() == (result.status == pass ? result.instances : 0));
  if (result.status == none) fuzz::require(result.instances == 0);
}

void check_hostile(std::string_view text) {
  const fuzz::Message message = fuzz::message_of(text);
  check_result(judge(message.headers, message.body));
}

// As a seal covers it: relaxed, without b=.
std::string covered(const mail::HeaderField& field) {
  return dkim::canonical_field(dkim::without_signature(field), dkim::Canon::relaxed);
}

const support::Fields& sealed_fields() {
  static const support::Fields fields = [] {
    support::Fields made = {{"From", " a@example.com"}, {"To", " b@example.net"}};
    for (const char* instance : {"1", "2", "3"}) {
      support::ArcSet set;
      set.instance = instance;
      set.cv = set.instance == "1" ? "none" : "pass";
      set.identity = "d=sealer.example; s=seal; a=ed25519-sha256";
      made = support::seal(made, "text\r\n", support::SigningKey::ed25519(), set);
    }
    return made;
  }();
  return fields;
}

// One of the nine fields of a good chain, changed as the input says.
void check_forged(fuzz::Input input) {
  support::Fields fields = sealed_fields();
  mail::HeaderField& field = fields[input.below(9)];
  const mail::HeaderField original = field;
  const std::size_t at = input.below(field.value.size());
  const std::size_t cut = std::min<std::size_t>(input.below(4), field.value.size() - at);
  field.value.replace(at, cut, input.text().substr(0, 8));
  const arc::Result result = judge(support::to_headers(fields), "text\r\n");
  check_result(result);
  const bool unchanged = covered(field) == covered(original);
  fuzz::require(result.status != arc::Status::pass || unchanged);
  if (field.value == original.value) fuzz::require(result.status == arc::Status::pass);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_hostile(text);
  check_hostile(fuzz::fold(text, {"\nARC-Seal:",
                                  "\nARC-Message-Signature:",
                                  "\nARC-Authentication-Results:",
                                  "i=1;",
                                  "i=2;",
                                  "i=51;",
                                  "cv=none;",
                                  "cv=pass;",
                                  "cv=fail;",
                                  "a=ed25519-sha256;",
                                  "b=AAAA;",
                                  "d=b.example;",
                                  "s=s;",
                                  "h=from;",
                                  "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;",
                                  "t=5;",
                                  "c=relaxed/relaxed;",
                                  "a.example; spf=pass",
                                  ";",
                                  " ",
                                  "9"}));
  check_forged(fuzz::Input(text));
  return 0;
}
