#include "tests/support/scenario_tests.hpp"

#include <utility>

#include <catch2/catch.hpp>

namespace support {

namespace {

// Catch2's own way to a test case that is known at run time only.
class Invoker final : public Catch::ITestInvoker {
 public:
  Invoker(std::filesystem::path file, ScenarioRunner runner)
      : file_(std::move(file)), runner_(runner) {}

  void invoke() const override {
    const auto scenario = Scenario::load(file_);
    if (!scenario) FAIL(scenario.error().what);
    INFO(file_.filename().string());
    runner_(*scenario);
  }

 private:
  const std::filesystem::path file_;
  const ScenarioRunner runner_;
};

// Catch2 takes the invoker over: version 2 by a pointer, version 3 by its own unique_ptr.
struct Handover {
  Invoker* invoker;
  template <class Pointer>
  operator Pointer() const {  // NOLINT(google-explicit-constructor): that is its purpose.
    return Pointer(invoker);
  }
};

}  // namespace

bool register_scenarios(const std::filesystem::path& folder, const std::string& tags,
                        ScenarioRunner runner) {
  for (const std::filesystem::path& file : scenario_files(folder)) {
    const std::string title = scenario_title(file);
    // Catch2 copies the names.
    const Catch::AutoReg done(Handover{new Invoker(file, runner)}, CATCH_INTERNAL_LINEINFO,
                              Catch::StringRef(), Catch::NameAndTags(title, tags));
  }
  return true;
}

void check_outcome(const Scenario& scenario, const Outcome& outcome) {
  std::string wrong;
  for (const std::string& one : mismatches(scenario, outcome)) {
    wrong.append(one).append("\n");
  }
  if (!wrong.empty()) FAIL(wrong);
  SUCCEED();
}

}  // namespace support
