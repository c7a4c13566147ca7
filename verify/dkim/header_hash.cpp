#include "verify/dkim/header_hash.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "verify/dkim/canonical.hpp"

namespace dkim {

namespace {

// The fields of the names in h=, each name's from the bottom up. A sorted table, not a hash table:
// senders choose the names, and could choose them to collide.
class Picker {
 public:
  Picker(const mail::Headers& headers, const mail::HeaderField& own,
         const std::vector<std::string>& names) {
    for (const std::string& name : names)
      slots_.push_back({name, {}});
    std::ranges::sort(slots_, {}, &Slot::name);
    const auto repeats = std::ranges::unique(slots_, {}, &Slot::name);
    slots_.erase(repeats.begin(), repeats.end());
    std::string lower;
    for (const mail::HeaderField& field : headers.fields()) {
      lower.assign(base::trim(field.name));
      for (char& c : lower)
        c = base::to_lower(c);
      // RFC 6376 §3.5: the field itself is signed last, and is none of those h= names.
      if (Slot* slot = find(lower); slot != nullptr && &field != &own) {
        slot->fields.push_back(&field);
      }
    }
  }

  // RFC 6376 §5.4.2: the lowest instance not yet taken; none left is no error.
  [[nodiscard]] const mail::HeaderField* take(std::string_view name) {
    Slot* slot = find(name);
    if (slot == nullptr || slot->fields.empty()) return nullptr;
    const mail::HeaderField* field = slot->fields.back();
    slot->fields.pop_back();
    return field;
  }

 private:
  struct Slot {
    std::string_view name;
    std::vector<const mail::HeaderField*> fields;  // Those left, top first.
  };

  [[nodiscard]] Slot* find(std::string_view name) {
    const auto slot = std::ranges::lower_bound(slots_, name, {}, &Slot::name);
    return slot != slots_.end() && slot->name == name ? &*slot : nullptr;
  }

  std::vector<Slot> slots_;
};

}  // namespace

mail::HeaderField without_signature(const mail::HeaderField& field) {
  const std::string_view value = field.value;
  for (std::size_t start = 0; start < value.size();) {
    const std::size_t end = std::min(value.find(';', start), value.size());
    const std::string_view tag = value.substr(start, end - start);
    const std::size_t equals = tag.find('=');
    if (equals != std::string_view::npos && base::trim(tag.substr(0, equals)) == "b") {
      std::string kept(value.substr(0, start + equals + 1));
      return {field.name, kept.append(value.substr(end))};
    }
    start = end + 1;
  }
  return field;
}

crypto::Sha256 header_hash(const mail::Headers& headers, const mail::HeaderField& own,
                           const Signature& signature) {
  Picker picker(headers, own, signature.signed_fields);
  std::string text;
  text.reserve(headers.octets());  // Each field is taken once at most.
  for (const std::string& name : signature.signed_fields) {
    const mail::HeaderField* field = picker.take(name);
    if (field != nullptr) append_canonical(text, *field, signature.header_canon);
  }
  append_canonical(text, without_signature(own), signature.header_canon);
  text.resize(text.size() - 2);  // RFC 6376 §3.7: without its final CRLF.
  return crypto::sha256(crypto::bytes_of(text));
}

}  // namespace dkim
