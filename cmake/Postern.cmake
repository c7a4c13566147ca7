# How this project builds: one static library per folder, one test program per folder.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(postern_options INTERFACE)
target_include_directories(postern_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(postern_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast)
target_link_libraries(postern_options INTERFACE Threads::Threads)

include(Precompiled)

# postern_library(dkim SOURCES key.cpp … LINKS base mail … PRIVATE_LINKS PkgConfig::x)
# LINKS are other folders (the arrows of the architecture); PRIVATE_LINKS are third-party libraries,
# which no header of ours shows.
function(postern_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC postern_options ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
  precompile_with(precompiled ${name})
endfunction()

# postern_test(dkim SOURCES key_test.cpp … LINKS dkim …): one program, each TEST_CASE one ctest test.
function(postern_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE postern_options catch_main test_support ${ARG_LINKS})
  precompile_with(precompiled_for_tests ${name}_test)
  catch_discover_tests(${name}_test TEST_PREFIX "${name}: " PROPERTIES LABELS ${name})
endfunction()
