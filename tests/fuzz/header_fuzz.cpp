// Header canonicalization and the header hash: what a plain reading of RFC 6376 §3.4.1, §3.4.2 and
// §5.4.2 gives. The first field is the signature; its value, cut at colons, is h=.

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "verify/dkim/canonical.hpp"
#include "verify/dkim/coverage.hpp"
#include "verify/dkim/header_hash.hpp"

namespace {

using dkim::Canon;

std::string reference(const mail::HeaderField& field, Canon canon) {
  if (canon == Canon::simple) return field.name + ":" + field.value + "\r\n";
  std::string value;
  for (std::size_t i = 0; i < field.value.size(); ++i) {
    if (std::string_view(field.value).substr(i).starts_with("\r\n")) {
      ++i;
    } else if (!base::is_blank(field.value[i])) {
      value += field.value[i];
    } else if (!value.ends_with(' ')) {
      value += ' ';
    }
  }
  if (value.starts_with(' ')) value.erase(0, 1);
  if (value.ends_with(' ')) value.pop_back();
  return base::to_lower(base::trim(field.name)) + ":" + value + "\r\n";
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty() && names.size() < 100) {
    const std::size_t end = std::min(list.find(':'), list.size());
    names.push_back(base::to_lower(base::trim(list.substr(0, end))));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

std::string signed_text(const mail::Headers& headers, const dkim::Signature& signature) {
  const auto fields = headers.fields();
  std::vector<bool> used(fields.size());
  used[0] = true;  // The signature itself comes last.
  std::string text;
  for (const std::string& name : signature.signed_fields) {
    for (std::size_t i = fields.size(); i-- > 0;) {
      if (used[i] || base::to_lower(base::trim(fields[i].name)) != name) continue;
      used[i] = true;
      text += reference(fields[i], signature.header_canon);
      break;
    }
  }
  text += reference(dkim::without_signature(fields[0]), signature.header_canon);
  return text.substr(0, text.size() - 2);
}

// What is repeated stands there that often; to name it that often leaves nothing open.
void check_coverage(const mail::Headers& headers, dkim::Signature signature) {
  const auto repeated = dkim::find_repeated(headers);
  for (const dkim::RepeatedField& field : repeated) {
    const auto occurrences =
        std::ranges::count_if(headers.fields(), [&](const mail::HeaderField& one) {
          return base::equal_ignoring_case(base::trim(one.name), field.name);
        });
    fuzz::require(field.occurrences > 1 &&
                  static_cast<std::size_t>(occurrences) == field.occurrences);
  }
  if (repeated.empty()) fuzz::require(!dkim::leaves_open(signature, repeated));
  for (const dkim::RepeatedField& field : repeated)
    signature.signed_fields.insert(signature.signed_fields.end(), field.occurrences,
                                   std::string(field.name));
  fuzz::require(!dkim::leaves_open(signature, repeated));
  (void)dkim::covers_cut_field(signature, headers);
}

void check(std::string_view text) {
  const fuzz::Message message = fuzz::message_of(text);
  const auto fields = message.headers.fields();
  if (fields.empty()) return;
  for (const mail::HeaderField& field : fields) {
    for (const Canon canon : {Canon::simple, Canon::relaxed})
      fuzz::require(dkim::canonical_field(field, canon) == reference(field, canon));
  }
  dkim::Signature signature(*base::Domain::parse("a.example"));
  signature.signed_fields = names_in(fields[0].value);
  check_coverage(message.headers, signature);
  for (const Canon canon : {Canon::simple, Canon::relaxed}) {
    signature.header_canon = canon;
    fuzz::require(dkim::header_hash(message.headers, fields[0], signature) ==
                  crypto::sha256(crypto::bytes_of(signed_text(message.headers, signature))));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  check(fuzz::fold(text, {"a", "B", "from", ":", "\r\n", "\r\n ", " ", "\t", "\r", "b=", ";", "\n",
                          "From: a\r\n", "to:b\r\n", "To: c@d.example\r\n", "Subject: x\r\n",
                          "subject :y\r\n", "from : \r\n\tc\r\n"}));
  return 0;
}
