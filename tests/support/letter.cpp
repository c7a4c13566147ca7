#include "tests/support/letter.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace support {

namespace {

bool is_field_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

std::string unfolded(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\n') {
      out += value[i];
      continue;
    }
    while (i + 1 < value.size() && base::is_blank(value[i + 1])) {
      ++i;
    }
    out += ' ';
  }
  return std::string(base::trim(out));
}

}  // namespace

Letter Letter::parse(std::string_view message) {
  Letter letter;
  while (!message.empty()) {
    const std::size_t end = message.find("\r\n");
    const std::string_view line = message.substr(0, end);
    const std::string_view rest =
        end == std::string_view::npos ? std::string_view{} : message.substr(end + 2);
    if (line.empty()) {
      letter.body = rest;
      return letter;
    }
    if (base::is_blank(line.front())) {
      // Above the first field it would continue Postfix's own Received field.
      if (!letter.fields.empty()) letter.fields.back().value.append("\n").append(line);
    } else {
      const std::size_t colon = line.find(':');
      const std::string_view name = base::trim(line.substr(0, colon));
      if (colon == std::string_view::npos || !is_field_name(name)) break;
      letter.fields.push_back({std::string(name), std::string(line.substr(colon + 1))});
    }
    message = rest;
  }
  letter.body = message;
  return letter;
}

std::string Letter::text() const {
  std::string out;
  for (const Field& field : fields) {
    out.append(field.name).append(":");
    for (const char c : field.value) {
      if (c == '\n') out += '\r';
      out += c;
    }
    out += "\r\n";
  }
  return out.append("\r\n").append(body);
}

void Letter::insert(std::size_t index, std::string name, std::string value) {
  const auto at = static_cast<std::ptrdiff_t>(std::min(index, fields.size()));
  fields.insert(fields.begin() + at, {.name = std::move(name), .value = std::move(value)});
}

void Letter::change(std::string_view name, std::size_t occurrence, std::string_view value) {
  std::size_t seen = 0;
  const auto found = std::ranges::find_if(fields, [&](const Field& field) {
    return base::equal_ignoring_case(field.name, name) &&
           ++seen == std::max(occurrence, std::size_t{1});
  });
  if (found == fields.end()) {
    if (!value.empty()) fields.push_back({std::string(name), std::string(value)});
  } else if (value.empty()) {
    fields.erase(found);
  } else {
    found->value = value;
  }
}

void Letter::remove_as_sendmail(std::string_view name, std::size_t occurrence) {
  std::size_t seen = 0;
  for (Field& field : fields) {
    if (!base::equal_ignoring_case(field.name, name) || ++seen < occurrence) continue;
    field.removed = true;
    return;
  }
}

void Letter::forget_removed() {
  std::erase_if(fields, [](const Field& field) { return field.removed; });
}

std::vector<std::string> Letter::values(std::string_view name) const {
  std::vector<std::string> out;
  for (const Field& field : fields) {
    if (base::equal_ignoring_case(field.name, name)) out.push_back(unfolded(field.value));
  }
  return out;
}

}  // namespace support
