// postern: the operator's command. Each subcommand is a file; which there are, says commands.cpp.
#include <cstdio>
#include <exception>
#include <iostream>

#include <sysexits.h>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
  try {
    cli::CommandLine line = cli::commands("postern " POSTERN_VERSION);
    const auto command = line.parse(argc, argv);
    return command ? (*command)({std::cout, std::cerr}) : command.error();
  } catch (const std::exception& error) {  // A bug, or no memory.
    std::fputs("postern: internal error: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return EX_SOFTWARE;
  }
}
