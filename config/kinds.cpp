#include "config/kinds.hpp"

#include <optional>
#include <utility>

#include "config/config.hpp"

namespace config {

void check_absolute(Section& section, std::string_view key, std::filesystem::path& path) {
  if (!path.is_absolute()) section.complain(key, "must begin with \"/\"");
}

void Text::read(Section& section, std::string_view key, std::string& value) const {
  if (auto found = section.find_text(key)) value = std::move(found->text);
  if (check != nullptr) check(section, key, value);
}

std::string Text::write(const std::string& value) const { return toml_string(value); }

void Secret::read(Section& section, std::string_view key, std::string& value) const {
  Text{check}.read(section, key, value);
  if (value == hidden_key) {
    section.warn(key,
                 "this is what postern config show writes in place of a real one, and no secret");
  }
}

std::string Secret::write(const std::string& value) const {
  return toml_string(value.empty() ? "" : hidden_key);
}

void Path::read(Section& section, std::string_view key, std::filesystem::path& value) const {
  if (auto found = section.find_text(key)) value = std::move(found->text);
  if (check != nullptr) check(section, key, value);
}

std::string Path::write(const std::filesystem::path& value) const {
  return toml_string(value.string());
}

void Texts::read(Section& section, std::string_view key, std::vector<std::string>& value) const {
  if (auto found = section.find_texts(key)) {
    value.clear();
    for (FoundText& each : *found)
      value.push_back(std::move(each.text));
  }
  if (check != nullptr) check(section, key, value);
}

std::string Texts::write(const std::vector<std::string>& value) const { return toml_array(value); }

void Truth::read(Section& section, std::string_view key, bool& value) const {
  if (const auto found = section.find_truth(key)) value = *found;
}

std::string Truth::write(bool value) const { return value ? "true" : "false"; }

}  // namespace config
