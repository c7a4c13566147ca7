#include "tests/support/scenario_sign.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "tests/support/scenario_text.hpp"
#include "tests/support/signer.hpp"

namespace support {

namespace {

constexpr std::size_t field_octets_kept = 60'000;  // By Postfix, for a milter.

std::string_view tag(const SignOrder& order, const std::string& name, std::string_view otherwise) {
  const auto found = order.find(name);
  return found == order.end() ? otherwise : std::string_view(found->second);
}

base::Result<void> damage(std::string_view what, Letter& letter) {
  if (what == "body") {
    letter.body += "Added on the way.\r\n";
    return {};
  }
  if (what == "replay") {
    letter.insert(0, "Subject", " Something else");
    return {};
  }
  if (what == "cut") {
    for (Letter::Field& field : letter.fields)
      field.value.resize(std::min(field.value.size(), field_octets_kept - field.name.size() - 1));
    return {};
  }
  const auto subject = std::ranges::find_if(letter.fields, [](const Letter::Field& field) {
    return base::equal_ignoring_case(field.name, "Subject");
  });
  if (what != "header" || subject == letter.fields.end()) {
    return base::fail("break= is body, replay, cut, or header where there is a Subject");
  }
  subject->value.insert(0, " [list]");
  return {};
}

}  // namespace

base::Result<void> apply(const SignOrder& order, Letter& letter) {
  const std::string algorithm(tag(order, "a", "rsa-sha256"));
  std::string tags = "v=1; a=" + algorithm;
  const std::pair<std::string_view, std::string_view> defaults[] = {
      {"d", "example.com"}, {"s", "s1"}, {"c", "relaxed/relaxed"}, {"h", "From:To:Subject"}};
  for (const auto& [name, value] : defaults) {
    tags.append("; ").append(name).append("=").append(tag(order, std::string(name), value));
  }
  for (const char* const name : {"i", "l", "t", "x"}) {
    if (order.contains(name)) tags.append("; ").append(name).append("=").append(order.at(name));
  }
  Fields fields;
  for (const Letter::Field& field : letter.fields) {
    fields.push_back({field.name, with_crlf(field.value)});
  }
  const SigningKey& key =
      algorithm.starts_with("ed25519") ? SigningKey::ed25519() : SigningKey::rsa();
  const mail::HeaderField made = sign(fields, letter.body, key, tags);
  std::string value = made.value;
  std::erase(value, '\r');
  letter.insert(tag(order, "at", "top") == "bottom" ? letter.fields.size() : 0, made.name, value);
  const std::string_view broken = tag(order, "break", "");
  return broken.empty() ? base::Result<void>{} : damage(broken, letter);
}

}  // namespace support
