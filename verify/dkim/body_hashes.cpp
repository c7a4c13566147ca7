#include "verify/dkim/body_hashes.hpp"

#include <algorithm>

namespace dkim {

BodyHashSpec body_hash_spec(const Signature& signature) {
  return {signature.body_canon, signature.body_length};
}

void BodyHashes::want(const BodyHashSpec& spec) {
  auto entry = std::ranges::find(entries_, spec.canon, &Entry::canon);
  if (entry == entries_.end()) {
    entries_.push_back({spec.canon, BodyCanonicalizer(spec.canon), {}});
    entry = std::prev(entries_.end());
  }
  entry->stream.want(spec.length);
}

void BodyHashes::feed(std::string_view piece) {
  for (Entry& entry : entries_) {
    if (!entry.stream.wants_more()) continue;
    entry.canonicalizer.feed(piece, [&](std::string_view text) { entry.stream.add(text); });
  }
}

void BodyHashes::finish() {
  for (Entry& entry : entries_) {
    entry.canonicalizer.finish([&](std::string_view text) { entry.stream.add(text); });
    entry.stream.finish();
  }
}

bool BodyHashes::wants_more() const noexcept {
  return std::ranges::any_of(entries_, [](const Entry& e) { return e.stream.wants_more(); });
}

std::optional<BodyHash> BodyHashes::of(const BodyHashSpec& spec) const {
  const auto entry = std::ranges::find(entries_, spec.canon, &Entry::canon);
  if (entry == entries_.end()) return std::nullopt;
  return entry->stream.of(spec.length);
}

void BodyHashes::Stream::want(std::optional<std::uint64_t> length) {
  if (!length) {
    whole_wanted_ = true;
    return;
  }
  const auto place = std::ranges::lower_bound(limits_, *length, {}, &Limit::length);
  if (place != limits_.end() && place->length == *length) return;
  limits_.insert(place, Limit{*length, std::nullopt});
}

// With no hash of the whole wanted, one octet beyond the last limit is enough: it tells that text
// is left uncovered.
bool BodyHashes::Stream::wants_more() const noexcept {
  return whole_wanted_ || (!limits_.empty() && octets_ <= limits_.back().length);
}

void BodyHashes::Stream::add(std::string_view text) {
  if (!wants_more()) return;
  while (limits_reached_ < limits_.size()) {
    Limit& limit = limits_[limits_reached_];
    const std::uint64_t missing = limit.length - octets_;
    if (missing > text.size()) break;
    const auto part = static_cast<std::size_t>(missing);
    hash(text.substr(0, part));
    text.remove_prefix(part);
    flush();
    limit.value = digest_.value();
    ++limits_reached_;
  }
  hash(text);
}

void BodyHashes::Stream::hash(std::string_view text) {
  octets_ += text.size();
  if (text.size() > gathered_.size() - gathered_size_) flush();
  if (text.size() > gathered_.size() / 4) {
    flush();
    digest_.update(crypto::bytes_of(text));
    return;
  }
  std::ranges::copy(text, gathered_.begin() + static_cast<std::ptrdiff_t>(gathered_size_));
  gathered_size_ += text.size();
}

void BodyHashes::Stream::flush() {
  if (gathered_size_ == 0) return;
  digest_.update(crypto::bytes_of(std::string_view(gathered_.data(), gathered_size_)));
  gathered_size_ = 0;
}

void BodyHashes::Stream::finish() {
  add("");  // A limit of zero octets is reached by an empty body, too.
  flush();
  value_ = digest_.value();
}

std::optional<BodyHash> BodyHashes::Stream::of(std::optional<std::uint64_t> length) const {
  using enum BodyHash::Coverage;
  if (!length) {
    if (!whole_wanted_) return std::nullopt;
    return BodyHash{value_, whole};
  }
  const auto limit = std::ranges::lower_bound(limits_, *length, {}, &Limit::length);
  if (limit == limits_.end() || limit->length != *length) return std::nullopt;
  if (!limit->value) return BodyHash{{}, too_short};
  return BodyHash{*limit->value, octets_ > *length ? partial : whole};
}

}  // namespace dkim
