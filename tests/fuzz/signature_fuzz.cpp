// DKIM-Signature and the ARC fields of its shape: strict, bounded, and the same for every way to
// fold the field.

#include <algorithm>

#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "verify/dkim/header_hash.hpp"
#include "verify/dkim/key.hpp"
#include "verify/dkim/signature.hpp"
#include "verify/dkim/verdict.hpp"

namespace {

using Parsed = base::Result<dkim::Signature, dkim::Reason>;

bool same(const Parsed& a, const Parsed& b) {
  if (!a || !b) return a.has_value() == b.has_value() && a.error() == b.error();
  return a->algorithm == b->algorithm && a->header_canon == b->header_canon &&
         a->body_canon == b->body_canon && a->domain == b->domain && a->selector == b->selector &&
         a->key_name == b->key_name && a->identity == b->identity &&
         a->signed_fields == b->signed_fields && a->body_hash == b->body_hash &&
         a->signature == b->signature && a->body_length == b->body_length &&
         a->signed_at == b->signed_at && a->expires_at == b->expires_at;
}

void check_signature(const dkim::Signature& signature, dkim::Form form) {
  fuzz::require(signature.signed_fields.size() <= 1000);
  fuzz::require(!signature.signature.empty() && signature.signature.size() <= 1024);
  fuzz::require(signature.key_name.ends_with("._domainkey." + signature.domain.text()));
  fuzz::require(base::to_lower(signature.key_name) == signature.key_name);
  if (form == dkim::Form::dkim_signature) {
    // RFC 6376 §5.4: From MUST be signed.
    fuzz::require(std::ranges::find(signature.signed_fields, "from") !=
                  signature.signed_fields.end());
  }
  (void)dkim::key_question(signature);
  for (const int years : {0, 30, 60, 200}) {
    const base::WallTime now{std::chrono::years(years)};
    (void)dkim::check_times(signature, {}, {.now = now, .received = now});
  }
}

void check(std::string_view value) {
  const Parsed parsed = dkim::parse_signature(value);
  const auto tags = mail::TagList::parse(value);
  if (!tags) {
    fuzz::require(!parsed);
    return;
  }
  fuzz::require(same(parsed, dkim::read_signature(*tags, dkim::Form::dkim_signature)));
  std::string folded;
  for (const mail::Tag& tag : tags->tags())
    folded.append("\r\n\t").append(tag.name).append(" = ").append(tag.value).append("\r\n ;");
  fuzz::require(same(parsed, dkim::parse_signature(folded)));
  for (const dkim::Form form :
       {dkim::Form::dkim_signature, dkim::Form::arc_message_signature, dkim::Form::arc_seal}) {
    const Parsed one = dkim::read_signature(*tags, form);
    if (one) check_signature(*one, form);
  }
  // RFC 6376 §3.5: what is signed does not hold the signature, and is itself so reduced.
  const mail::HeaderField reduced = dkim::without_signature({"DKIM-Signature", std::string(value)});
  fuzz::require(dkim::without_signature(reduced).value == reduced.value);
  if (const auto again = mail::TagList::parse(reduced.value); again && tags->find("b")) {
    fuzz::require(again->find("b") == "" && again->tags().size() == tags->tags().size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  const std::string folded = fuzz::fold(text, {"v=1;",
                                               "a=rsa-sha256;",
                                               "a=ed25519-sha256;",
                                               "b=AAAA;",
                                               "d=b.example;",
                                               "h=from:to;",
                                               "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;",
                                               "c=relaxed/simple;",
                                               "c=relaxed;",
                                               "i=@b.example;",
                                               "i=a@c.b.example;",
                                               "l=12;",
                                               "q=dns/txt;",
                                               "s=s1;",
                                               "t=1000;",
                                               "x=2000;",
                                               "z=a:b;",
                                               " ",
                                               "\r\n ",
                                               ";",
                                               "=",
                                               "9",
                                               "a",
                                               ".",
                                               "cv=none;",
                                               "\xC3\xBC"});
  check(folded);
  // The tags no signature can do without, and the rest of the input's choice.
  check(
      "v=1;a=rsa-sha256;b=AAAA;d=b.example;h=from;s=s1;"
      "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;" +
      std::string(text));
  return 0;
}
