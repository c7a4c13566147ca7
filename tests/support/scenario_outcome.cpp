#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "tests/support/scenario.hpp"

namespace support {

namespace {

using Kind = Expectation::Kind;
using nlohmann::json;

// The action as the MTA can tell it: a tag is seen in the event only.
std::string_view seen_as(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::deliver:
      return "deliver";
    case Answer::Kind::reject:
      return "reject";
    case Answer::Kind::defer:
      return "defer";
  }
  return "";
}

std::string_view kind_of(std::string_view action) {
  return action == "reject" || action == "defer" ? action : "deliver";
}

std::string shown(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string list(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values)
    out.append("\n    ").append(value.substr(0, 500));
  return out.empty() ? " (none)" : out;
}

class Judge {
 public:
  explicit Judge(const Outcome& outcome)
      : outcome_(outcome), event_(json::parse(outcome.event, nullptr, false)) {}

  [[nodiscard]] std::optional<std::string> check(const Expectation& expected) const {
    switch (expected.kind) {
      case Kind::action:
        return check_action(expected);
      case Kind::hold:
        return check_hold(expected);
      case Kind::header:
        return check_header(expected);
      case Kind::no_header:
        return check_no_header(expected);
      case Kind::first:
        return check_first(expected);
      case Kind::count:
        return check_count(expected);
      case Kind::event:
        return check_event(expected.subject, expected.texts.empty() ? "" : expected.texts[0]);
      case Kind::no_event:
        return check_no_event(expected.subject);
      case Kind::rule:
        return check_event("/rule", expected.subject);
    }
    return "unknown expectation";
  }

  // What holds for every message.
  [[nodiscard]] std::optional<std::string> check_always() const {
    if (event_.is_discarded()) return "no event, or one that is no JSON: " + outcome_.event;
    const std::string action = event_.value("action", "");
    if (kind_of(action) != seen_as(outcome_.answer.kind)) {
      return "the event says " + action + ", the MTA heard " +
             std::string(seen_as(outcome_.answer.kind));
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] const json* at(const std::string& pointer) const {
    const json::json_pointer where(pointer);
    return event_.contains(where) ? &event_.at(where) : nullptr;
  }

  [[nodiscard]] std::optional<std::string> check_action(const Expectation& expected) const {
    if (auto wrong = check_event("/action", expected.subject)) return wrong;
    const std::string& reply = outcome_.answer.reply;
    if (expected.texts.empty()) return std::nullopt;
    const bool right = reply.starts_with(expected.texts[0] + " ") &&
                       std::ranges::all_of(expected.texts, [&](const std::string& part) {
                         return reply.find(part) != std::string::npos;
                       });
    if (right) return std::nullopt;
    return "the reply is: " + reply;
  }

  [[nodiscard]] std::optional<std::string> check_hold(const Expectation& expected) const {
    const std::string& reason = outcome_.answer.hold_reason;
    if (reason.empty()) return "not put on hold";
    if (!expected.texts.empty() && reason.find(expected.texts[0]) == std::string::npos) {
      return "the reason to hold it is: " + reason;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> check_header(const Expectation& expected) const {
    const auto values = outcome_.answer.letter.values(expected.subject);
    const bool found = std::ranges::any_of(values, [&](const std::string& value) {
      return std::ranges::all_of(expected.texts, [&](const std::string& part) {
        return value.find(part) != std::string::npos;
      });
    });
    if (found) return std::nullopt;
    return "no such field; there are:" + list(values);
  }

  [[nodiscard]] std::optional<std::string> check_no_header(const Expectation& expected) const {
    const std::string unwanted = expected.texts.empty() ? "" : expected.texts[0];
    for (const std::string& value : outcome_.answer.letter.values(expected.subject)) {
      if (value.find(unwanted) != std::string::npos) return "there is: " + value;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> check_first(const Expectation& expected) const {
    const auto& fields = outcome_.answer.letter.fields;
    const std::string name = fields.empty() ? "" : fields.front().name;
    if (base::equal_ignoring_case(name, expected.subject)) return std::nullopt;
    return "the first field is " + name;
  }

  [[nodiscard]] std::optional<std::string> check_count(const Expectation& expected) const {
    const auto values = outcome_.answer.letter.values(expected.subject);
    if (!expected.texts.empty() && std::to_string(values.size()) == expected.texts[0]) {
      return std::nullopt;
    }
    return "there are " + std::to_string(values.size()) + ":" + list(values);
  }

  [[nodiscard]] std::optional<std::string> check_event(const std::string& pointer,
                                                       const std::string& value) const {
    const json* const found = at(pointer);
    if (found == nullptr) return "the event has no " + pointer;
    if (shown(*found) == value) return std::nullopt;
    return "the event has " + pointer + " " + shown(*found);
  }

  [[nodiscard]] std::optional<std::string> check_no_event(const std::string& pointer) const {
    const json* const found = at(pointer);
    if (found == nullptr || found->is_null()) return std::nullopt;
    return "the event has " + pointer + " " + shown(*found);
  }

  const Outcome& outcome_;
  const json event_;
};

}  // namespace

std::vector<std::string> mismatches(const Scenario& scenario, const Outcome& outcome) {
  const Judge judge(outcome);
  if (auto wrong = judge.check_always()) return {*std::move(wrong)};
  std::vector<std::string> out;
  for (const Expectation& expected : scenario.expectations) {
    if (auto wrong = judge.check(expected)) {
      out.push_back("line " + std::to_string(expected.line) + ": " + *wrong);
    }
  }
  if (!out.empty()) out.push_back("event: " + outcome.event);
  return out;
}

}  // namespace support
