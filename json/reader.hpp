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

// JSON from outside, read into plain values with a path to each fault: the only door to
// nlohmann-json. Owns no threads and keeps no state; different texts may be read at once.
namespace json {

// One JSON value once the text is read. It owns all that is inside of it. Null is std::monostate;
// an object keeps its members in their order, also those whose key occurs twice.
struct Value {
  struct Member;
  using List = std::vector<Value>;     // In the order of the text.
  using Object = std::vector<Member>;  // Members in the order of the text.
  struct Other {};  // A fraction, or a number past 63 bits: nothing of ours is one.
  std::variant<std::monostate, bool, std::int64_t, std::string, List, Object, Other> content;
};
struct Value::Member {
  std::string key;  // Unescaped; any text, also empty.
  Value value;
};

// Reads all of `text` as one value. Nothing for what is not JSON text in UTF-8 (RFC 8259), and for
// lists and objects nested more than sixteen deep: hostile text costs no stack.
[[nodiscard]] std::optional<Value> parse(std::string_view text);

// A value that may be absent, with the way that led to it. Asking for a type is enough: where the
// value has another type the answer is as if it were absent, and the fault is noted for the whole
// text, so a reader asks for everything and looks at the fault once, at the end. A node refers to
// the node it came from and to the Value, which must outlive it: for locals only.
class Node {
 public:
  // The root. `fault` receives the first fault found, "dkim[0].result: no known word", and stays as
  // it is while there is none; it outlives all nodes.
  Node(const Value& root, std::string& fault) : value_(&root), fault_(fault) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // The member with that key, the first of several; an absent node when there is none or when this
  // is no object.
  [[nodiscard]] Node operator[](std::string_view key) const;
  // False when the way leads to nothing, or to null, which is as good as absent.
  [[nodiscard]] bool exists() const;
  // The string; empty when absent. The reference lives as long as the Value.
  [[nodiscard]] const std::string& text() const;
  // True or false; `otherwise` when absent.
  [[nodiscard]] bool boolean(bool otherwise = false) const;
  // A whole number from 0 to `max`; anything else in a number is a fault. Absent: 0.
  [[nodiscard]] std::int64_t number(
      std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
  // The elements of a list of strings, in order; empty when absent.
  [[nodiscard]] std::vector<std::string> texts() const;
  // A domain name (base::Domain::parse); text that is none is a fault. Nothing when absent or "".
  [[nodiscard]] std::optional<base::Domain> domain() const;

  // What `parse` makes of the text; `parse` takes a std::string_view or a string and returns a
  // std::optional. Nothing when absent or "". When `parse` returns nothing, the fault is "no KIND"
  // with the text.
  template <class Parse>
  [[nodiscard]] auto parsed(std::string_view kind, Parse parse) const {
    decltype(parse(text())) value;
    if (text().empty()) return value;
    value = parse(text());
    if (!value) fail_to_parse(kind);
    return value;
  }

  // The enumerator with that word (base/words.hpp); another word is a fault. Absent: the enumerator
  // 0.
  template <class Enum>
  [[nodiscard]] Enum word() const {
    return parsed("known word", &base::find<Enum>).value_or(Enum{});
  }

  // Calls visit(node) for each element of a list, in order; for none when absent.
  template <class Visit>
  void for_each(Visit visit) const {
    const auto* list = as<Value::List>("a list");
    if (list == nullptr) return;
    std::size_t index = 0;
    for (const Value& element : *list)
      visit(Node(&element, *this, {}, index++));
  }

  // Notes a fault of this value, with its path in front; later faults than the first are dropped.
  void fail(std::string_view what) const;

 private:
  // The child of `parent`: a member has its key, an element of a list its index and no key.
  Node(const Value* value, const Node& parent, std::string_view key, std::size_t index)
      : value_(value), fault_(parent.fault_), parent_(&parent), key_(key), index_(index) {}

  // The value when it is of that type, else null. A value that is absent is no fault, another type
  // is.
  template <class T>
  [[nodiscard]] const T* as(std::string_view kind) const {
    if (!exists()) return nullptr;
    const T* content = std::get_if<T>(&value_->content);
    if (content == nullptr) fail("not " + std::string(kind));
    return content;
  }
  // Notes "no KIND" with the text, cut and made printable.
  void fail_to_parse(std::string_view kind) const;
  [[nodiscard]] std::string path() const;  // "dkim[0].result"

  const Value* value_;            // Null: absent.
  std::string& fault_;            // The caller's, the same for all nodes of a text.
  const Node* parent_ = nullptr;  // Null: the root.
  std::string_view key_;          // Empty: an element of a list.
  std::size_t index_ = 0;         // From 0.
};

}  // namespace json
