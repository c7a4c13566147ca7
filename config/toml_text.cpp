#include "config/toml_text.hpp"

namespace config {

std::string toml_string(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (octet < 0x20 || octet == 0x7F) {
      out += {'\\', 'u', '0', '0', hex[octet >> 4], hex[octet & 15]};
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string toml_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts)
    out.append(out.size() > 1 ? ", " : "").append(toml_string(text));
  return out += ']';
}

std::string inline_table(const Settings& settings) {
  std::string out = "{";
  for (const auto& [key, value] : settings)
    out.append(out.size() > 1 ? ", " : "").append(key).append(" = ").append(value);
  return out += '}';
}

}  // namespace config
