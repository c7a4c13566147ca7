# Headers that most files include, parsed once for all libraries, and once, with Catch2, for all test
# programs: for g++ without ccache, which would miss (clang wants the same definitions everywhere).
# Off by default: under the sanitizers it saved a tenth of the compiler's time at best.
option(POSTERN_PRECOMPILE "Precompile headers of the standard library" OFF)
# A target whose options differ parses them itself.
set(CMAKE_PCH_WARN_INVALID OFF)

if(POSTERN_PRECOMPILE)
  if(NOT EXISTS ${CMAKE_BINARY_DIR}/precompiled.cpp)
    file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")  # There is no library without a source.
  endif()
  add_library(precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(precompiled PRIVATE postern_options)
  target_precompile_headers(precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp)
endif()

# precompile_with(precompiled TARGET): the target is compiled on top of that.
function(precompile_with base target)
  if(POSTERN_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${base})
  endif()
endfunction()
