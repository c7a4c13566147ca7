#include "milter/deferral_book.hpp"

namespace milter {

void DeferralBook::Book::erase(std::list<Entry>::iterator place) {
  places.erase(place->what);
  entries.erase(place);
}

std::chrono::steady_clock::duration DeferralBook::failed(const std::string& what, Time now) {
  const auto book = book_.lock();
  std::list<Entry>& entries = book->entries;
  while (!entries.empty() && now - entries.front().last >= forgotten_after)
    book->erase(entries.begin());
  if (const auto known = book->places.find(what); known != book->places.end()) {
    Entry& entry = *known->second;
    entries.splice(entries.end(), entries, known->second);
    entry.last = now;
    return now - entry.first;
  }
  if (entries.size() == entries_max) book->erase(entries.begin());
  const auto place = entries.insert(entries.end(), {what, now, now});
  book->places.emplace(place->what, place);
  return {};
}

void DeferralBook::succeeded(std::string_view what) {
  const auto book = book_.lock();
  const auto known = book->places.find(what);
  if (known != book->places.end()) book->erase(known->second);
}

}  // namespace milter
