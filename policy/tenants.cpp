#include "policy/tenants.hpp"

#include <string_view>
#include <utility>

#include "policy/index.hpp"

namespace policy {

namespace {

constexpr std::string_view wildcard = "*.";

struct Entry {
  const Tenant* exactly = nullptr;
  const Tenant* below = nullptr;
};

}  // namespace

struct Tenants::Index {
  std::vector<Tenant> list;
  ByName<Entry> entries;  // Pointers into `list`.
};

Tenants::Tenants(std::vector<Tenant> list) {
  auto index = std::make_shared<Index>();
  index->list = std::move(list);
  for (const Tenant& tenant : index->list) {
    for (const std::string& recipients : tenant.recipients) {
      if (recipients.starts_with(wildcard)) {
        index->entries[recipients.substr(wildcard.size())].below = &tenant;
      } else {
        index->entries[recipients].exactly = &tenant;
      }
    }
  }
  index_ = std::move(index);
}

const std::vector<Tenant>& Tenants::list() const noexcept {
  static const std::vector<Tenant> none;
  return index_ ? index_->list : none;
}

const Tenant* Tenants::find(const base::Domain& domain) const {
  const Tenant* found = nullptr;
  if (!index_) return found;
  walk_up(index_->entries, domain.text(), [&](const Entry& entry, bool itself) {
    found = itself ? entry.exactly : entry.below;
    return found != nullptr;
  });
  return found;
}

}  // namespace policy
