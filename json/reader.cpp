#include "json/reader.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace json {

namespace {

using nlohmann::json;

constexpr std::size_t depth_max = 16;  // An event needs four.

// Builds a Value while the text is read: what is nested too deeply costs nothing.
class Builder final : public nlohmann::json_sax<json> {
 public:
  explicit Builder(Value& root) { open_.push_back(&root); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({value}); }
  bool number_integer(number_integer_t value) override { return add({value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > std::numeric_limits<std::int64_t>::max()) return add({Value::Other{}});
    return add({static_cast<std::int64_t>(value)});
  }
  bool number_float(number_float_t, const string_t&) override { return add({Value::Other{}}); }
  bool string(string_t& value) override { return add({std::move(value)}); }
  bool binary(binary_t&) override { return false; }  // Not in JSON text.

  bool start_object(std::size_t) override { return open({Value::Object{}}); }
  bool key(string_t& value) override {
    std::get<Value::Object>(open_.back()->content).push_back({std::move(value), {}});
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open({Value::List{}}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  // Where the next value goes. Lists grow, but never while something inside them is open.
  Value& place() {
    Value& top = *open_.back();
    if (auto* list = std::get_if<Value::List>(&top.content)) return list->emplace_back();
    if (auto* object = std::get_if<Value::Object>(&top.content)) return object->back().value;
    return top;
  }
  bool add(Value value) {
    place() = std::move(value);
    return true;
  }
  bool open(Value value) {
    if (open_.size() > depth_max) return false;
    Value& target = place();
    target = std::move(value);
    open_.push_back(&target);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Value*> open_;
};

}  // namespace

std::optional<Value> parse(std::string_view text) {
  Value root;
  Builder builder(root);
  if (!json::sax_parse(text, &builder)) return std::nullopt;
  return root;
}

Node Node::operator[](std::string_view key) const {
  const Value* found = nullptr;
  if (const auto* object = as<Value::Object>("an object")) {
    const auto member = std::ranges::find(*object, key, &Value::Member::key);
    if (member != object->end()) found = &member->value;
  }
  return {found, *this, key, 0};
}

bool Node::exists() const {
  return value_ != nullptr && !std::holds_alternative<std::monostate>(value_->content);
}

const std::string& Node::text() const {
  static const std::string empty;
  const auto* text = as<std::string>("text");
  return text != nullptr ? *text : empty;
}

bool Node::boolean(bool otherwise) const {
  const bool* value = as<bool>("true or false");
  return value != nullptr ? *value : otherwise;
}

std::int64_t Node::number(std::int64_t max) const {
  const auto* number = as<std::int64_t>("a whole number");
  if (number == nullptr) return 0;
  if (*number >= 0 && *number <= max) return *number;
  fail("out of range");
  return 0;
}

std::vector<std::string> Node::texts() const {
  std::vector<std::string> all;
  for_each([&](const Node& element) { all.push_back(element.text()); });
  return all;
}

std::optional<base::Domain> Node::domain() const {
  return parsed("domain name", &base::Domain::parse);
}

void Node::fail(std::string_view what) const {
  if (fault_.empty()) fault_ = path().append(": ").append(what);
}

void Node::fail_to_parse(std::string_view kind) const {
  fail("no " + std::string(kind) + ": \"" + base::printable(text(), 60) + "\"");
}

std::string Node::path() const {
  if (parent_ == nullptr) return {};
  std::string way = parent_->path();
  if (key_.empty()) return way.append("[").append(std::to_string(index_)).append("]");
  return way.append(way.empty() ? "" : ".").append(key_);
}

}  // namespace json
