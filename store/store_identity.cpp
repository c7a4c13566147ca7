#include "store/store_identity.hpp"

#include <cstddef>
#include <random>

#include "store/sql.hpp"

namespace store {

base::Result<std::string> store_identity(Database& database) {
  return TRY(fetch_first<std::string>(database, "SELECT id FROM store_identity")).value_or("");
}

base::Result<void> make_store_identity(Database& database) {
  constexpr char digits[] = "0123456789abcdef";
  constexpr std::size_t digits_max = 16;
  if (!TRY(store_identity(database)).empty()) return {};
  std::random_device random;
  std::string id;
  while (id.size() < digits_max)
    id += digits[random() % 16];
  return run(database,
             "INSERT INTO store_identity (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING",
             id);
}

}  // namespace store
