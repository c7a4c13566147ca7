#include "config/config.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "config/schema.hpp"
#include "config/section.hpp"
#include "config/value.hpp"

namespace config {

namespace {

constexpr std::size_t file_octets_max = 1 << 20;
constexpr int depth_max = 16;  // No key is deeper than three; recursion stays bounded.

std::string_view other_type(toml::node_type type) {
  switch (type) {
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a date and time";
    default:
      return "something else";
  }
}

Value to_value(const toml::node& node, int depth) {
  Value value;
  value.line = static_cast<int>(node.source().begin.line);
  if (const auto* text = node.as_string()) {
    value.content = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.content = number->get();
  } else if (const auto* truth = node.as_boolean()) {
    value.content = truth->get();
  } else if (depth >= depth_max) {
    value.content = Value::Other{"something nested too deeply"};
  } else if (const auto* array = node.as_array()) {
    List list;
    for (const toml::node& each : *array)
      list.push_back(to_value(each, depth + 1));
    value.content = std::move(list);
  } else if (const auto* table = node.as_table()) {
    Table entries;
    for (const auto& [key, each] : *table) {
      entries.emplace(std::string(key.str()), to_value(each, depth + 1));
    }
    value.content = std::move(entries);
  } else {
    value.content = Value::Other{other_type(node.type())};
  }
  return value;
}

std::string reason(int error) { return std::generic_category().message(error); }

// Not a stream: those do not say why.
base::Result<std::string> contents(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) return base::fail(path.string() + ": " + reason(errno));
  std::string text(file_octets_max + 1, '\0');
  const std::size_t octets = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) return base::fail(path.string() + ": " + reason(errno));
  if (octets > file_octets_max) return base::fail(path.string() + ": is larger than 1 MiB");
  text.resize(octets);
  return text;
}

}  // namespace

base::Result<Config> parse(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text);
  Complaints complaints(name);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    complaints.add(static_cast<int>(error.source().begin.line), std::string(error.description()));
    return base::fail(complaints.text());
  }
  Value file = to_value(parsed.table(), 0);
  Config config = read(std::get<Table>(file.content), complaints);
  if (!complaints.empty()) return base::fail(complaints.text());
  return config;
}

base::Result<Config> load(const std::filesystem::path& file) {
  const base::Result<std::string> text = contents(file);
  if (!text) return std::unexpected(text.error());
  return parse(*text, file.string());
}

}  // namespace config
