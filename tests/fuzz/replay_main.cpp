// Runs a fuzz target over the files of its corpus, where there is no libFuzzer (g++): what was
// found once stays found.
//
//   x_replay FILE|FOLDER…

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    const fs::path path = argv[i];
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) return std::fprintf(stderr, "%s: cannot be read\n", file.c_str()), 1;
    // Named first, so that a crash tells which one it was.
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    // A copy of just that size: the address sanitizer sees every step beyond it.
    const std::vector<std::uint8_t> octets(text.begin(), text.end());
    LLVMFuzzerTestOneInput(octets.data(), octets.size());
  }
  return files.empty() ? 1 : 0;
}
