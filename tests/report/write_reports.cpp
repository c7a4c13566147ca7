// Writes the sample reports where readers that others wrote can look at them (readers_test.py):
//   write_reports FOLDER

#include <filesystem>
#include <fstream>

#include "base/gzip.hpp"
#include "event/redaction.hpp"
#include "report/failure.hpp"
#include "tests/report/sample_report.hpp"
#include "tests/support/sample_event.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const std::filesystem::path folder = argv[1];
  const report::Mailbox to = report::Mailbox::parse("rua@example.com").value();
  const auto write = [&](const std::string& name, const report::AggregateReport& report) {
    const std::string xml = report::to_xml(report);
    std::ofstream(folder / (name + ".xml")) << xml;
    const auto message = report::to_message(report, base::gzip(xml), to, report.day);
    std::ofstream(folder / (name + ".eml")) << report::to_octets(message);
  };
  write("sample", support::sample_report());
  write("hostile", support::hostile_report());

  const event::Event event = support::sample_event();
  const report::FailureReporter reporter{
      .mailbox = support::sample_report().reporter.mailbox,
      .authserv_id = base::Domain::parse("mx.example.org").value(),
      .key = "secret"};
  mail::Headers headers;
  if (!headers.add({"From", " Alice <alice@example.com>"}, 1000)) return 70;
  const auto failure = report::to_message(
      {.event = event, .redacted_headers = event::redacted_headers(headers, reporter.key)},
      reporter, to, event.time);
  std::ofstream(folder / "failure.eml") << report::to_octets(failure);
  return 0;
}
