// DKIM key records and the keys inside: any octets give a key or a reason, the memo says the same,
// and no key accepts a signature that nobody made.

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"
#include "verify/dkim/key.hpp"
#include "verify/dkim/key_cache.hpp"

namespace {

using Parsed = base::Result<dkim::Key, dkim::Reason>;

bool same(const Parsed& a, const Parsed& b) {
  if (!a || !b) return a.has_value() == b.has_value() && a.error() == b.error();
  return a->testing == b->testing && a->strict_identity == b->strict_identity &&
         a->key.type() == b->key.type() && a->key.bits() == b->key.bits();
}

void check(std::string_view record, std::string_view signature) {
  const Parsed key = dkim::parse_key(record);
  dkim::KeyCache cache(2);
  for (int i = 0; i < 2; ++i)
    fuzz::require(same(key, *cache.parse(record)));
  if (!key) return;
  fuzz::require(key->key.bits() >= 1 && key->key.bits() <= 8192);
  if (key->key.bits() < 512) return;  // Small enough to be signed for by chance.
  (void)key->key.verify(crypto::Sha256{}, crypto::bytes_of(signature));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text, text);
  check(fuzz::fold(text, {"v=DKIM1;", "k=rsa;", "k=ed25519;", "p=", "h=sha256", "s=email", "t=y",
                          "t=s", ":", "*", ";", " ", "A", "MFww", "=", "/", "+", "n=x"}),
        text);
  // The octets as the key itself, so that the DER reader sees them unspoilt.
  check("v=DKIM1; p=" + crypto::to_base64(crypto::bytes_of(text)), text);
  check("k=ed25519; p=" + crypto::to_base64(crypto::bytes_of(text.substr(0, 32))),
        text.substr(std::min<std::size_t>(size, 32)));
  return 0;
}
