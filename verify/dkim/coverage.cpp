#include "verify/dkim/coverage.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "verify/dkim/canonical.hpp"
#include "verify/mail/address.hpp"

namespace dkim {

namespace {

constexpr std::size_t cut_octets_min = 59'900;  // White space at the cut may be gone, too.

// RFC 5322 §3.6; RFC 2045 §3; RFC 2183 §2.
constexpr std::string_view single_fields[] = {"date",
                                              "sender",
                                              "reply-to",
                                              "to",
                                              "cc",
                                              "bcc",
                                              "message-id",
                                              "in-reply-to",
                                              "references",
                                              "subject",
                                              "mime-version",
                                              "content-type",
                                              "content-transfer-encoding",
                                              "content-disposition"};

using Occurrences = std::vector<const mail::HeaderField*>;

std::optional<std::size_t> single_field(std::string_view name) {
  name = base::trim(name);
  const auto found = std::ranges::find_if(
      single_fields, [&](std::string_view each) { return base::equal_ignoring_case(name, each); });
  if (found == std::end(single_fields)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(single_fields));
}

// Whom an address list names, whatever it calls them; nothing when it cannot be read.
std::optional<std::set<std::string>> addresses_in(const mail::HeaderField& field) {
  const auto addresses = mail::parse_from(field.value);
  if (!addresses) return std::nullopt;
  std::set<std::string> named;
  for (const mail::Address& address : *addresses)
    named.insert(address.local_part + '@' + address.domain.text());
  return named;
}

bool say_the_same(const Occurrences& fields, bool recipients) {
  const std::string words = canonical_field(*fields.front(), Canon::relaxed);
  const bool equal = std::ranges::all_of(fields, [&](const mail::HeaderField* field) {
    return canonical_field(*field, Canon::relaxed) == words;
  });
  if (equal || !recipients) return equal;
  const auto named = addresses_in(*fields.front());
  return named && std::ranges::all_of(fields, [&](const mail::HeaderField* field) {
           return addresses_in(*field) == named;
         });
}

// As the MTA counts: a fold ends with one octet there.
bool is_cut(const mail::HeaderField& field) {
  const std::size_t octets = field.name.size() + 1 + field.value.size();
  if (octets < cut_octets_min) return false;
  const auto returns = std::ranges::count(field.value, '\r');
  return octets - static_cast<std::size_t>(returns) >= cut_octets_min;
}

}  // namespace

std::vector<RepeatedField> find_repeated(const mail::Headers& headers) {
  std::array<Occurrences, std::size(single_fields)> found;
  for (const mail::HeaderField& field : headers.fields()) {
    if (const auto index = single_field(field.name)) found[*index].push_back(&field);
  }
  std::vector<RepeatedField> repeated;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].size() < 2) continue;
    const std::string_view name = single_fields[i];
    if (say_the_same(found[i], name == "to" || name == "cc")) continue;
    repeated.push_back({name, found[i].size()});
  }
  return repeated;
}

bool leaves_open(const Signature& signature, std::span<const RepeatedField> repeated) {
  return std::ranges::any_of(repeated, [&](const RepeatedField& field) {
    const auto times = std::ranges::count(signature.signed_fields, field.name);
    return times > 0 && static_cast<std::size_t>(times) < field.occurrences;
  });
}

bool covers_cut_field(const Signature& signature, const mail::Headers& headers) {
  return std::ranges::any_of(headers.fields(), [&](const mail::HeaderField& field) {
    return is_cut(field) &&
           std::ranges::count(signature.signed_fields, base::to_lower(base::trim(field.name))) > 0;
  });
}

}  // namespace dkim
