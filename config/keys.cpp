#include "config/keys.hpp"

#include <algorithm>

namespace config {

void Writer::add(std::pair<std::string, std::string> setting) {
  if (setting.second.empty() || std::ranges::find(known_, setting) != known_.end()) return;
  settings_.push_back(std::move(setting));
}

}  // namespace config
