#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mail {

// One header field exactly as the sender wrote it: signatures cover these bytes.
struct HeaderField {
  std::string name;   // As written, without the colon.
  std::string value;  // All after the colon: leading space and CRLF folds kept, no final CRLF.
};

// The header section of one message, top first.
class Headers {
 public:
  Headers() { fields_.reserve(fields_expected); }

  // False when the field would take the section past `octets_max`; the field is then not kept.
  // REQUIRES: `octets_max` never shrinks between calls.
  [[nodiscard]] bool add(HeaderField field, std::size_t octets_max);

  [[nodiscard]] std::span<const HeaderField> fields() const noexcept { return fields_; }

  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }  // As on the wire.

  // Fields of that name (compared without case), top first. Pointers hold until the next add().
  [[nodiscard]] std::vector<const HeaderField*> named(std::string_view name) const;

 private:
  static constexpr std::size_t fields_expected = 32;

  std::vector<HeaderField> fields_;
  std::size_t octets_ = 0;
};

}  // namespace mail
