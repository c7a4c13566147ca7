#include "cli/collect.hpp"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sysexits.h>

#include "report/reader/spool_reader.hpp"
#include "report/spool.hpp"
#include "report/store/event_query.hpp"
#include "report/store/store.hpp"
#include "tests/support/sample_event.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;

// A gateway's folder, with one event in the spool.
class Site {
 public:
  Site() {
    std::ofstream(folder_ / "postern.toml")
        << "[spool]\ndirectory = \"" << spool().string() << "\"\n[store]\nurl = \"" << url()
        << "\"\nkeep_segments = false\n";
    auto written = report::Spool::open({spool(), 1 << 20, std::chrono::milliseconds(1)});
    REQUIRE(written->append(report::to_line(support::sample_event()), {}));
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
  Site site;
  CHECK(site.collect(false, true) == EX_OK);
  CHECK_THAT(site.out.str(), Catch::Contains("behind by ") && Catch::Contains("in 1 segments"));
  CHECK_FALSE(fs::exists(site.url().substr(7)));  // Who only asks makes no store.
  CHECK(site.collect(true, false) == EX_OK);
  CHECK(site.collect(false, true) == EX_OK);
  CHECK_THAT(site.out.str(), Catch::Contains("all collected"));
  CHECK(site.collect(false, true, true) == EX_OK);
  CHECK_THAT(site.out.str(), Catch::Contains("\"octets_behind\":0"));
  auto store = report::Store::open(site.url());
  REQUIRE(store);
  // Older than [store] retention_days allows, but deleting comes before collecting.
  CHECK(report::count_events(store->database(), {}).value() == 1);
}

TEST_CASE("a second collector of a spool is told to try again", "[cli]") {
  Site site;
  const auto first = report::SpoolReader::open(site.spool());
  REQUIRE(first);
  CHECK(site.collect(true, false) == EX_TEMPFAIL);
}

TEST_CASE("a store that is not there is EX_UNAVAILABLE", "[cli]") {
  Site site;
  fs::create_directory(site.url().substr(7));  // Where the database should be.
  CHECK(site.collect(true, false) == EX_UNAVAILABLE);
  CHECK(site.collect(false, true) == EX_UNAVAILABLE);
  CHECK_THAT(site.error.str(), Catch::Contains("postern.db"));
}
