#include "cli/collect.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "event/spool.hpp"
#include "event/spool_reader.hpp"
#include "store/event_query.hpp"
#include "store/store.hpp"
#include "tests/support/sample_event.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;

// A gateway's folder, with one event in the spool.
class CollectingSite {
 public:
  CollectingSite() {
    std::ofstream(folder_ / "postern.toml")
        << "[spool]\ndirectory = \"" << spool().string() << "\"\n[store]\nurl = \"" << url()
        << "\"\nkeep_segments = false\n";
    auto written = event::Spool::open({spool(), 1 << 20, std::chrono::milliseconds(1)});
    REQUIRE(written->append(event::to_line(support::sample_event()), {}));
  }

  int collect(bool once, bool status, bool json = false) {
    out.str({});
    return cli::collect({folder_ / "postern.toml", once, status, json}, {out, error});
  }
  [[nodiscard]] fs::path spool() const { return folder_ / "spool"; }
  [[nodiscard]] std::string url() const { return "sqlite:" + (folder_ / "postern.db").string(); }

  std::ostringstream out;
  std::ostringstream error;

 private:
  const support::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("collect --once leaves nothing behind, and --status says so", "[cli]") {
  CollectingSite site;
  CHECK(site.collect(false, true) == EX_OK);
  CHECK_THAT(site.out.str(), Catch::Contains("behind by ") && Catch::Contains("in 1 segments"));
  CHECK_FALSE(fs::exists(site.url().substr(7)));  // Who only asks makes no store.
  CHECK(site.collect(true, false) == EX_OK);
  CHECK(site.collect(false, true) == EX_OK);
  CHECK_THAT(site.out.str(), Catch::Contains("all collected"));
  CHECK(site.collect(false, true, true) == EX_OK);
  CHECK_THAT(site.out.str(), Catch::Contains("\"octets_behind\":0"));
  auto store = store::Store::open(site.url());
  REQUIRE(store);
  // Older than [store] retention_days allows, but deleting comes before collecting.
  CHECK(store::count_events(store->database(), {}).value() == 1);
}

TEST_CASE("root collects as the owner of the spool, and follows no link of his", "[cli]") {
  if (::geteuid() != 0) return;
  constexpr uid_t service = 65'534;
  CollectingSite site;
  const fs::path folder = site.spool().parent_path();
  fs::permissions(folder, fs::perms::owner_all | fs::perms::others_exec | fs::perms::others_read);
  std::ofstream(folder / "shadow") << "root's secret\n";
  fs::permissions(folder / "shadow", fs::perms::owner_read);
  fs::create_directory(folder / "lib");
  fs::create_symlink(folder / "shadow", site.spool() / "events-20260101T000000Z-1-000000.jsonl");
  fs::create_symlink(folder / "made", folder / "lib" / "postern.db-locks");
  const std::string url = "sqlite:" + (folder / "lib/postern.db").string();
  std::ofstream(folder / "postern.toml") << "[spool]\ndirectory = \"" << site.spool().string()
                                         << "\"\n[store]\nurl = \"" << url << "\"\n";
  for (const auto& entry : fs::directory_iterator(site.spool()))
    REQUIRE(::lchown(entry.path().c_str(), service, service) == 0);
  for (const fs::path& directory : {site.spool(), folder / "lib"})
    REQUIRE(::lchown(directory.c_str(), service, service) == 0);
  const auto collect_as_root = [&] {  // In a process of its own, as it does not come back.
    const pid_t child = ::fork();
    if (child == 0) std::_Exit(site.collect(true, false));
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  };
  CHECK(collect_as_root() != EX_OK);
  CHECK_FALSE(fs::exists(folder / "made"));
  fs::remove(folder / "lib/postern.db-locks");
  CHECK(collect_as_root() == EX_OK);
  for (const auto& entry : fs::directory_iterator(folder / "lib")) {
    struct stat status {};
    REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
    CHECK(status.st_uid == service);
  }
  CHECK(fs::exists(folder / "shadow"));
  auto store = store::Store::open(url);
  REQUIRE(store);
  CHECK(store::count_events(store->database(), {}).value() == 1);
  CHECK(store->database().execute("SELECT line FROM unread_lines").value().empty());
}

TEST_CASE("a second collector of a spool is told to try again", "[cli]") {
  CollectingSite site;
  const auto first = event::SpoolReader::open(site.spool());
  REQUIRE(first);
  CHECK(site.collect(true, false) == EX_TEMPFAIL);
}

TEST_CASE("a store that is not there is EX_UNAVAILABLE", "[cli]") {
  CollectingSite site;
  fs::create_directory(site.url().substr(7));  // Where the database should be.
  CHECK(site.collect(true, false) == EX_UNAVAILABLE);
  CHECK(site.collect(false, true) == EX_UNAVAILABLE);
  CHECK_THAT(site.error.str(), Catch::Contains("postern.db"));
}
