#include "milter/deferral_book.hpp"

namespace milter {

void DeferralBook::Book::erase(Entries::iterator place) {
  places.erase(place->what);
  (place->again ? again : once).erase(place);
}

void DeferralBook::Book::forget(Time now) {
  for (Entries* entries : {&once, &again}) {
    while (!entries->empty() && now - entries->front().last >= forgotten_after)
      erase(entries->begin());
  }
}

void DeferralBook::Book::make_room() {
  if (places.size() < entries_max) return;
  erase((once.size() >= entries_max / 2 ? once : again).begin());
}

std::chrono::steady_clock::duration DeferralBook::failed(const std::string& what, Time now) {
  const auto book = book_.lock();
  book->forget(now);
  if (const auto known = book->places.find(what); known != book->places.end()) {
    Entry& entry = *known->second;
    book->again.splice(book->again.end(), entry.again ? book->again : book->once, known->second);
    entry.again = true;
    entry.last = now;
    return now - entry.first;
  }
  book->make_room();
  const auto place = book->once.insert(book->once.end(), {what, now, now});
  book->places.emplace(place->what, place);
  return {};
}

void DeferralBook::succeeded(std::string_view what) {
  const auto book = book_.lock();
  const auto known = book->places.find(what);
  if (known != book->places.end()) book->erase(known->second);
}

}  // namespace milter
