#pragma once

#include <cassert>
#include <memory>
#include <utility>
#include <vector>

#include "base/domain.hpp"
#include "policy/index.hpp"

namespace policy {

// What the site says about domains, in an order that does not count. An Entry has a `domain`, and
// `subdomains` when it is about all names below, too. Immutable and cheap to copy; finding does not
// grow with the list.
template <class Entry>
class DomainTable {
 public:
  DomainTable() = default;
  // REQUIRES: no domain twice.
  explicit DomainTable(std::vector<Entry> list) {
    auto index = std::make_shared<Index>();
    index->list = std::move(list);
    for (const Entry& entry : index->list)
      index->entries.emplace(entry.domain.text(), &entry);
    assert(index->entries.size() == index->list.size());
    index_ = std::move(index);
  }

  // The entries as they were given; empty for a table without any. Lives as long as a copy of the
  // table.
  [[nodiscard]] const std::vector<Entry>& list() const noexcept {
    static const std::vector<Entry> none;
    return index_ ? index_->list : none;
  }

  // The most specific entry that covers `domain`, or null.
  [[nodiscard]] const Entry* find(const base::Domain& domain) const {
    const Entry* found = nullptr;
    if (!index_) return found;
    walk_up(index_->entries, domain.text(), [&](const Entry* entry, bool itself) {
      if (itself || entry->subdomains) found = entry;
      return found != nullptr;
    });
    return found;
  }

 private:
  struct Index {
    std::vector<Entry> list;
    ByName<const Entry*> entries;  // Pointers into `list`.
  };
  std::shared_ptr<const Index> index_;
};

}  // namespace policy
