#include <cstdint>
#include <string>

#include "base/hash.hpp"
#include "config/config.hpp"
#include "config/schema.hpp"

namespace config {

std::string to_toml(const Config& config) {
  std::string out;
  for (const Block& block : blocks(config)) {
    if (!out.empty()) out += '\n';
    out.append(block.repeated ? "[[" : "[").append(block.name);
    out.append(block.repeated ? "]]\n" : "]\n");
    for (const auto& [key, value] : block.settings)
      out.append(key).append(" = ").append(value).append("\n");
  }
  return out;
}

std::string digest(const Config& config) {
  std::uint64_t hash = base::fnv1a(to_toml(config));
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; hash >>= 4)
    text[i] = "0123456789abcdef"[hash & 15];
  return text;
}

}  // namespace config
