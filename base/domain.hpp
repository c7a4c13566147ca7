#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// A domain name: A-labels, lower case, no trailing dot, at most 253 octets, labels of 1 to 63
// letters, digits, hyphens or underscores (RFC 1035 §2.3.4; underscores as in RFC 8552).
// Valid by construction; two names are equal when DNS says they are.
class Domain {
 public:
  // U-labels become A-labels (IDNA 2008; RFC 8616 §2). Nothing for anything else.
  [[nodiscard]] static std::optional<Domain> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // As people are shown it, in UTF-8; labels that stand for nothing stay A-labels. Not for DNS, and
  // not fit for a log as it is.
  [[nodiscard]] std::string u_labels() const;
  [[nodiscard]] std::size_t label_count() const noexcept;

  // "a.b.example" -> "b.example"; nothing above the top-level domain.
  [[nodiscard]] std::optional<Domain> parent() const;

  // The `labels` right-most labels; the whole name when it has no more than that. REQUIRES: > 0.
  [[nodiscard]] Domain suffix(std::size_t labels) const;

  // True for the ancestor itself and for every name below it.
  [[nodiscard]] bool is_within(const Domain& ancestor) const noexcept;

  friend auto operator<=>(const Domain&, const Domain&) = default;

 private:
  explicit Domain(std::string text) noexcept : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace base
