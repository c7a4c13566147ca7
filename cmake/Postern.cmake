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

# The presets have CMake put up to eight sources of a library or a test program into one file for the
# compiler (unity build): most of its time goes into headers, which are then read once for the eight.
# So a name in an unnamed namespace must be the only one of its library or test program. That each
# file includes what it uses is seen by tools/fuzz and tools/tidy, which compile them one by one.
if(CMAKE_UNITY_BUILD)
  # A source that another one includes looks like a header to this warning.
  target_compile_options(postern_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# postern_library(dkim SOURCES key.cpp … LINKS base mail … PRIVATE_LINKS PkgConfig::x)
# LINKS are other folders (the arrows of the architecture); PRIVATE_LINKS are third-party libraries,
# which no header of ours shows.
function(postern_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC postern_options ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()

# postern_test(dkim SOURCES key_test.cpp … LINKS dkim …): one program, each TEST_CASE one ctest test.
function(postern_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE postern_options catch_main test_support ${ARG_LINKS})
  catch_discover_tests(${name}_test TEST_PREFIX "${name}: " PROPERTIES LABELS ${name})
endfunction()
