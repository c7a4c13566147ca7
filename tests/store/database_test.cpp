#include "store/database.hpp"

#include <array>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/opened.hpp"
#include "tests/support/daemon.hpp"
#include "tests/support/databases.hpp"

namespace {

using store::SqlRow;
using store::SqlValue;

std::vector<SqlRow> rows(store::Database& database, std::string_view sql,
                         const std::vector<SqlValue>& parameters = {}) {
  auto found = database.execute(sql, parameters);
  if (!found) FAIL(found.error().what);
  return *std::move(found);
}

}  // namespace

TEST_CASE("values come back as they went in, whatever the database", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY, s TEXT, o BYTEA)");
    const SqlValue octets = store::Octets{std::string("\0\xff'\\x", 5)};
    rows(*database, "INSERT INTO t VALUES ($1, $2, $3), ($4, $5, $6)",
         {std::int64_t{-5}, std::string("it's $1 \\ \xc3\xa4"), octets, std::int64_t{1} << 62,
          std::string(), std::monostate()});
    CHECK(rows(*database, "SELECT k, s, o FROM t ORDER BY k") ==
          std::vector<SqlRow>{{std::int64_t{-5}, std::string("it's $1 \\ \xc3\xa4"), octets},
                              {std::int64_t{1} << 62, std::string(), std::monostate()}});
    CHECK(rows(*database, "SELECT s FROM t WHERE k = $2 AND s = $1",
               {std::string(), std::int64_t{1} << 62})
              .size() == 1);
  });
}

TEST_CASE("an error inside a transaction takes all of it back", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY)");
    REQUIRE(database->begin());
    rows(*database, "INSERT INTO t VALUES (1)");
    CHECK_FALSE(database->execute("INSERT INTO t VALUES (1)"));
    database->rollback();
    CHECK(rows(*database, "SELECT k FROM t").empty());
    REQUIRE(database->begin());
    rows(*database, "INSERT INTO t VALUES (2)");
    REQUIRE(database->commit());
    CHECK(rows(*database, "SELECT k FROM t").size() == 1);
    database->rollback();  // Without a transaction: nothing.
  });
}

TEST_CASE("a writer waits for another one's transaction, readers do not", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto first = support::opened_database(url);
    const auto second = support::opened_database(url);
    rows(*first, "CREATE TABLE t (k BIGINT PRIMARY KEY, n BIGINT)");
    REQUIRE(first->begin());
    rows(*first, "INSERT INTO t VALUES (1, 1)");
    CHECK(rows(*second, "SELECT k FROM t").empty());
    REQUIRE(first->commit());
    CHECK(rows(*second, "SELECT k FROM t").size() == 1);
  });
}

TEST_CASE("a key is locked by one connection until it releases it or ends", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    auto first = support::opened_database(url);
    const auto second = support::opened_database(url);
    CHECK(first->try_lock("reports").value());
    CHECK_FALSE(second->try_lock("reports").value());
    CHECK(second->try_lock("other").value());
    REQUIRE(first->release("reports"));
    CHECK(second->try_lock("reports").value());
    REQUIRE(second->release("reports"));
    CHECK(first->try_lock("reports").value());
    first.reset();
    // PostgreSQL notices the end of a connection when it reads from it.
    CHECK(support::eventually([&] { return second->try_lock("reports").value(); }));
  });
}

TEST_CASE("a connection to a server that died is made again", "[store][store][postgres]") {
  support::Postgres* const postgres = support::Postgres::shared();
  if (postgres == nullptr) return;
  const auto database = support::opened_database(postgres->new_database());
  rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY)");
  REQUIRE(database->begin());
  rows(*database, "INSERT INTO t VALUES (1)");
  postgres->kill();
  CHECK_FALSE(database->execute("INSERT INTO t VALUES (2)"));
  // Not outside of the transaction that was lost, not even with a new server.
  CHECK_FALSE(database->commit());
  database->rollback();
  CHECK_FALSE(database->begin());
  postgres->start();
  REQUIRE(database->begin());
  CHECK(rows(*database, "SELECT k FROM t").empty());
  rows(*database, "INSERT INTO t VALUES (3)");
  REQUIRE(database->commit());
}

TEST_CASE("a lost transaction never goes on outside of itself", "[store][store][postgres]") {
  support::Postgres* const postgres = support::Postgres::shared();
  if (postgres == nullptr) return;
  const auto database = support::opened_database(postgres->new_database());
  rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY)");
  REQUIRE(database->begin());
  postgres->kill();
  postgres->start();
  CHECK_FALSE(database->execute("INSERT INTO t VALUES (1)"));
  CHECK_FALSE(database->execute("INSERT INTO t VALUES (2)"));
  CHECK_FALSE(database->commit());
  database->rollback();
  CHECK(rows(*database, "SELECT k FROM t").empty());
}

TEST_CASE("passwords are not in messages", "[store][store]") {
  struct Row {
    std::string url;
    std::string shown;
  };
  const Row table[] = {
      {"postgresql://postern:secret@db/events", "postgresql://postern:***@db/events"},
      {"postgresql://postern:se@cret@db:5432/events", "postgresql://postern:***@db:5432/events"},
      {"postgresql://db:5432/events", "postgresql://db:5432/events"},
      {"postgresql://db/e?password=secret&sslmode=require",
       "postgresql://db/e?password=***&sslmode=require"},
      {"postgresql://db?user=x&password=secret", "postgresql://db?user=x&password=***"},
      {"postgresql://db/e?sslpassword=secret&password=secret",
       "postgresql://db/e?sslpassword=***&password=***"},
      {"postgresql://db/e?passwd=secret&passfile=/x", "postgresql://db/e?passwd=***&passfile=/x"},
      {"postgresql://postern:sec/ret@db/events", "postgresql://postern:***@db/events"},
      {"sqlite:/var/lib/x.db", "sqlite:/var/lib/x.db"},
  };
  for (const Row& row : table)
    CHECK(store::without_password(row.url) == row.shown);
}

TEST_CASE("a URL that cannot be read is not shown at all", "[store][store]") {
  for (const char* url :
       {"postgresql://postern:S3CRET%zz@h/d", "postgresql://h/d?password=S3CRET%zz",
        "postgresql://postern:S3CRET%00@h/d", "postgresql://h/d?password=S3CRET%00",
        "postgresql://postern:S3CRET%@h", "postgresql://[S3CRET", "postgresql://u:S3CRET@[::1/d",
        "postgresql://u:S3CRET", "postgresql://u:S3CRET/d", "postgresql://h?p%61ssword=S3CRET",
        "postgresql://h?S3CRET", "postgresql://u:a@h?password=x@S3CRET",
        "postgres://u:S3CRET%zz@h"}) {
    INFO(url);
    CHECK_FALSE(store::without_password(url).contains("S3CRET"));
    const auto opened = store::open_database(url);
    REQUIRE_FALSE(opened);
    CHECK_FALSE(opened.error().what.contains("S3CRET"));
  }
}

TEST_CASE("a SQLite store has its modes whatever the umask is", "[store][store]") {
  const support::TemporaryFolder folder;
  const mode_t before = umask(0);
  for (const mode_t mask : {0000, 0022, 0077}) {
    umask(mask);
    const auto directory = folder / ("m" + std::to_string(mask));
    const auto database = support::opened_database("sqlite:" + (directory / "postern.db").string());
    rows(*database, "CREATE TABLE t (k BIGINT)");
    REQUIRE(database->try_lock("key").value());
    struct stat status {};
    REQUIRE(stat(directory.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0750);
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
      REQUIRE(stat(file.path().c_str(), &status) == 0);
      INFO(file.path());
      CHECK((status.st_mode & 07777) == 0640);
    }
  }
  umask(before);
}

TEST_CASE("no link is taken for a SQLite store or what belongs to it", "[store][store]") {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", "-locks"}) {
    INFO(suffix);
    const support::TemporaryFolder folder;
    const std::string file = (folder / "postern.db").string();
    std::filesystem::create_symlink(folder / "made", file + suffix);
    const auto database = store::open_database("sqlite:" + file);
    CHECK_FALSE((database && (*database)->try_lock("key")));
    CHECK_FALSE(std::filesystem::exists(folder / "made"));
  }
}

TEST_CASE("nothing is committed into a SQLite file that was taken away", "[store][store]") {
  const support::TemporaryFolder folder;
  const std::string file = (folder / "postern.db").string();
  const auto database = support::opened_database("sqlite:" + file);
  rows(*database, "CREATE TABLE t (k BIGINT)");
  for (const bool replaced : {false, true}) {
    REQUIRE(database->still_there());
    REQUIRE(database->begin());
    rows(*database, "INSERT INTO t VALUES (1)");
    std::filesystem::rename(file, file + ".old");
    if (replaced) std::filesystem::copy_file(file + ".old", file);
    CHECK_FALSE(database->still_there());
    const auto committed = database->commit();
    REQUIRE_FALSE(committed);
    CHECK_THAT(committed.error().what, Catch::Contains("replaced or removed"));
    database->rollback();
    std::filesystem::rename(file + ".old", file);
  }
}

// SQLite's locks are the process's: only another process can take them for free. It is forked
// before SQLite has any state to inherit.
TEST_CASE("a backup that takes the place of a SQLite file is not read with the other's -wal",
          "[store][store]") {
  const support::TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  auto database = support::opened_database("sqlite:" + file);
  rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY, s TEXT)");
  const auto fill = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t k = from; k < to; ++k) {
      rows(*database, "INSERT INTO t VALUES ($1 * 7919 % 4001, $2)", {k, std::string(500, 'x')});
    }
  };
  fill(1, 1500);
  rows(*database, "VACUUM INTO '" + (folder / "backup.db").string() + "'");
  fill(1500, 3000);
  std::filesystem::rename(file, folder / "old.db");
  std::filesystem::rename(folder / "backup.db", file);
  REQUIRE_FALSE(database->still_there());
  database.reset();
  const auto counted = [&](const std::string& name) {
    const auto opened = support::opened_database("sqlite:" + (folder / name).string());
    CHECK(rows(*opened, "PRAGMA integrity_check") ==
          std::vector<SqlRow>{{SqlValue(std::string("ok"))}});
    return std::get<std::int64_t>(rows(*opened, "SELECT COUNT(*) FROM t")[0][0]);
  };
  CHECK(counted("s.db") == 1499);
  CHECK(counted("old.db") == 2999);
}

TEST_CASE("a -wal that is removed while it is in use loses nothing", "[store][store]") {
  const support::TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  auto database = support::opened_database("sqlite:" + file);
  rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY)");
  rows(*database, "INSERT INTO t VALUES (1)");
  std::filesystem::remove(file + "-wal");
  CHECK_FALSE(database->still_there());
  REQUIRE(database->begin());
  rows(*database, "INSERT INTO t VALUES (2)");
  CHECK_FALSE(database->commit());
  database->rollback();
  database.reset();
  CHECK(rows(*support::opened_database("sqlite:" + file), "SELECT k FROM t") ==
        std::vector<SqlRow>{{SqlValue(std::int64_t{1})}});
}

TEST_CASE("another process that comes and goes takes nothing from a SQLite store",
          "[store][store]") {
  const support::TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "postern.db").string();
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const pid_t other = ::fork();
  REQUIRE(other >= 0);
  char go = 0;
  if (other == 0) {
    const bool came = ::read(pipe[0], &go, 1) == 1 && store::open_database(url).has_value();
    ::_exit(came ? 0 : 1);
  }
  for (int i = 0; i < 2; ++i)
    support::opened_database(url);  // The first makes the file, the second finds it.
  const auto database = support::opened_database(url);
  rows(*database, "CREATE TABLE t (k BIGINT PRIMARY KEY)");
  REQUIRE(::write(pipe[1], &go, 1) == 1);
  int status = 0;
  REQUIRE(::waitpid(other, &status, 0) == other);
  CHECK(status == 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  REQUIRE(database->begin());
  rows(*database, "INSERT INTO t VALUES (1)");
  REQUIRE(database->commit());
  CHECK(rows(*support::opened_database(url), "SELECT k FROM t").size() == 1);
}

TEST_CASE("a database has a clock of its own", "[store][store]") {
  support::for_each_database([](const std::string& url) {
    const auto database = support::opened_database(url);
    const auto clock = database->clock();
    REQUIRE(clock);
    const auto apart = *clock - base::WallTime(std::chrono::system_clock::now());
    CHECK(std::chrono::abs(apart) < std::chrono::minutes(1));
  });
}

TEST_CASE("a URL that leads nowhere is an error that says so", "[store][store]") {
  const auto complaint = [](const std::string& url) {
    const auto database = store::open_database(url);
    return database ? "opened" : database.error().what;
  };
  CHECK_THAT(complaint("mysql://db"), Catch::Contains("neither \"sqlite:"));
  CHECK_THAT(complaint("sqlite:"), Catch::Contains("neither \"sqlite:"));
  CHECK_THAT(complaint("sqlite:/dev/null/x.db"), Catch::Contains("/dev/null/x.db"));
  const std::string refused = complaint("postgresql://postern:secret@127.0.0.1:1/events");
  CHECK_THAT(refused, Catch::Contains("refused"));
  CHECK_THAT(refused, !Catch::Contains("secret"));
  CHECK_THAT(refused, !Catch::Contains("\\x"));
  const support::TemporaryFolder folder;
  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  CHECK_THAT(complaint("sqlite:" + (folder / "text.db").string()),
             Catch::Contains("not a database"));
}
