// Writes the sample reports where readers that others wrote can look at them (readers_test.py):
//   write_reports FOLDER

#include <filesystem>
#include <fstream>

#include "report/submission.hpp"
#include "tests/report/sample_report.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const std::filesystem::path folder = argv[1];
  const report::Mailbox to = report::Mailbox::parse("rua@example.com").value();
  const auto write = [&](const std::string& name, const report::AggregateReport& report) {
    const std::string xml = report::to_xml(report);
    std::ofstream(folder / (name + ".xml")) << xml;
    const auto message = report::to_message(report, report::gzip(xml), to, report.day);
    std::ofstream(folder / (name + ".eml")) << report::to_octets(message);
  };
  write("sample", support::sample_report());
  write("hostile", support::hostile_report());
  return 0;
}
