#include "store/store_identity.hpp"

#include <cstddef>
#include <random>

#include "store/sql.hpp"

namespace store {

base::Result<std::string> store_identity(Database& database) {
  const auto rows = database.execute("SELECT id FROM store_identity");
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? std::string() : text(rows->front()[0]);
}

base::Result<void> make_store_identity(Database& database) {
  constexpr char digits[] = "0123456789abcdef";
  constexpr std::size_t digits_max = 16;
  const auto known = store_identity(database);
  if (!known) return std::unexpected(known.error());
  if (!known->empty()) return {};
  std::random_device random;
  std::string id;
  while (id.size() < digits_max)
    id += digits[random() % 16];
  const SqlValue parameters[] = {id};
  const auto made = database.execute(
      "INSERT INTO store_identity (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING",
      parameters);
  if (!made) return std::unexpected(made.error());
  return {};
}

}  // namespace store
