#include "policy/tenants.hpp"

#include <utility>

#include "policy/index.hpp"
#include "verify/base/domain.hpp"

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

const Tenant* Tenants::find(std::string_view domain) const {
  if (empty()) return nullptr;
  if (domain.ends_with('.')) domain.remove_suffix(1);  // MTAs deliver to it all the same.
  const auto name = base::Domain::parse(domain);
  if (!name) return nullptr;
  const Tenant* found = nullptr;
  walk_up(index_->entries, name->text(), [&](const Entry& entry, bool itself) {
    found = itself ? entry.exactly : entry.below;
    return found != nullptr;
  });
  return found;
}

}  // namespace policy
