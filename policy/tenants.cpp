#include "policy/tenants.hpp"

#include <cassert>
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
      const bool all_below = recipients.starts_with(wildcard);
      const std::string name = all_below ? recipients.substr(wildcard.size()) : recipients;
      assert(base::Domain::parse(name) && base::Domain::parse(name)->text() == name);
      Entry& entry = index->entries[name];
      const Tenant*& place = all_below ? entry.below : entry.exactly;
      assert(place == nullptr || place == &tenant);
      place = &tenant;
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
