#include "tests/support/postgres.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <unistd.h>

#include "tests/support/daemon.hpp"

namespace support {

namespace {

namespace fs = std::filesystem;

const fs::path programs = "/usr/lib/postgresql/15/bin";  // Debian 12's.

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

}  // namespace

bool Postgres::installed() { return fs::exists(programs / "initdb"); }

Postgres* Postgres::shared() {
  static const std::unique_ptr<Postgres> cluster = [] {
    if (installed()) return std::make_unique<Postgres>();
    std::cerr << "SKIPPED: PostgreSQL is not installed (tools/setup test)\n";
    return std::unique_ptr<Postgres>();
  }();
  return cluster.get();
}

std::string Postgres::as_owner(const std::string& command) const {
  const std::string quiet = command + " >>" + quoted(folder_ / "output") + " 2>&1";
  if (geteuid() != 0) return quiet;
  return "setpriv --reuid=postgres --regid=postgres --clear-groups " + quiet;
}

Postgres::Postgres() {
  // Reachable for the user postgres, although mkdtemp's folder is for its maker only.
  fs::permissions(folder_.path(), fs::perms(0711));
  fs::create_directory(folder_ / "owned");
  if (geteuid() == 0) run("chown postgres:postgres " + quoted(folder_ / "owned"));
  run(as_owner(quoted(programs / "initdb") + " -D " + quoted(folder_ / "owned" / "data") +
               " -U postern -A trust --locale=C -E UTF8 --no-sync --no-instructions"));
  start();
}

Postgres::~Postgres() {
  static_cast<void>(
      std::system(as_owner(quoted(programs / "pg_ctl") + " -D " +
                           quoted(folder_ / "owned" / "data") + " -m immediate -w stop")
                      .c_str()));
}

// Without fsync: what dies here is processes, never the kernel, which keeps their writes.
// After kill() the kernel needs a moment; until all are gone no new server starts.
void Postgres::start() const {
  const std::string command =
      as_owner(quoted(programs / "pg_ctl") + " -D " + quoted(folder_ / "owned" / "data") + " -l " +
               quoted(folder_ / "owned" / "log") + " -o \"-k '" + (folder_ / "owned").string() +
               "' -c listen_addresses= -c fsync=off -c shared_buffers=16MB -c max_connections=20\" "
               "-w start");
  if (!eventually([&] { return std::system(command.c_str()) == 0; })) {
    throw std::runtime_error("failed: " + command);
  }
}

void Postgres::kill() const {
  std::ifstream file(folder_ / "owned" / "data" / "postmaster.pid");
  std::string id;
  file >> id;
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  const std::vector<pid_t> ids(std::istream_iterator<pid_t>(children), {});
  ::kill(std::stoi(id), SIGKILL);
  for (const pid_t child : ids)
    ::kill(child, SIGKILL);
}

std::string Postgres::url(const std::string& database) const {
  std::string host;
  for (const char c : (folder_ / "owned").string())
    host += c == '/' ? "%2F" : std::string(1, c);
  return "postgresql://postern@" + host + "/" + database;
}

std::string Postgres::new_database() {
  const std::string name = "test" + std::to_string(++databases_);
  run_sql("postgres", "CREATE DATABASE " + name);
  return url(name);
}

std::string Postgres::url_with_password(const std::string& right, const std::string& wrong) {
  run_sql("postgres", "CREATE ROLE guarded LOGIN PASSWORD '" + right + "'");
  const fs::path rules = folder_ / "owned" / "data" / "pg_hba.conf";
  std::ofstream(rules) << "local all guarded scram-sha-256\nlocal all all trust\n";
  run_sql("postgres", "SELECT pg_reload_conf()");
  std::string text = url("postgres");
  text.replace(text.find("postern@"), 8, "guarded:" + wrong + "@");
  return text;
}

void Postgres::run_sql(const std::string& database, const std::string& sql) const {
  run(as_owner(quoted(programs / "psql") + " -X -q -v ON_ERROR_STOP=1 -h " +
               quoted(folder_ / "owned") + " -U postern -d " + database + " -c \"" + sql + "\""));
}

}  // namespace support

// libpqxx 6.4 forgets the result of the statement in which it finds the connection lost.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:pqxx::connection_base::exec_params\n";
}
