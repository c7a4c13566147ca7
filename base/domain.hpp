#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// A domain name: A-labels, lower case, no trailing dot, at most 253 octets, labels of 1 to 63
// letters, digits, hyphens or underscores (RFC 1035 §2.3.4; underscores as in RFC 8552). Never
// empty, never the root. Every object is valid, as parse() is the only way to one, and two names
// are equal when DNS says they are. A value: copies are independent.
class Domain {
 public:
  // The name written in `text`, in ASCII of any case or in UTF-8, whose U-labels become A-labels
  // (IDNA 2008; RFC 8616 §2). Nothing for any other text: white space and a trailing dot are not
  // forgiven.
  [[nodiscard]] static std::optional<Domain> parse(std::string_view text);

  // The name as DNS and logs use it: "xn--bcher-kva.example".
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // The name as people are shown it, in UTF-8; A-labels that decode to nothing stay as they are.
  // Not for DNS, and to be escaped (base::printable) before it goes into a log.
  [[nodiscard]] std::string u_labels() const;
  // How many labels the name has, at least 1: 3 for "a.b.example".
  [[nodiscard]] std::size_t label_count() const noexcept;

  // The name without its first label: "b.example" for "a.b.example". Nothing for a name of one
  // label.
  [[nodiscard]] std::optional<Domain> parent() const;

  // The `labels` right-most labels; the whole name when it has no more than that. REQUIRES: labels
  // > 0.
  [[nodiscard]] Domain suffix(std::size_t labels) const;

  // True when this is `ancestor` itself or a name below it.
  [[nodiscard]] bool is_within(const Domain& ancestor) const noexcept;

  // Compares the text octet by octet: an order for containers, not the canonical order of DNS.
  friend auto operator<=>(const Domain&, const Domain&) = default;

 private:
  explicit Domain(std::string text) noexcept : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace base
