// Body canonicalization and hashes: cut anywhere, the body gives the same, and it is what a plain
// reading of RFC 6376 §3.4 gives.

#include <algorithm>
#include <vector>

#include "tests/fuzz/fuzz.hpp"
#include "verify/dkim/body_hashes.hpp"
#include "verify/dkim/canonical.hpp"

namespace {

using dkim::Canon;

// RFC 6376 §3.4.3, §3.4.4, in the order of the text, without regard to speed.
std::string reference(std::string_view body, Canon canon) {
  std::vector<std::string> lines;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find("\r\n"), body.size());
    std::string line;
    for (const char c : body.substr(0, end)) {
      const bool blank = canon == Canon::relaxed && (c == ' ' || c == '\t');
      if (blank && line.ends_with(' ')) continue;
      line += blank ? ' ' : c;
    }
    if (canon == Canon::relaxed && line.ends_with(' ')) line.pop_back();
    lines.push_back(std::move(line));
    body.remove_prefix(std::min(end + 2, body.size()));
  }
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  if (lines.empty() && canon == Canon::simple) return "\r\n";
  std::string result;
  for (const std::string& line : lines)
    result += line + "\r\n";
  return result;
}

// `body` in pieces whose lengths come from `seed`; 0 is the whole at once.
std::vector<std::string_view> cut(std::string_view body, unsigned seed) {
  std::vector<std::string_view> pieces;
  unsigned state = seed;
  while (!body.empty()) {
    state = state * 1664525 + 1013904223;
    const std::size_t length = seed == 0 ? body.size() : seed == 1 ? 1 : (state >> 16) % 90;
    pieces.push_back(body.substr(0, length));
    body.remove_prefix(pieces.back().size());
  }
  return pieces;
}

std::string canonical(const std::vector<std::string_view>& pieces, Canon canon) {
  dkim::BodyCanonicalizer canonicalizer(canon);
  std::string text;
  const auto sink = [&](std::string_view part) { text += part; };
  for (const std::string_view piece : pieces)
    canonicalizer.feed(piece, sink);
  canonicalizer.finish(sink);
  return text;
}

void check_hash(const dkim::BodyHashes& hashes, std::string_view whole,
                const dkim::BodyHashSpec& spec) {
  using Coverage = dkim::BodyHash::Coverage;
  const auto hash = hashes.of(spec);
  fuzz::require(hash.has_value());
  const std::uint64_t length = spec.length.value_or(whole.size());
  if (length > whole.size()) return fuzz::require(hash->coverage == Coverage::too_short);
  fuzz::require(hash->coverage == (length < whole.size() ? Coverage::partial : Coverage::whole));
  fuzz::require(hash->value == crypto::sha256(crypto::bytes_of(whole.substr(0, length))));
}

void check(std::string_view body, unsigned seed) {
  for (const unsigned cuts : {0U, 1U, seed}) {
    if (cuts == 1 && body.size() > 1000) continue;  // Octet by octet, and slow.
    const auto pieces = cut(body, cuts);
    const std::vector<dkim::BodyHashSpec> specs = {
        {Canon::simple, std::nullopt}, {Canon::simple, seed % 97},     {Canon::simple, seed},
        {Canon::relaxed, seed % 61},   {Canon::relaxed, std::nullopt}, {Canon::relaxed, 0},
    };
    dkim::BodyHashes hashes;
    for (const dkim::BodyHashSpec& spec : specs)
      hashes.want(spec);
    for (const std::string_view piece : pieces)
      hashes.feed(piece);
    hashes.finish();
    for (const Canon canon : {Canon::simple, Canon::relaxed}) {
      const std::string expected = reference(body, canon);
      fuzz::require(canonical(pieces, canon) == expected);
      for (const dkim::BodyHashSpec& spec : specs)
        if (spec.canon == canon) check_hash(hashes, expected, spec);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(fuzz::text_of(data, size));
  const auto seed = static_cast<unsigned>(input.below(65536));
  check(input.rest(), seed);
  check(fuzz::fold(input.rest(),
                   {"a", " ", "\t", "\r\n", "\r", "\n", "\r\n\r\n", " \r\n",
                    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}),
        seed);
  return 0;
}
