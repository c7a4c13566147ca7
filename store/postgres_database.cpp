// The only door to libpqxx.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <pqxx/pqxx>

#include "base/text.hpp"
#include "base/try.hpp"
#include "store/sql.hpp"

namespace store {

namespace {

// Object ids of PostgreSQL's pg_type.dat.
constexpr pqxx::oid bool_type = 16;
constexpr pqxx::oid bytea_type = 17;
constexpr pqxx::oid int8_type = 20;
constexpr pqxx::oid int2_type = 21;
constexpr pqxx::oid int4_type = 23;

// A server that is gone must be noticed in less than a minute, and our sessions must be known by
// name in its pg_stat_activity.
std::string with_defaults(const std::string& url) {
  constexpr std::pair<std::string_view, std::string_view> defaults[] = {
      {"connect_timeout", "10"},
      {"tcp_user_timeout", "30000"},
      {"keepalives_idle", "30"},
      {"keepalives_interval", "10"},
      {"application_name", "postern"}};
  std::string text = url;
  for (const auto& [key, value] : defaults) {
    if (text.find(key) != std::string::npos) continue;
    text += text.find('?') == std::string::npos ? '?' : '&';
    text.append(key).append("=").append(value);
  }
  return text;
}

constexpr char hex_digits[] = "0123456789abcdef";

std::string to_bytea(std::string_view octets) {
  std::string text = "\\x";
  text.reserve(2 + 2 * octets.size());
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += hex_digits[octet >> 4];
    text += hex_digits[octet & 0xF];
  }
  return text;
}

// The inverse, of what the server says; nothing when it is not in this form.
std::string from_bytea(std::string_view text) {
  if (!text.starts_with("\\x")) return {};
  std::string octets;
  octets.reserve(text.size() / 2);
  for (text.remove_prefix(2); text.size() >= 2; text.remove_prefix(2)) {
    unsigned octet = 0;
    std::from_chars(text.data(), text.data() + 2, octet, 16);
    octets += static_cast<char>(octet);
  }
  return octets;
}

// In text form: the server knows from the statement what type it should be.
std::string to_parameter(const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return to_bytea(std::get<Octets>(value).octets);
}

SqlValue to_value(const pqxx::field& field) {
  if (field.is_null()) return std::monostate();
  switch (field.type()) {
    case bool_type:
      return std::int64_t{field.as<bool>() ? 1 : 0};
    case int2_type:
    case int4_type:
    case int8_type:
      return std::int64_t{field.as<std::int64_t>()};
    case bytea_type:
      return Octets{from_bytea({field.c_str(), field.size()})};
    default:
      return std::string(field.c_str(), field.size());
  }
}

// What is said differently to libpqxx 6 (Debian 12) and 7 (Debian 13).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
// Version 6 would connect again behind our back, and run the rest of a transaction outside of it.
template <class Connection>
void never_reconnect(Connection& connection) {
  if constexpr (requires { connection.inhibit_reactivation(true); }) {
    connection.inhibit_reactivation(true);
  }
}

pqxx::result execute_with(pqxx::transaction_base& session, const std::string& sql,
                          const std::vector<const char*>& values) {
  return session.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
}
#pragma GCC diagnostic pop

// libpq's PQERRORS_TERSE; its type moved.
struct Terse {
  template <class Verbosity>
  operator Verbosity() const {  // NOLINT(google-explicit-constructor): that is its purpose.
    return static_cast<Verbosity>(0);
  }
};

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const std::string& url)
      : url_(with_defaults(url)), name_(without_password(url)) {}

  [[nodiscard]] Dialect dialect() const override { return Dialect::postgresql; }
  [[nodiscard]] base::Result<std::vector<SqlRow>> execute(
      std::string_view sql, std::span<const SqlValue> parameters) override;
  [[nodiscard]] base::Result<void> begin() override;
  [[nodiscard]] base::Result<void> commit() override;
  void rollback() override;
  [[nodiscard]] base::Result<bool> try_lock(std::string_view key) override;
  [[nodiscard]] base::Result<void> release(std::string_view key) override;
  [[nodiscard]] base::Result<base::WallTime> clock() override;
  [[nodiscard]] base::Result<void> still_there() override { return {}; }
  [[nodiscard]] base::Result<void> shrink(std::uint64_t octets_max) override;
  [[nodiscard]] bool give_up_reserve() override { return false; }
  void make_reserve(std::uint64_t /*octets*/) override {}

  [[nodiscard]] base::Result<void> connect();

 private:
  // Runs `work`; what libpqxx throws becomes an Error. A lost connection is dropped: the next
  // begin() makes a new one.
  template <class Work>
  [[nodiscard]] auto guarded(Work work) -> base::Result<decltype(work())>;

  const std::string url_;
  const std::string name_;
  std::unique_ptr<pqxx::connection> connection_;
  bool in_transaction_ = false;
  bool failed_ = false;  // Inside the transaction: nothing of it may be committed.
};

template <class Work>
auto PostgresDatabase::guarded(Work work) -> base::Result<decltype(work())> {
  std::string what;
  try {
    return work();
  } catch (const std::exception& error) {
    what = error.what();
  }
  failed_ = true;
  if (connection_ && !connection_->is_open()) connection_.reset();
  // libpq speaks in lines and quotes, which a log would escape.
  std::ranges::replace_if(what, base::is_space, ' ');
  std::ranges::replace(what, '"', '\'');
  return base::fail("store: " + name_ + ": " + base::printable(base::trim(what), 400));
}

base::Result<void> PostgresDatabase::connect() {
  connection_.reset();
  in_transaction_ = false;
  const auto opened = guarded([this] {
    connection_ = std::make_unique<pqxx::connection>(url_);
    never_reconnect(*connection_);
    connection_->set_verbosity(Terse());
    // Who waits for somebody's lock can be stopped, and says that he waits.
    pqxx::nontransaction(*connection_).exec("SET lock_timeout = '10s'");
    return true;
  });
  TRY(opened);
  return {};
}

base::Result<std::vector<SqlRow>> PostgresDatabase::execute(std::string_view sql,
                                                            std::span<const SqlValue> parameters) {
  if (!connection_) {
    if (in_transaction_) return base::fail("store: " + name_ + ": connection lost");
    TRY(connect());
  }
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  std::vector<const char*> values;  // Null for NULL.
  for (const SqlValue& parameter : parameters) {
    if (std::holds_alternative<std::monostate>(parameter)) {
      values.push_back(nullptr);
      continue;
    }
    const std::string& text = texts.emplace_back(to_parameter(parameter));
    if (text.find('\0') != std::string::npos) {
      return base::fail("store: " + name_ + ": text with a NUL octet");
    }
    values.push_back(text.c_str());
  }
  return guarded([&] {
    pqxx::nontransaction session(*connection_);
    const pqxx::result result = execute_with(session, std::string(sql), values);
    std::vector<SqlRow> rows;
    rows.reserve(result.size());
    for (const pqxx::row& row : result) {
      SqlRow& copy = rows.emplace_back();
      for (const pqxx::field& field : row)
        copy.push_back(to_value(field));
    }
    return rows;
  });
}

base::Result<void> PostgresDatabase::begin() {
  if (!connection_) TRY(connect());
  TRY(execute("BEGIN", {}));
  in_transaction_ = true;
  failed_ = false;
  return {};
}

base::Result<void> PostgresDatabase::commit() {
  // The server takes COMMIT after an error for ROLLBACK, and reports success.
  if (failed_) return base::fail("store: " + name_ + ": commit after an error");
  const auto committed = execute("COMMIT", {});
  in_transaction_ = false;
  TRY(committed);
  return {};
}

void PostgresDatabase::rollback() {
  if (in_transaction_ && connection_ && !execute("ROLLBACK", {})) connection_.reset();
  in_transaction_ = false;
}

base::Result<base::WallTime> PostgresDatabase::clock() {
  return fetch_one<base::WallTime>(
      *this, "SELECT CAST(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000 AS BIGINT)");
}

// The server uses room of deleted rows again, and gives back what is free at the end of a table.
base::Result<void> PostgresDatabase::shrink(std::uint64_t octets_max) {
  if (octets_max == 0) return {};
  for (const std::string_view statement : {"VACUUM events", "VACUUM report_rows"})
    TRY(run(*this, statement));
  return {};
}

base::Result<bool> PostgresDatabase::try_lock(std::string_view key) {
  return fetch_one<bool>(*this, "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key);
}

base::Result<void> PostgresDatabase::release(std::string_view key) {
  return run(*this, "SELECT pg_advisory_unlock(hashtextextended($1, 0))", key);
}

}  // namespace

base::Result<std::unique_ptr<Database>> open_postgresql(const std::string& url) {
  auto database = std::make_unique<PostgresDatabase>(url);
  TRY(database->connect());
  return database;
}

}  // namespace store
