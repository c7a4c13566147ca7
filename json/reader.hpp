#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/domain.hpp"
#include "base/words.hpp"

// JSON from outside: the only door to nlohmann-json.
namespace json {

// A value, once the text is read.
struct Value {
  struct Member;
  using List = std::vector<Value>;
  using Object = std::vector<Member>;
  struct Other {};  // A fraction, or a number past 63 bits: nothing of ours is one.
  std::variant<std::monostate, bool, std::int64_t, std::string, List, Object, Other> content;
};
struct Value::Member {
  std::string key;
  Value value;
};

// Nothing for what is no JSON text in UTF-8, and for values nested deeper than sixteen times.
[[nodiscard]] std::optional<Value> parse(std::string_view text);

// A value that may be absent, with the way to it. What has the wrong type reads as if it were
// absent, and is a fault of the whole text. Refers to the node it came from: for locals only.
class Node {
 public:
  // `fault` takes the first fault found, "dkim[0].result: no known word".
  Node(const Value& root, std::string& fault) : value_(&root), fault_(fault) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] Node operator[](std::string_view key) const;
  [[nodiscard]] bool exists() const;              // null is as good as absent.
  [[nodiscard]] const std::string& text() const;  // Absent: "".
  [[nodiscard]] bool boolean(bool otherwise = false) const;
  // Not negative. Absent: 0.
  [[nodiscard]] std::int64_t number(
      std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::optional<base::Domain> domain() const;

  // What `parse` makes of the text, a std::optional; "" counts as absent.
  template <class Parse>
  [[nodiscard]] auto parsed(std::string_view kind, Parse parse) const {
    decltype(parse(text())) value;
    if (text().empty()) return value;
    value = parse(text());
    if (!value) fail_to_parse(kind);
    return value;
  }

  // The enumerator with that word (base/words.hpp). Absent: the first.
  template <class Enum>
  [[nodiscard]] Enum word() const {
    return parsed("known word", &base::find<Enum>).value_or(Enum{});
  }

  template <class Visit>
  void for_each(Visit visit) const {
    const auto* list = as<Value::List>("a list");
    if (list == nullptr) return;
    std::size_t index = 0;
    for (const Value& element : *list)
      visit(Node(&element, *this, {}, index++));
  }

  // Notes a fault of this value.
  void fail(std::string_view what) const;

 private:
  Node(const Value* value, const Node& parent, std::string_view key, std::size_t index)
      : value_(value), fault_(parent.fault_), parent_(&parent), key_(key), index_(index) {}

  // The value when it is of that type; one that is absent is no fault.
  template <class T>
  [[nodiscard]] const T* as(std::string_view kind) const {
    if (!exists()) return nullptr;
    const T* content = std::get_if<T>(&value_->content);
    if (content == nullptr) fail("not " + std::string(kind));
    return content;
  }
  void fail_to_parse(std::string_view kind) const;
  [[nodiscard]] std::string path() const;  // "dkim[0].result"

  const Value* value_;
  std::string& fault_;
  const Node* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
};

}  // namespace json
