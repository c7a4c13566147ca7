#include "verify/dkim/signature.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace dkim {

namespace {

constexpr std::size_t signed_fields_max = 1000;      // Of h=; real ones have 10 to 30.
constexpr std::size_t signature_octets_max = 1024;   // Of b=: RSA with 8192 bits.
constexpr std::size_t base64_characters_max = 4096;  // Of b= and bh=, folds counted.
constexpr std::size_t length_digits_max = 76;        // RFC 6376 §3.5, l=
constexpr std::size_t time_digits_max = 12;          // RFC 6376 §3.5, t= and x=

using std::unexpected;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return base::is_digit(c); });
}

std::string without_space(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return !base::is_space(c); });
  return out;
}

// The parts of a list between `separator`s, white space around each removed.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(base::trim(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// RFC 5322 §3.6.8: printable US-ASCII except the colon; a semicolon cannot stand in a tag.
bool is_field_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

std::optional<Canon> parse_canon(std::string_view text) {
  if (text == "simple") return Canon::simple;
  if (text == "relaxed") return Canon::relaxed;
  return std::nullopt;
}

base::WallTime to_time(std::uint64_t seconds) {
  // Twelve digits reach further than the clock's type.
  constexpr auto latest = std::chrono::floor<base::Seconds>(base::WallTime::max());
  const auto count = static_cast<std::int64_t>(seconds);
  return std::min(std::chrono::sys_time<base::Seconds>(base::Seconds(count)), latest);
}

// Reads one field; each step is one tag, and gives Reason::none or why the field is void.
class Builder {
 public:
  Builder(const mail::TagList& tags, Form form, Signature& signature)
      : tags_(tags), form_(form), signature_(signature) {}

  [[nodiscard]] Reason build() {
    using Step = Reason (Builder::*)();
    for (const Step step :
         {&Builder::read_required, &Builder::read_version, &Builder::read_algorithm,
          &Builder::read_selector, &Builder::read_value, &Builder::read_times}) {
      if (const Reason reason = (this->*step)(); reason != Reason::none) return reason;
    }
    if (form_ == Form::arc_seal) return read_seal();
    for (const Step step :
         {&Builder::read_body_hash, &Builder::read_signed_fields, &Builder::read_canon,
          &Builder::read_length, &Builder::read_query, &Builder::read_identity}) {
      if (const Reason reason = (this->*step)(); reason != Reason::none) return reason;
    }
    return Reason::none;
  }

 private:
  // RFC 6376 §3.5: v, a, b, bh, d, h and s are REQUIRED.
  Reason read_required() {
    const bool message = form_ != Form::arc_seal;
    for (const std::string_view tag : {"a", "b", "s"}) {
      if (!tags_.find(tag)) return Reason::missing_tag;
    }
    if (form_ == Form::dkim_signature && !tags_.find("v")) return Reason::missing_tag;
    if (message && (!tags_.find("bh") || !tags_.find("h"))) return Reason::missing_tag;
    return Reason::none;
  }

  // RFC 8617 §4.1.2: an ARC-Message-Signature has no v=; one that is there is ignored.
  Reason read_version() {
    if (form_ != Form::dkim_signature || tags_.find("v") == "1") return Reason::none;
    return Reason::unknown_version;
  }

  Reason read_algorithm() {
    const std::string_view text = *tags_.find("a");
    if (text == "rsa-sha1") return Reason::forbidden_algorithm;
    if (text == name(Algorithm::rsa_sha256)) {
      signature_.algorithm = Algorithm::rsa_sha256;
    } else if (text == name(Algorithm::ed25519_sha256)) {
      signature_.algorithm = Algorithm::ed25519_sha256;
    } else {
      return Reason::unknown_algorithm;
    }
    return Reason::none;
  }

  // RFC 6376 §3.6.2.1: the key is at s=, "._domainkey.", d=. A name DNS cannot hold has no key.
  Reason read_selector() {
    signature_.selector = *tags_.find("s");
    const auto selector = base::Domain::parse(signature_.selector);
    if (!selector) return Reason::syntax;
    const auto key_name =
        base::Domain::parse(selector->text() + "._domainkey." + signature_.domain.text());
    if (!key_name) return Reason::syntax;
    signature_.key_name = key_name->text();
    return Reason::none;
  }

  Reason read_value() {
    const std::string_view text = *tags_.find("b");
    if (text.size() > base64_characters_max) return Reason::syntax;
    auto value = crypto::from_base64(text);
    if (!value || value->empty() || value->size() > signature_octets_max) return Reason::syntax;
    signature_.signature = std::move(*value);
    return Reason::none;
  }

  Reason read_times() {
    std::optional<std::uint64_t> signed_at;
    std::optional<std::uint64_t> expires_at;
    for (const auto& [tag, value] : {std::pair{"t", &signed_at}, std::pair{"x", &expires_at}}) {
      const auto text = tags_.find(tag);
      if (!text) continue;
      if (!is_number(*text) || text->size() > time_digits_max) return Reason::syntax;
      *value = base::parse_number(*text);
    }
    // RFC 6376 §3.5: the value of x= MUST be greater than that of t=, if both are present.
    if (signed_at && expires_at && *expires_at <= *signed_at) return Reason::expires_before_signed;
    if (signed_at) signature_.signed_at = to_time(*signed_at);
    if (expires_at) signature_.expires_at = to_time(*expires_at);
    return Reason::none;
  }

  // RFC 8617 §4.1.3: the tags c, h and bh have no meaning in a seal; h= makes it fail.
  Reason read_seal() {
    signature_.header_canon = Canon::relaxed;
    return tags_.find("h") ? Reason::syntax : Reason::none;
  }

  Reason read_body_hash() {
    const std::string_view text = *tags_.find("bh");
    if (text.size() > base64_characters_max) return Reason::syntax;
    const auto value = crypto::from_base64(text);
    if (!value || value->size() != signature_.body_hash.size()) return Reason::syntax;
    std::ranges::copy(*value, signature_.body_hash.begin());
    return Reason::none;
  }

  Reason read_signed_fields() {
    const std::vector<std::string_view> fields = split(*tags_.find("h"), ':');
    signature_.signed_fields.reserve(std::min(fields.size(), signed_fields_max));
    for (const std::string_view field : fields) {
      if (!is_field_name(field)) return Reason::syntax;
      if (signature_.signed_fields.size() == signed_fields_max) return Reason::syntax;
      signature_.signed_fields.push_back(base::to_lower(field));
    }
    const auto names = [&](std::string_view name) {
      return std::ranges::find(signature_.signed_fields, name) != signature_.signed_fields.end();
    };
    // RFC 8617 §4.1.2: no ARC field may be named. Departs from it for the other two, see decision
    // 0011: sealers do name ARC-Authentication-Results.
    if (form_ == Form::arc_message_signature && names("arc-seal")) return Reason::seal_signed;
    // RFC 6376 §5.4: the From field MUST be signed.
    return names("from") ? Reason::none : Reason::from_not_signed;
  }

  // RFC 6376 §3.5: absent is simple/simple, and a single name leaves the body simple.
  Reason read_canon() {
    const auto text = tags_.find("c");
    if (!text) return Reason::none;
    const std::size_t slash = text->find('/');
    const auto header = parse_canon(text->substr(0, slash));
    const auto body =
        slash == std::string_view::npos ? Canon::simple : parse_canon(text->substr(slash + 1));
    if (!header || !body) return Reason::unknown_canon;
    signature_.header_canon = *header;
    signature_.body_canon = *body;
    return Reason::none;
  }

  Reason read_length() {
    const auto text = tags_.find("l");
    if (!text) return Reason::none;
    if (!is_number(*text) || text->size() > length_digits_max) return Reason::syntax;
    signature_.body_length =
        base::parse_number(*text).value_or(std::numeric_limits<std::uint64_t>::max());
    return Reason::none;
  }

  // RFC 6376 §3.5: unknown methods are passed over; only dns/txt exists.
  Reason read_query() {
    const auto text = tags_.find("q");
    if (!text) return Reason::none;
    const auto methods = split(*text, ':');
    const bool known = std::ranges::find(methods, "dns/txt") != methods.end();
    return known ? Reason::none : Reason::unknown_query_method;
  }

  // RFC 6376 §3.5: the domain of i= is d= or below it.
  Reason read_identity() {
    if (form_ != Form::dkim_signature) return Reason::none;
    const auto text = tags_.find("i");
    if (!text) return Reason::none;
    signature_.identity = without_space(*text);
    const std::size_t at = signature_.identity.rfind('@');
    if (at == std::string::npos) return Reason::syntax;
    const auto domain = base::Domain::parse(std::string_view(signature_.identity).substr(at + 1));
    if (!domain) return Reason::syntax;
    if (!domain->is_within(signature_.domain)) return Reason::identity_outside_domain;
    signature_.identity_in_subdomain = *domain != signature_.domain;
    return Reason::none;
  }

  const mail::TagList& tags_;
  Form form_;
  Signature& signature_;
};

}  // namespace

base::Result<Signature, Reason> read_signature(const mail::TagList& tags, Form form) {
  const auto text = tags.find("d");
  if (!text) return unexpected(Reason::missing_tag);
  auto domain = base::Domain::parse(*text);
  // A top-level domain may sign: RFC 6376 §6.1.1 lets a verifier ignore that, but only its own
  // registry can publish the key.
  if (!domain) return unexpected(Reason::syntax);
  Signature signature(std::move(*domain));
  const Reason reason = Builder(tags, form, signature).build();
  if (reason != Reason::none) return unexpected(reason);
  return signature;
}

base::Result<Signature, Reason> parse_signature(std::string_view value) {
  const auto tags = mail::TagList::parse(value);
  if (tags) return read_signature(*tags, Form::dkim_signature);
  return unexpected(tags.error() == mail::TagListError::duplicate_tag ? Reason::duplicate_tag
                                                                      : Reason::syntax);
}

}  // namespace dkim
