#include "milter/deferral_book.hpp"

namespace milter {

void DeferralBook::Book::erase(std::list<Entry>::iterator place) {
  places.erase(place->domain);
  entries.erase(place);
}

std::chrono::steady_clock::duration DeferralBook::failed(const base::Domain& domain, Time now) {
  const auto book = book_.lock();
  while (!book->entries.empty() && now - book->entries.front().first >= forgotten_after)
    book->erase(book->entries.begin());
  const auto known = book->places.find(domain.text());
  if (known != book->places.end()) return now - known->second->first;
  if (book->entries.size() == domains_max) book->erase(book->entries.begin());
  const auto place = book->entries.insert(book->entries.end(), {domain.text(), now});
  book->places.emplace(place->domain, place);
  return {};
}

void DeferralBook::succeeded(const base::Domain& domain) {
  const auto book = book_.lock();
  const auto known = book->places.find(domain.text());
  if (known != book->places.end()) book->erase(known->second);
}

}  // namespace milter
